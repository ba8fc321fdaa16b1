// The first screen: the verdict in a sentence, why it was asked and why it came out so, the few figures that carry it.
import { useCallback } from 'preact/hooks';
import { Figure } from './figure';
import { inLine, present, readable, sentence, tone, type Reading } from './format';
import type { Estimate, FeasibilityReport, ProjectReport, RungReport, TrainReport } from './generated/reports';
import { intervalRows, type IntervalRow } from './interval_rows';
import { Number } from './parts';
import { ThemeButton } from './theme';

const verdicts: Record<string, (about: string) => string> = {
  stop: (about) => `Stop: on these data, no model of ${about} is worth building.`,
  use_a_rule: (about) => `Use a rule: a model of ${about} would add too little to it.`,
  go: (about) => `Go: a model of ${about} is worth building.`,
  collect_more: (about) => `Collect more: the data cannot yet say whether a model of ${about} is worth building.`,
  needs_person: (about) => `Ask first: people must answer before ${about} is modelled.`,
};

export const quoted = (name: string): string => `“${name}”`;
const verdictOf = (f: FeasibilityReport): string => (verdicts[f.verdict] ?? (() => sentence(f.verdict)))(quoted(f.objective));

/** The rung to use, or the one that was best: what the reader can do today. */
const rungOf = (t: TrainReport): RungReport | undefined => t.rungs.find((r) => r.name === t.recommended);

function WhatNow({ train }: { train: TrainReport }) {
  const rung = rungOf(train);
  if (!rung) return <p><b>What to do now, for {quoted(train.objective)}:</b> use none of the rungs; none held on the latest rows.</p>;
  return (
    <p>
      <b>Best to use today{train.objective ? `, for ${quoted(train.objective)}` : ''}:</b> {quoted(rung.name)}, {rung.explain || rung.kind}. Its {train.metric} is {inLine(rung.metrics[train.metric])} on {train.split.holdout_rows.toLocaleString('en-US')} rows that nothing was chosen by.
    </p>
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

function decisiveRows(report: ProjectReport): { metric: string; least: number; rows: IntervalRow[] } | undefined {
  const metric = report.feasibility[0]?.metric;
  const rows: IntervalRow[] = [];
  const several = report.feasibility.length > 1;
  let least = 0;
  for (const f of report.feasibility.filter((f) => f.metric === metric)) {
    least = Math.max(least, f.least_gain ?? 0);
    const prefix = several ? `${f.objective}: ` : '';
    if (present(f.gain.value)) rows.push({ label: `${prefix}best model, honest`, ...ends(f.gain), tone: tone(f.verdict) });
    if (present(f.gain_with_leaks.value)) rows.push({ label: `${prefix}with the leak`, ...ends(f.gain_with_leaks), tone: 'mute' });
    const train = report.train.find((t) => t.objective === f.objective && t.metric === metric);
    const rung = train && rungOf(train);
    if (rung && present(rung.metrics[metric]?.value)) rows.push({ label: `${prefix}${rung.name}, on the holdout`, ...ends(rung.metrics[metric]), tone: 'good' });
  }
  return rows.length > 0 && metric ? { metric, least, rows } : undefined;
}
const ends = (e: Estimate) => ({ value: e.value, low: e.low, high: e.high, text: inLine(e) });

function Decisive({ report }: { report: ProjectReport }) {
  const found = decisiveRows(report);
  const options = useCallback((width: number) => {
    const { metric, least, rows } = found!;
    return intervalRows({ rows, width, axis: `gain over the constant answer (${metric})`, line: { at: 0, name: 'the constant' }, from: { at: least, name: `worth having` } });
  }, [report]);
  if (!found) return null;
  return (
    <Figure
      label={`Gain over always giving the same answer, in ${found.metric}, with 95 % intervals: ${found.rows.map((r) => `${r.label} ${r.text}`).join('; ')}. From ${readable(found.least)} on it is worth having.`}
      caption={`The decisive comparison: the gain over always giving the same answer, with 95 % intervals. From ${readable(found.least)} on (shaded) the charter calls it worth having${found.metric === 'skill' ? '; a skill of 0 is the constant answer, 1 is perfect' : ''}.`}
      options={options}
      said
      table={{ head: ['what', `gain in ${found.metric} (95 % interval)`], body: found.rows.map((r) => [r.label, r.text]) }}
    />
  );
}

export const isShare = (report: ProjectReport): Reading => ((report.feasibility[0]?.task ?? report.train[0]?.task) === 'binary' ? 'share' : 'plain');

function KeyFigures({ report }: { report: ProjectReport }) {
  const u = report.understand;
  const f = report.feasibility[0];
  const t = report.train[0];
  const rung = t && rungOf(t);
  return (
    <dl class="keys">
      {u && <div class="key"><dt>how often <code>{u.outcome}</code></dt><dd><Number of={u.outcome_mean} as={isShare(report)} /></dd></div>}
      {f && <div class={`key ${tone(f.verdict)}`}><dt>best model’s gain{report.feasibility.length > 1 ? `, ${f.objective}` : ''}</dt><dd><Number of={f.gain} /></dd><dd class="quiet">{f.metric}; worth having from {readable(f.least_gain)}</dd></div>}
      {rung && <div class="key good"><dt>{rung.name}, on the holdout</dt><dd><Number of={rung.metrics[t.metric]} /></dd><dd class="quiet">{t.metric}; opened {t.split.holdout_openings === 1 ? 'once' : `${t.split.holdout_openings} times`}</dd></div>}
      <div class="key"><dt>rows behind it</dt><dd><span class="number"><b>{readable(report.data.rows, 7)}</b></span></dd><dd class="quiet">{u?.unit_of_dependence ? `intervals ${u.unit_of_dependence}` : 'a count'}</dd></div>
    </dl>
  );
}

export function Opening({ report }: { report: ProjectReport }) {
  const stated = report.feasibility.length > 0 ? report.feasibility.map(verdictOf) : [sentence(report.headline || 'Nothing has been run yet')];
  const solve = report.board.find((q) => q.key === 'problem.solve')?.answer;
  return (
    <header class="opening">
      <div class="bar"><p class="brand">Assay <span>evidence report</span></p><ThemeButton /></div>
      <p class="project">{report.name}</p>
      <h1 class={stated.length > 1 ? 'several' : ''}>{stated.map((s, i) => <span class={tone(report.feasibility[i]?.verdict ?? 'waiting')}>{s}</span>)}</h1>
      <div class="spread">
        <div class="asked">
          {report.why && <p class="lead"><b>Why it was asked.</b> {sentence(report.why)}{solve ? <> The aim: {sentence(solve)}</> : null}</p>}
        </div>
        <div class="decisive"><Decisive report={report} /></div>
        <div class="story">
          {report.feasibility.map((f) => <><p><b>Why{report.feasibility.length > 1 ? `, for ${quoted(f.objective)}` : ' this verdict'}.</b> {sentence(f.reason)}</p><Leaks f={f} /></>)}
          {report.train.map((t) => <WhatNow train={t} />)}
        </div>
      </div>
      <KeyFigures report={report} />
    </header>
  );
}
