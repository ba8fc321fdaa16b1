// What happens: the outcome over time, what goes with it, the hypotheses, the data.
import { useCallback } from 'preact/hooks';
import { Associations } from './associations';
import { Figure } from './figure';
import { count, inLine, sentence, tone, type Reading } from './format';
import type { ColumnProfile, UnderstandReport } from './generated/reports';
import { intervalRows } from './interval_rows';
import { Mark } from './parts';
import { Delay, Seasons } from './seasons';
import { Series } from './series';

function Hypotheses({ report, as }: { report: UnderstandReport; as: Reading }) {
  const all = report.hypotheses;
  // A claim about another metric than the outcome has that metric's own scale.
  const points = as === 'share' && all.every((h) => !h.metric || h.metric === report.outcome);
  const reading: Reading = points ? 'points' : 'plain';
  const rows = all.filter((h) => h.effect.value !== null).map((h) => ({ label: h.name, value: h.effect.value, low: h.effect.low, high: h.effect.high, text: inLine(h.effect, reading), tone: tone(h.verdict) }));
  const options = useCallback((width: number) => intervalRows({ rows, width, axis: points ? 'inside the segment minus outside, percentage points' : 'inside the segment minus outside', percent: points, line: { at: 0, name: 'no difference' } }), [report]);
  if (all.length === 0) return null;
  return (
    <>
      <h3 id="hypotheses">What people believed, tested</h3>
      {rows.length > 0 && <Figure label={`Effect of each hypothesis, inside its segment minus outside, with 95 % intervals by unit: ${rows.map((r) => `${r.label} ${r.text}`).join('; ')}.`} caption="Each belief's effect with its 95 % interval by unit: ● it holds, ■ the opposite or nothing holds, ◆ not decided. Verdicts keep the false discovery rate at 5 %." options={options} said table={{ head: ['hypothesis', 'effect (95 % interval)'], body: rows.map((r) => [r.label, r.text]) }} />}
      <ul class="cards">
        {all.map((h) => <li class={tone(h.verdict)}><Mark state={h.verdict} words={h.effect.value === null ? 'no data yet' : undefined} /><h4>{h.claim || h.name}</h4><p>{sentence(h.answer)}</p><p class="source"><code>{h.segment}</code>{h.metric ? <>, metric <code>{h.metric}</code></> : null}</p></li>)}
      </ul>
    </>
  );
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
        <table>
          <thead><tr><th scope="col">column</th><th scope="col">type</th><th scope="col">spread</th><th scope="col" class="right">missing</th><th scope="col" class="right">distinct</th><th scope="col">values</th></tr></thead>
          <tbody>
            {report.columns.map((c) => <tr><th scope="row">{c.name}</th><td>{c.type}</td><td><Histogram column={c} /></td><td class="right">{count(c.missing)}</td><td class="right">{c.distinct_exact ? '' : 'about '}{count(c.distinct)}</td><td>{c.least ? `${c.least} to ${c.most}` : c.top_values.slice(0, 4).join(', ')}</td></tr>)}
          </tbody>
        </table>
      </div>
      <p class="quiet">Counts of the rows that were read, not estimates: they have no interval.</p>
    </details>
  );
}

export function Understand({ report, as }: { report: UnderstandReport; as: Reading }) {
  return (
    <section id="understand">
      <h2>What happens</h2>
      <p class="lead">{sentence(report.summary)}</p>
      <Series series={report.over_time} mean={report.outcome_mean} as={as} />
      <Seasons seasons={report.seasons} as={as} />
      <Hypotheses report={report} as={as} />
      <h3>What goes with it</h3>
      <Associations list={report.associations} as={as} />
      <h3>The data</h3>
      <Delay delay={report.label_delay} />
      {report.alerts.length > 0 && <ul class="plain">{report.alerts.map((a) => <li>{sentence(a.message)}</li>)}</ul>}
      <Columns report={report} />
    </section>
  );
}
