// What happens: the outcome over time, what goes with it, the hypotheses, the data.
import { useCallback, useState } from 'preact/hooks';
import type { Association, ColumnProfile, UnderstandReport } from './generated/reports';
import { inWords, readable, share, sign, tone, withInterval } from './format';
import { Figure, Plot } from './plot';

function Series({ report }: { report: UnderstandReport }) {
  const series = report.over_time;
  const options = useCallback((width: number) => {
    const points = series.points.filter((p) => p.mean.value !== null).map((p) => ({ at: new Date(p.start.replace(' ', 'T') + (p.start.length > 10 ? 'Z' : '')), mean: p.mean.value as number, low: p.mean.low, high: p.mean.high, segment: p.segment }));
    const levels = new Map<number, { from: Date; to: Date; sum: number; n: number }>();
    for (const p of points) {
      const level = levels.get(p.segment) ?? { from: p.at, to: p.at, sum: 0, n: 0 };
      levels.set(p.segment, { from: level.from, to: p.at, sum: level.sum + p.mean, n: level.n + 1 });
    }
    const level = [...levels.values()].map((l) => ({ from: l.from, to: l.to, mean: l.sum / l.n }));
    return {
      height: Math.max(180, Math.min(280, width / 3)), marginLeft: 48, x: { label: null, type: 'utc' as const }, y: { label: `mean outcome per ${series.period}`, grid: true, zero: true, nice: true },
      marks: [
        Plot.areaY(points.filter((p) => p.low !== null), { x: 'at', y1: 'low', y2: 'high', fill: 'var(--accent)', fillOpacity: 0.12 }),
        Plot.lineY(points, { x: 'at', y: 'mean', stroke: 'var(--accent)', strokeWidth: 1.2 }),
        Plot.ruleY(level, { x1: 'from', x2: 'to', y: 'mean', stroke: 'var(--ink)', strokeWidth: 1.6, strokeDasharray: '5 3' }),
        Plot.ruleX(series.changes, { x: (c) => new Date(c.start.replace(' ', 'T') + (c.start.length > 10 ? 'Z' : '')), stroke: 'var(--bad)', strokeWidth: 1.5 }),
        Plot.tip(points, Plot.pointerX({ x: 'at', y: 'mean', title: (p: { at: Date; mean: number }) => `${p.at.toISOString().slice(0, 10)}\n${readable(p.mean)}`, fill: 'var(--card)' })),
      ],
    };
  }, [series]);
  if (series.reason) return <p class="quiet">No picture over time: {series.reason}.</p>;
  const shifts = series.changes.length === 0 ? 'no level shift beyond noise' : series.changes.map((c) => `a shift at ${c.start} from ${readable(c.before.value)} to ${readable(c.after.value)}`).join(', ');
  return (
    <>
      <Figure label={`Mean outcome per ${series.period} (line), levels between shifts (dashed): ${shifts}.`} options={options} />
      <p class="quiet">Season: {series.seasonality}. Method: {series.method}.</p>
    </>
  );
}

function Levels({ association }: { association: Association }) {
  const options = useCallback((width: number) => {
    const rows = association.level_labels.map((label, i) => ({ label, mean: association.level_means[i].value, low: association.level_means[i].low, high: association.level_means[i].high, n: association.level_rows[i] })).filter((r) => r.mean !== null);
    return {
      height: 26 * rows.length + 40, marginLeft: Math.min(150, width / 3), x: { label: 'mean outcome', grid: true, nice: true }, y: { label: null, domain: rows.map((r) => r.label) },
      marks: [Plot.ruleY(rows.filter((r) => r.low !== null), { x1: 'low', x2: 'high', y: 'label', stroke: 'var(--accent)', strokeWidth: 3, strokeOpacity: 0.4 }), Plot.dot(rows, { x: 'mean', y: 'label', fill: 'var(--accent)', r: 4, title: (r) => `${r.label}: ${readable(r.mean)} in ${r.n.toLocaleString('en-US')} rows`, tip: true })],
    };
  }, [association]);
  return <Figure label={`Mean outcome by ${association.feature}, with 95 % intervals.`} options={options} />;
}

function Associations({ list }: { list: Association[] }) {
  const [open, setOpen] = useState(0);
  if (list.length === 0) return null;
  const top = list.slice(0, 12);
  return (
    <div class="split">
      <table>
        <thead><tr><th>feature</th><th class="right">variance explained</th><th>beyond noise</th></tr></thead>
        <tbody>
          {top.map((a, i) => (
            <tr class={i === open ? 'chosen' : ''}>
              <td><button class="link" onClick={() => setOpen(i)} aria-pressed={i === open}>{a.feature}</button></td>
              <td class="right" title={withInterval(a.strength, share)}>{share(a.strength.value)}</td>
              <td>{a.q_value !== null && a.q_value <= 0.05 ? 'yes' : 'not shown'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Levels association={top[open]} />
    </div>
  );
}

function Hypotheses({ report }: { report: UnderstandReport }) {
  const tested = report.hypotheses;
  const options = useCallback((width: number) => {
    const rows = tested.filter((h) => h.effect.value !== null).map((h) => ({ name: h.name, value: h.effect.value, low: h.effect.low, high: h.effect.high, verdict: h.verdict }));
    const colour = (r: { verdict: string }) => `var(--${tone(r.verdict)})`;
    return {
      height: 34 * rows.length + 50, marginLeft: Math.min(220, width / 2.6), x: { label: 'effect: inside the segment minus outside', grid: true, nice: true }, y: { label: null, domain: rows.map((r) => r.name) },
      marks: [Plot.ruleX([0], { stroke: 'var(--ink)' }), Plot.ruleY(rows, { x1: 'low', x2: 'high', y: 'name', stroke: colour, strokeWidth: 3 }), Plot.dot(rows, { x: 'value', y: 'name', fill: colour, r: 5 })],
    };
  }, [tested]);
  if (tested.length === 0) return null;
  return (
    <>
      <h3>Hypotheses</h3>
      {tested.some((h) => h.effect.value !== null) && <Figure label="Effect of each hypothesis with its 95 % interval, by unit; verdicts keep the false discovery rate at 5 %." options={options} />}
      <ul class="cards">
        {tested.map((h) => (
          <li><span class={`mark ${tone(h.verdict)}`}>{sign(h.verdict)} {inWords(h.verdict)}</span><b>{h.claim || h.name}</b><p>{h.answer}</p><p class="quiet"><code>{h.segment}</code></p></li>
        ))}
      </ul>
    </>
  );
}

function Histogram({ column }: { column: ColumnProfile }) {
  const counts = column.bin_counts.length > 0 ? column.bin_counts : column.top_counts;
  if (counts.length === 0) return null;
  const most = Math.max(...counts);
  return (
    <svg class="spark" viewBox={`0 0 ${counts.length * 5} 24`} preserveAspectRatio="none" aria-hidden="true">
      {counts.map((n, i) => <rect x={i * 5} width="4" y={24 - (24 * n) / most} height={(24 * n) / most} />)}
    </svg>
  );
}

export function Understand({ report }: { report: UnderstandReport }) {
  return (
    <section id="understand">
      <h2>What happens</h2>
      <p class="lead">{report.summary}</p>
      <Series report={report} />
      <h3>What goes with it</h3>
      <Associations list={report.associations} />
      <Hypotheses report={report} />
      <h3>The data</h3>
      <div class="scroll">
        <table>
          <thead><tr><th>column</th><th>type</th><th /><th class="right">missing</th><th class="right">distinct</th><th>values</th></tr></thead>
          <tbody>
            {report.columns.map((c) => (
              <tr><td>{c.name}</td><td>{c.type}</td><td><Histogram column={c} /></td><td class="right">{c.missing.toLocaleString('en-US')}</td><td class="right">{c.distinct.toLocaleString('en-US')}</td><td>{c.least ? `${c.least} to ${c.most}` : c.top_values.slice(0, 4).join(', ')}</td></tr>
            ))}
          </tbody>
        </table>
      </div>
      {report.alerts.length > 0 && <><h3>To know about the data</h3><ul>{report.alerts.map((a) => <li>{a.message}</li>)}</ul></>}
    </section>
  );
}
