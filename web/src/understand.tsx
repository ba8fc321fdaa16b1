// What happens: the outcome over time, what goes with it, the hypotheses, the data.
import { useCallback } from 'preact/hooks';
import { Associations } from './associations';
import { Figure } from './figure';
import { unitOf } from './charter';
import { count, inLine, readEstimate, sentence, tone, whyNone, type Reading } from './format';
import type { ColumnProfile, HypothesisResult, ProjectReport, UnderstandReport } from './generated/reports';
import { domainOf, goesOn, intervalRows, rowOf } from './interval_rows';
import { outcomeOf } from './outcome';
import { Mark } from './parts';
import { Delay, Seasons } from './seasons';
import { Series } from './series';
import { SliceRows, summaryOf } from './slices';

/** What a claim's figures mean, in the metric's own unit. */
interface Scale {
  as: Reading;
  difference: Reading;
  unit: string;
}

/** What the data say of a claim, with the figures as people read them. */
export function answerOf(h: HypothesisResult, { as, difference, unit }: Scale): string {
  const [said] = h.answer.split(': ');
  if (h.effect.value === null || h.inside.value === null || h.outside.value === null || said === h.answer) return sentence(h.answer);
  const after = unit && as === 'plain' ? ` ${unit}` : '';
  return sentence(`${said}: ${readEstimate(h.inside, as).value}${after} inside against ${readEstimate(h.outside, as).value}${after} outside, a difference of ${inLine(h.effect, difference)}`);
}

export function scaleOf(report: ProjectReport, h: HypothesisResult): Scale {
  const outcome = report.understand?.outcome ?? '';
  const share = outcomeOf(report).as === 'share' && (!h.metric || h.metric === outcome);
  return { as: share ? 'share' : 'plain', difference: share ? 'points' : 'plain', unit: share ? '' : unitOf(report, h.metric || outcome) };
}

/** The claims about one metric: another metric has another scale. */
function Effects({ metric, list, scale, alone }: { metric: string; list: HypothesisResult[]; scale: Scale; alone: boolean }) {
  const rows = list.map((h) => ({ ...rowOf(h.name, h.effect, scale.difference), tone: tone(h.verdict) }));
  const points = scale.difference === 'points';
  const options = useCallback((width: number) => intervalRows({ rows, width, axis: `inside the segment minus outside${points ? ', percentage points' : scale.unit ? `, ${scale.unit}` : ''}`, percent: points, line: { at: 0, name: 'no difference' } }), [list]);
  const of = alone ? '' : ` on ${metric}`;
  return (
    <Figure
      name={`the hypotheses${of}`}
      label={`Effect of each hypothesis${of}, inside its segment minus outside, with 95 % intervals: ${rows.map((r) => `${r.label} ${r.text}`).join('; ')}.`}
      caption={`Each belief’s effect${of}${scale.unit ? ` in ${scale.unit}` : ''} with its 95 % interval: ● it holds, ■ the opposite holds, ◆ not decided. Verdicts keep the false discovery rate at 5 %.${whyNone(list.map((h) => ({ label: h.name, of: h.effect })))}${goesOn(rows, domainOf(rows, [0]))}`}
      options={options}
      said
      table={{ head: ['hypothesis', `effect${scale.unit ? `, ${scale.unit}` : ''} (95 % interval)`], body: list.map((h) => [h.name, inLine(h.effect, scale.difference)]) }}
    />
  );
}

function Hypotheses({ project, report }: { project: ProjectReport; report: UnderstandReport }) {
  const all = report.hypotheses;
  if (all.length === 0) return null;
  const measured = all.filter((h) => h.effect.value !== null);
  const metrics = [...new Set(measured.map((h) => h.metric || report.outcome))];
  return (
    <>
      <h3 id="hypotheses">What people believed, tested</h3>
      {metrics.map((metric) => {
        const list = measured.filter((h) => (h.metric || report.outcome) === metric);
        return <Effects metric={metric} list={list} scale={scaleOf(project, list[0])} alone={metrics.length === 1} />;
      })}
      <ul class="cards">
        {all.map((h) => <li class={tone(h.verdict)}><Mark state={h.verdict} words={h.effect.value === null ? 'no data yet' : undefined} /><h4>{h.claim || h.name}</h4><p>{answerOf(h, scaleOf(project, h))}</p><p class="source"><code>{h.segment}</code>{h.metric ? <>, metric <code>{h.metric}</code></> : null}</p></li>)}
      </ul>
    </>
  );
}

function Alerts({ messages }: { messages: string[] }) {
  const list = <ul class="plain">{messages.map((message) => <li>{sentence(message)}</li>)}</ul>;
  if (messages.length === 0) return null;
  return messages.length <= 6 ? list : <details><summary>{messages.length} things to know about the data</summary>{list}</details>;
}

function Histogram({ column }: { column: ColumnProfile }) {
  const counts = column.bin_counts.length > 0 ? column.bin_counts : column.top_counts;
  if (counts.length === 0) return null;
  const most = Math.max(...counts, 1);
  return (
    <svg class="spark" viewBox={`0 0 ${counts.length * 5} 24`} preserveAspectRatio="none" role="img" aria-label={`Histogram of ${column.name}: ${counts.length} bars, at most ${count(most)} rows in one`}>
      {counts.map((n, i) => <rect x={i * 5} width="4" y={24 - (24 * n) / most} height={(24 * n) / most} />)}
    </svg>
  );
}

function Columns({ report }: { report: UnderstandReport }) {
  return (
    <details open={report.columns.length <= 20}>
      <summary>{report.columns.length} columns</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label="Columns of the data">
        <table class="stacks">
          <thead><tr><th scope="col">column</th><th scope="col">type</th><th scope="col">spread</th><th scope="col" class="right">missing</th><th scope="col" class="right">distinct</th><th scope="col">values</th></tr></thead>
          <tbody>
            {report.columns.map((c) => <tr><th scope="row">{c.name}</th><td data-label="type">{c.type}</td><td data-label="spread"><Histogram column={c} /></td><td class="right" data-label="missing">{count(c.missing)}</td><td class="right" data-label="distinct">{c.distinct_exact ? '' : 'about '}{count(c.distinct)}</td><td data-label="values">{c.least ? `${c.least} to ${c.most}` : c.top_values.slice(0, 4).join(', ')}</td></tr>)}
          </tbody>
        </table>
      </div>
      <p class="quiet">Counts of the rows that were read, not estimates: they have no interval.</p>
    </details>
  );
}

/** Which segments carry the phenomenon, found in one half of the rows and measured on the other. */
function Carriers({ project, report }: { project: ProjectReport; report: UnderstandReport }) {
  const carriers = report.carriers;
  if (!carriers) return null;
  const leaky = project.feasibility.flatMap((f) => f.leaky_columns);
  const known = carriers.slices.flatMap((s) => s.predicates.map((p) => p.feature)).filter((f) => leaky.includes(f));
  return (
    <>
      <h3 id="carriers">Which segments carry it</h3>
      <p>{sentence(summaryOf(carriers, project))}</p>
      {carriers.slices.length > 0 && <SliceRows report={carriers} project={project} of={report.share_of ? 'share' : 'mean'} />}
      {known.length > 0 && <p class="quiet">{[...new Set(known)].join(', ')}: known only after the decision, so that no model may use it.</p>}
      {carriers.split && <p class="quiet">{sentence(`Rows were divided ${carriers.split}`)} {sentence(`Intervals are ${carriers.dependence}`)}</p>}
    </>
  );
}

/** The values that the outcome takes, as far as the data say. */
function rangeOf(report: UnderstandReport, as: Reading): [number, number] {
  if (as === 'share') return [0, 1];
  const column = report.columns.find((c) => c.name === report.outcome.replace(/^"(.*)"$/, '$1'));
  const [least, most] = [Number(column?.least || NaN), Number(column?.most || NaN)];
  return Number.isFinite(least) && Number.isFinite(most) ? [least, most] : [-Infinity, Infinity];
}

export function Understand({ project, report }: { project: ProjectReport; report: UnderstandReport }) {
  const outcome = outcomeOf(project);
  const range = rangeOf(report, outcome.as);
  return (
    <section id="understand">
      <h2>What happens</h2>
      <p class="lead">{sentence(report.summary)}</p>
      <Series series={report.over_time} mean={report.outcome_mean} outcome={outcome} covered={report.seasons.map((s) => s.labels.length)} />
      <Seasons seasons={report.seasons} outcome={outcome} leaky={project.feasibility.flatMap((f) => f.leaky_columns)} range={range} />
      <Hypotheses project={project} report={report} />
      <h3>What goes with it</h3>
      <Associations list={report.associations} outcome={outcome} seasons={report.seasons.map((s) => s.name)} range={range} />
      <Carriers project={project} report={report} />
      <h3>The data</h3>
      <Delay delay={report.label_delay} />
      <Alerts messages={report.alerts.map((a) => a.message)} />
      <Columns report={report} />
    </section>
  );
}
