// The first screen: the verdict in a sentence, why it was asked and why it came out so, the few figures that carry it.
import { useCallback } from 'preact/hooks';
import { currencyOf, neverActs, statedLeast } from './charter';
import { unmet } from './criteria';
import { Figure } from './figure';
import { count, counted, inLine, inWords, listed, present, quoted, readable, sentence, tone, type Tone } from './format';
import type { Estimate, FeasibilityReport, ProjectReport, RungReport, TrainReport } from './generated/reports';
import { intervalRows, rowOf, type IntervalRow } from './interval_rows';
import { classOf, outcomeOf } from './outcome';
import { ladderId, Mark, Number } from './parts';
import { ThemeButton } from './theme';

const verdicts: Record<string, (about: string) => string> = {
  stop: (about) => `Stop: on these data, no model of ${about} is worth building`,
  use_a_rule: (about) => `Use a rule: a model of ${about} would add too little to it`,
  go: (about) => `Go: a model of ${about} is worth building`,
  collect_more: (about) => `Collect more: the data cannot yet say whether a model of ${about} is worth building`,
  needs_person: (about) => `Ask first: people must answer before ${about} is modelled`,
};

/** The verdict in a sentence. A "go" says how many exit criteria are still against it. */
function verdictOf(report: ProjectReport, f: FeasibilityReport): string {
  const said = f.decided_by === 'cap' ? `Stop: a model of ${quoted(f.objective)} may err more than the charter allows` : f.decided_by === 'objective' ? `Stop: the outcome of ${quoted(f.objective)} cannot serve as an objective` : verdicts[f.verdict]?.(quoted(f.objective));
  if (!said) return sentence(inWords(f.verdict));
  const open = f.verdict === 'go' ? unmet(report, f.objective) : [];
  return `${said}${open.length > 0 ? `, but ${counted(open.length, 'exit criterion is', 'exit criteria are')} not shown to be met` : ''}.`;
}

const unfinished: Record<string, string> = { failed: 'failed', interrupted: 'interrupted', running: 'still running' };

/** What a run that failed, was stopped or goes on still lacks. */
function Unfinished({ report }: { report: ProjectReport }) {
  if (report.status === 'complete' || report.progress.length === 0) return null;
  const stopped = report.progress.filter((s) => s.state === 'failed' || s.state === 'interrupted');
  // The steps of one objective fail for one reason.
  const reasons = [...new Set(stopped.map((s) => s.detail.split('\n')[0]))];
  const waiting = report.progress.filter((s) => s.state === 'waiting').map((s) => s.name);
  return (
    <div class="unfinished" role="note">
      <p><b>This run is not complete ({unfinished[report.status] ?? inWords(report.status)}).</b> What stands here rests on the steps that are done.{waiting.length > 0 && <> Not done yet: {listed(waiting)}.</>}</p>
      {reasons.length > 0 && <ul class="plain">{reasons.map((reason) => <li><b>{listed(stopped.filter((s) => s.detail.split('\n')[0] === reason).map((s) => s.name))}</b>: {reason || 'stopped'}</li>)}</ul>}
    </div>
  );
}

/** Every step's exit criterion that is not met, by name. */
function Conditions({ report }: { report: ProjectReport }) {
  const { steps } = report;
  if (steps.length === 0) return null;
  const of = (state: string) => steps.filter((s) => s.state === state);
  return (
    <p class="conditions">
      <b>Exit criteria:</b> {of('met').length} of {steps.length} met.{' '}
      {['not_met', 'not_measurable'].filter((state) => of(state).length > 0).map((state) => <span class="condition"><Mark state={state} />: {listed(of(state).map((s) => quoted(s.name)))}. </span>)}
      <a href="#results">What they want</a>
    </p>
  );
}

/** The rung to use, or the one that was best: what the reader can do today. */
const rungOf = (t: TrainReport): RungReport | undefined => t.rungs.find((r) => r.name === t.recommended);

function WhatNow({ report, train }: { report: ProjectReport; train: TrainReport }) {
  const rung = rungOf(train);
  if (!rung) return <p><b>What to do now, for {quoted(train.objective)}:</b> use none of the rungs: what was chosen did not hold on the rows kept back to judge by.</p>;
  const value = report.value.find((v) => v.objective === train.objective);
  const idle = neverActs(report, train.objective, rung.name);
  const own = value?.rungs.find((r) => r.name === rung.name);
  const worthADay = !idle && present(own?.against_nothing.value) ? own?.against_nothing : undefined;
  const { skill, r2 } = rung.metrics;
  // Better than the training rows' mean, not than that of the rows it is judged on: the level moved.
  const levelMoved = present(skill?.low) && skill.low > 0 && present(r2?.low) && r2.low <= 0;
  const best = value?.rungs.find((r) => r.name === value.best && r.name !== rung.name && r.kind !== 'nothing');
  const mostMoney = best && present(value?.best_against_nothing.value) && value.best_against_nothing.value > (own?.against_nothing.high ?? own?.against_nothing.value ?? 0) ? `; the most money on the holdout brings ${quoted(best.name)}, ${inLine(value.best_against_nothing)} ${currencyOf(report)} per day more than doing nothing` : '';
  return (
    <p>
      <b>Best to use today{train.objective ? `, for ${quoted(train.objective)}` : ''}:</b> {quoted(rung.name)}{rung.explain.includes('\n') ? <>, branches that <a href={`#${ladderId(report, train)}`}>the ladder</a> shows</> : `, ${rung.explain || rung.kind}`}. Its {train.metric} is {inLine(rung.metrics[train.metric])} on {count(train.split.holdout_rows)} rows that nothing was chosen by.
      {levelMoved && <> <b>But its level is off:</b> it is not shown to be better than those rows’ own mean (r2 {inLine(r2)}), because their outcomes lie elsewhere than those it learned from.</>}
      {worthADay && <> At the stated values of right and wrong decisions it {own?.share_acted === 1 ? 'always acts, as one may without it, which ' : ''}is worth {inLine(worthADay)} {currencyOf(report)} per day more than doing nothing{mostMoney}.</>}
      {idle && <> <b>But it never acts:</b> at the stated values of right and wrong decisions its predictions never reach the threshold, so using it is doing nothing{mostMoney}.</>}
    </p>
  );
}

/** Another model's predictions that the holdout shows to be better than the best of ours: named beside it, never in its place. */
function BetterImported({ train }: { train: TrainReport }) {
  return (
    <>
      {train.rungs.map((r) => {
        const c = r.against_best;
        if (r.kind !== 'imported' || !c || !present(c.difference) || !present(c.low) || !present(c.high) || c.high >= 0) return null;
        return (
          <p>
            <b>An imported model is better:</b> {quoted(r.name)} beats {quoted(c.other)}, the best rung of ours, by {inLine({ value: -c.difference, low: -c.high, high: -c.low, level: c.level, reason: '' })} of {train.metric} on the holdout. It is a column of the data, not a rung that can be recommended or applied: find out what it knows.
          </p>
        );
      })}
    </>
  );
}

function Leaks({ f }: { f: FeasibilityReport }) {
  if (f.leaky_columns.length === 0) return null;
  const one = f.leaky_columns.length === 1;
  return (
    <p>
      <b>A trap, avoided:</b> {f.leaky_columns.map((c, i) => <>{i > 0 && ', '}<code>{c}</code></>)} {one ? 'knows' : 'know'} the outcome beforehand. {present(f.gain_with_leaks.value) ? <>With {one ? 'it' : 'them'} the gain would seem to be {inLine(f.gain_with_leaks)}; without, it is {inLine(f.gain)}.</> : <>The gain with {one ? 'it' : 'them'} was not measured: {f.gain_with_leaks.reason}.</>}
    </p>
  );
}

/** Whether a gain is worth having: surely, surely not, or not decided. */
function worth(e: Estimate, least: number | null): Tone {
  if (!present(least) || !present(e.low) || !present(e.high)) return 'mute';
  return e.low >= least ? 'good' : e.high < least ? 'bad' : 'warn';
}

/** What makes the gain: "the best rule", "your rule “busy days”". */
const makes = (f: FeasibilityReport): string => f.best || 'the best model';

interface DecisiveRows {
  metric: string;
  least: { objective: string; gain: number }[];
  rows: IntervalRow[];
  /** Judged by another metric, which is another scale. */
  undrawn: { objective: string; metric: string }[];
}

function decisiveRows(report: ProjectReport): DecisiveRows | undefined {
  const metric = report.feasibility[0]?.metric;
  const rows: IntervalRow[] = [];
  const several = report.feasibility.length > 1;
  const least: { objective: string; gain: number }[] = [];
  for (const f of report.feasibility.filter((f) => f.metric === metric)) {
    least.push({ objective: f.objective, gain: f.least_gain ?? 0 });
    const prefix = several ? `${f.objective}: ` : '';
    if (present(f.gain.value)) rows.push({ ...rowOf(`${prefix}${makes(f)}, honest`, f.gain), tone: worth(f.gain, f.least_gain) });
    if (present(f.gain_with_leaks.value)) rows.push({ ...rowOf(`${prefix}with the leak`, f.gain_with_leaks), tone: 'mute' });
    const train = report.train.find((t) => t.objective === f.objective && t.metric === metric);
    const rung = train && rungOf(train);
    if (rung && present(rung.metrics[metric]?.value)) rows.push({ ...rowOf(`${prefix}${rung.name}, on the holdout`, rung.metrics[metric]), tone: worth(rung.metrics[metric], f.least_gain) });
  }
  const undrawn = report.feasibility.filter((f) => f.metric !== metric).map((f) => ({ objective: f.objective, metric: f.metric }));
  return rows.length > 0 && metric ? { metric, least, rows, undrawn } : undefined;
}

function Decisive({ report }: { report: ProjectReport }) {
  const found = decisiveRows(report);
  // One shade stands for one least gain.
  const one = found && new Set(found.least.map((l) => l.gain)).size === 1 ? found.least[0].gain : undefined;
  const options = useCallback((width: number) => {
    const { metric, rows } = found!;
    return intervalRows({ rows, width, axis: `gain over the constant answer (${metric})`, line: { at: 0, name: 'the constant' }, from: one === undefined ? undefined : { at: one, name: `worth having` } });
  }, [report]);
  if (!found) return null;
  const unstated = found.least.filter((l) => !statedLeast(report, l.objective)).map((l) => quoted(l.objective));
  const says = unstated.length === 0 ? 'the charter calls it worth having' : 'it counts as worth having';
  const whose = unstated.length === 0 ? '' : ` (Assay’s default; the charter states none${unstated.length < found.least.length ? ` for ${listed(unstated)}` : ''})`;
  const worthFrom = one === undefined ? `For ${listed(found.least.map((l) => `${quoted(l.objective)} from ${readable(l.gain)} on`))} ${says}${whose}` : `From ${readable(one)} on (shaded) ${says}${whose}`;
  const levels = 'with 95 % intervals where no other level is named';
  const undrawn = found.undrawn.length > 0 ? ` Not drawn: ${listed(found.undrawn.map((f) => `${quoted(f.objective)}, judged by ${f.metric}`))}.` : '';
  return (
    <Figure
      name="the decisive comparison"
      label={`Gain over always giving the same answer, in ${found.metric}, ${levels}: ${found.rows.map((r) => `${r.label} ${r.text}`).join('; ')}. ${worthFrom}.`}
      caption={`The decisive comparison: the gain over always giving the same answer, ${levels}. ${worthFrom}: ● surely, ■ surely not, ◆ not decided${found.metric === 'skill' ? '. A skill of 0 is the constant answer, 1 is perfect' : ''}.${undrawn}`}
      options={options}
      said
      table={{ head: ['what', `gain in ${found.metric} (interval)`], body: found.rows.map((r) => [r.label, r.text]) }}
    />
  );
}

function KeyFigures({ report }: { report: ProjectReport }) {
  const u = report.understand;
  const { as, unit } = outcomeOf(report);
  const several = report.feasibility.length > 1;
  return (
    <dl class={several ? 'keys several' : 'keys'}>
      {u && <div class="key"><dt>{as === 'share' ? 'how often' : 'mean of'} <code>{u.outcome}</code>{classOf(report) && <> is {quoted(classOf(report))}</>}</dt><dd><Number of={u.outcome_mean} as={as} unit={unit} /></dd></div>}
      {report.feasibility.map((f) => <div class={`key ${tone(f.verdict)}`}><dt>gain of {makes(f)}{several ? `, ${f.objective}` : ''}</dt><dd><Number of={f.gain} /></dd><dd class="quiet">{f.metric}; worth having from {readable(f.least_gain)}</dd></div>)}
      {report.train.map((t) => {
        const rung = rungOf(t);
        const least = report.feasibility.find((f) => f.objective === t.objective && f.metric === t.metric)?.least_gain ?? null;
        return rung && <div class={`key ${worth(rung.metrics[t.metric], least)}`}><dt>{rung.name}, on the holdout{several ? `, ${t.objective}` : ''}</dt><dd><Number of={rung.metrics[t.metric]} /></dd><dd class="quiet">{t.metric}; opened {t.split.holdout_openings === 1 ? 'once' : `${t.split.holdout_openings} times`}</dd></div>;
      })}
      <div class="key"><dt>rows behind it</dt><dd><span class="number"><b>{readable(report.data.rows, 7)}</b></span></dd><dd class="quiet">{u?.unit_of_dependence ? `intervals ${u.unit_of_dependence}` : 'a count'}</dd></div>
    </dl>
  );
}

export function Opening({ report }: { report: ProjectReport }) {
  const stated = report.feasibility.length > 0 ? report.feasibility.map((f) => verdictOf(report, f)) : [sentence(report.headline || 'Nothing has been run yet')];
  const solve = report.board.find((q) => q.key === 'problem.solve')?.answer;
  return (
    <header class="opening">
      <div class="bar"><p class="brand">Assay <span>evidence report</span></p><ThemeButton /></div>
      <p class="project">{report.name}</p>
      <h1 id="verdict" tabIndex={-1} class={stated.length > 1 ? 'several' : ''}>{stated.map((s, i) => <span class={tone(report.feasibility[i]?.verdict ?? 'waiting')}>{s}</span>)}</h1>
      <Unfinished report={report} />
      <Conditions report={report} />
      <div class="spread">
        <div class="asked">
          {report.why && <p class="lead"><b>Why it was asked.</b> {sentence(report.why)}{solve ? <> The aim: {sentence(solve)}</> : null}</p>}
        </div>
        <div class="decisive"><Decisive report={report} /><KeyFigures report={report} /></div>
        <div class="story">
          {report.feasibility.map((f) => <><p><b>Why{report.feasibility.length > 1 ? `, for ${quoted(f.objective)}` : ' this verdict'}.</b> {sentence(f.reason)}{f.verdict !== 'go' && <> <b>What to do:</b> {f.next}.</>}</p><Leaks f={f} /></>)}
          {report.train.map((t) => <><WhatNow report={report} train={t} /><BetterImported train={t} /></>)}
        </div>
      </div>
    </header>
  );
}
