// What the run means for the work: options with value and cost, steps met or not, the problem broken down.
import { currencyOf } from './charter';
import { wantedOf } from './criteria';
import { inLine, present, readable, readEstimate, sentence } from './format';
import type { Estimate, OpenQuestion, OptionResult, ProblemPart, ProjectReport, StepResult } from './generated/reports';
import { Mark, Number } from './parts';

type Part = ProblemPart & { share?: Estimate };

function Branch({ parts, of, above }: { parts: Part[]; of: string; above: string[] }) {
  // A part that is its own ancestor would never end.
  const own = parts.filter((p) => p.of === of && !above.includes(p.name));
  if (own.length === 0) return null;
  return <ul>{own.map((p) => <li><b>{p.name}</b>{present(p.share?.value) ? <> {readEstimate(p.share, 'share').value} of the rows</> : null}{p.what ? <span> {sentence(p.what)}</span> : null}<Branch parts={parts} of={p.name} above={[...above, p.name]} /></li>)}</ul>;
}

export function ProblemTree({ report }: { report: ProjectReport }) {
  if (report.parts.length === 0) return null;
  const names = new Set(report.parts.map((p) => p.name));
  // A part of something that is not named stands at the root.
  const shareOf = (p: ProblemPart) => report.check?.parts.find((c) => c.name === p.name && c.of === p.of)?.share;
  const parts: Part[] = report.parts.map((p) => ({ ...p, of: names.has(p.of) ? p.of : '', share: shareOf(p) }));
  const counted = parts.find((p) => present(p.share?.value));
  return (
    <section id="parts">
      <h2>The problem, broken down</h2>
      <div class="tree"><Branch parts={parts} of="" above={[]} /></div>
      {counted?.share?.reason && <p class="quiet">{sentence(`Shares of the rows are ${counted.share.reason}`)}</p>}
    </section>
  );
}

const sameFigures = (a: Estimate, b: Estimate): boolean => a.value === b.value && a.low === b.low && a.high === b.high;

/** Reasons that several options share: said once above the list. */
function sharedReasons(options: OptionResult[]): string[] {
  const lacking = options.filter((o) => o.value_per_day.value === null && o.value_per_day.reason);
  return [...new Set(lacking.map((o) => o.value_per_day.reason))].filter((reason) => new Set(lacking.filter((o) => o.value_per_day.reason === reason).map((o) => o.name)).size > 1);
}

function Options({ report }: { report: ProjectReport }) {
  const currency = currencyOf(report) || 'value';
  const shared = sharedReasons(report.options);
  const several = new Set(report.options.map((o) => o.objective)).size > 1;
  const fittedIn = (own: OptionResult[]) => {
    const seconds = own.map((o) => report.timing.steps[o.timing_step]).filter((s): s is number => present(s));
    if (seconds.length === 0) return '';
    const most = Math.max(...seconds);
    return most < 0.1 ? '; fitted in less than 0.1\u00a0s' : `; fitted in ${seconds.length > 1 ? 'at most ' : ''}${readable(most, 2)}\u00a0s`;
  };
  const methods = [...new Set(report.value.map((v) => v.method).filter(Boolean))];
  const metric = (o: OptionResult) => report.train.find((t) => t.objective === o.objective)?.metric ?? '';
  return (
    <>
      {shared.length > 0 && <div class="notes">{shared.map((reason, i) => <p class="quiet"><sup>{i + 1}</sup> {sentence(`No money: ${reason}`)}</p>)}</div>}
      <div class="rungs options">
        {[...new Set(report.options.map((o) => o.name))].map((name) => {
          // One option, measured for each objective.
          const own = report.options.filter((o) => o.name === name);
          const notes = [...new Set(own.map((o) => o.note).filter(Boolean))];
          const worth = own.filter((o) => o.value_per_day.value !== null);
          const lacking = [...new Set(own.filter((o) => o.value_per_day.value === null).map((o) => o.value_per_day.reason))];
          const noted = lacking.filter((reason) => shared.includes(reason));
          const same = new Set(worth.map((o) => inLine(o.value_per_day))).size === 1 ? worth.slice(0, 1) : worth;
          const unmeasured = own.every((o) => o.measured.value === null) && new Set(own.map((o) => o.measured.reason)).size === 1;
          return (
            <article class="rung">
              <div><h4>{name}</h4>{notes.map((note) => <p class="quiet">{sentence(note)}</p>)}</div>
              <div><p class="label">stated cost and time</p><p>{own[0].stated_cost || 'not stated'}<br /><span class="quiet">{own[0].stated_time || 'time not stated'}{fittedIn(own)}</span></p></div>
              <div>{(unmeasured ? own.slice(0, 1) : own).map((o) => <div class="measured"><p class="label">measured{metric(o) && !unmeasured ? ` ${metric(o)}` : ''}{several && !unmeasured ? ` for ${o.objective}` : ''}</p><Number of={o.measured} /></div>)}</div>
              <div>
                <p class="label">{currency} per day, cost taken off</p>
                {same.map((o) => <><p>{same.length > 1 && <span class="label">for {o.objective}: </span>}<Number of={o.value_per_day} /></p>{o.kind !== 'nothing' && !sameFigures(o.against_nothing, o.value_per_day) && <p class="quiet">more than doing nothing: <Number of={o.against_nothing} /></p>}</>)}
                {worth.length === 0 && noted.length > 0 && <p class="quiet">no figure<sup>{noted.map((reason) => shared.indexOf(reason) + 1).join(', ')}</sup></p>}
                {worth.length === 0 && lacking.filter((reason) => !noted.includes(reason)).map((reason) => <p class="quiet">{sentence(reason)}</p>)}
              </div>
            </article>
          );
        })}
      </div>
      {methods.length > 0 && <details><summary>How the money is measured</summary>{methods.map((method) => <p class="quiet">{sentence(method)}</p>)}</details>}
    </>
  );
}

function Criterion({ step, report }: { step: StepResult; report: ProjectReport }) {
  const wanted = wantedOf(step, report);
  return (
    <li>
      <Mark state={step.state} />
      <h4>{step.name}</h4>
      {wanted.length > 0
        ? wanted.map((w) => <p>{w.what}: wanted {w.wanted}{w.measured ? <>, measured <b>{w.measured}</b></> : ''}</p>)
        : step.detail && step.state !== 'not_measurable' && <p>{sentence(`Measured: ${step.detail}`)}</p>}
      {step.state === 'not_measurable' && <p class="quiet">{sentence(step.detail.replace(/^\w+ does not exist in this run: /, ''))}</p>}
      <p class="source"><code>{step.criterion}</code></p>
    </li>
  );
}

export function Results({ report }: { report: ProjectReport }) {
  if (report.options.length === 0 && report.steps.length === 0) return null;
  return (
    <section id="results">
      <h2>What it means for the work</h2>
      {report.options.length > 0 && <><h3>Options: what each costs, brings and is worth</h3><Options report={report} /></>}
      {report.steps.length > 0 && <><h3>Steps, and whether their exit criterion is met</h3><ol class="steps">{report.steps.map((step) => <Criterion step={step} report={report} />)}</ol></>}
    </section>
  );
}

/** What only people can answer, each question once. */
export function openQuestions(report: ProjectReport): OpenQuestion[] {
  const questions = [...(report.check?.open_questions ?? []), ...(report.understand?.open_questions ?? []), ...report.feasibility.flatMap((f) => f.open_questions)];
  return questions.filter((q, i) => questions.findIndex((other) => other.question === q.question) === i);
}

export function OpenQuestions({ report }: { report: ProjectReport }) {
  const once = openQuestions(report);
  if (once.length === 0) return null;
  return <section id="questions"><h2>Only people can answer</h2><h3>Open questions</h3><ul class="cards">{once.map((q) => <li class="ask"><Mark state="needs_person" words={q.stage || 'open'} /><h4>{q.question}</h4><p class="source"><code>{q.key}</code></p></li>)}</ul></section>;
}
