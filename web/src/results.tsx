// What the run means for the work: options with value and cost, steps met or not, the problem broken down.
import { readable, sentence } from './format';
import type { ProblemPart, ProjectReport } from './generated/reports';
import { Mark, Number } from './parts';

function Branch({ parts, of, above }: { parts: ProblemPart[]; of: string; above: string[] }) {
  // A part that is its own ancestor would never end.
  const own = parts.filter((p) => p.of === of && !above.includes(p.name));
  if (own.length === 0) return null;
  return <ul>{own.map((p) => <li><b>{p.name}</b>{p.what ? <span> {sentence(p.what)}</span> : null}<Branch parts={parts} of={p.name} above={[...above, p.name]} /></li>)}</ul>;
}

export function ProblemTree({ report }: { report: ProjectReport }) {
  if (report.parts.length === 0) return null;
  const names = new Set(report.parts.map((p) => p.name));
  // A part of something that is not named stands at the root.
  const parts = report.parts.map((p) => ({ ...p, of: names.has(p.of) ? p.of : '' }));
  return <section id="parts"><h2>The problem, broken down</h2><div class="tree"><Branch parts={parts} of="" above={[]} /></div></section>;
}

function Options({ report }: { report: ProjectReport }) {
  const currency = report.value.find((v) => v.currency)?.currency ?? 'value';
  const several = new Set(report.options.map((o) => o.objective)).size > 1;
  return (
    <div class="rungs options">
      {report.options.map((o) => (
        <article class="rung">
          <div><h4>{o.name}{several ? ` for ${o.objective}` : ''}</h4><p class="quiet">{sentence(o.note)}</p></div>
          <div><p class="label">stated cost and time</p><p>{o.stated_cost || 'not stated'}<br /><span class="quiet">{o.stated_time || 'time not stated'}</span></p></div>
          <div><p class="label">measured</p><Number of={o.measured} /></div>
          <div>
            <p class="label">{currency} per day, cost taken off</p><Number of={o.value_per_day} />
            {o.value_per_day.value !== null && o.kind !== 'nothing' && <p class="quiet">more than doing nothing: <Number of={o.against_nothing} /></p>}
            {report.timing.steps[o.timing_step] !== undefined && <p class="quiet">fitted in {readable(report.timing.steps[o.timing_step])} s</p>}
          </div>
        </article>
      ))}
    </div>
  );
}

export function Results({ report }: { report: ProjectReport }) {
  if (report.options.length === 0 && report.steps.length === 0) return null;
  return (
    <section id="results">
      <h2>What it means for the work</h2>
      {report.options.length > 0 && <><h3>Options: what each costs, brings and is worth</h3><Options report={report} /></>}
      {report.steps.length > 0 && <><h3>Steps, and whether their exit criterion is met</h3><ol class="steps">{report.steps.map((s) => <li><Mark state={s.state} /><h4>{s.name}</h4><p><code>{s.criterion}</code></p><p class="quiet">{s.state === 'not_measurable' ? `Not measurable: ${s.detail}` : s.detail ? `Measured: ${s.detail}` : ''}</p></li>)}</ol></>}
    </section>
  );
}

export function OpenQuestions({ report }: { report: ProjectReport }) {
  const questions = [...(report.check?.open_questions ?? []), ...(report.understand?.open_questions ?? []), ...report.feasibility.flatMap((f) => f.open_questions)];
  const once = questions.filter((q, i) => questions.findIndex((other) => other.question === q.question) === i);
  if (once.length === 0) return null;
  return <section id="questions"><h2>Only people can answer</h2><h3>Open questions</h3><ul class="cards">{once.map((q) => <li class="ask"><Mark state="needs_person" words={q.stage || 'open'} /><h4>{q.question}</h4><p class="source"><code>{q.key}</code></p></li>)}</ul></section>;
}
