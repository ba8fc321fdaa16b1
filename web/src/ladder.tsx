// The ladder: dots with intervals, what each rung is, calibration.
import { useCallback, useState } from 'preact/hooks';
import type { RungReport, TrainReport } from './generated/reports';
import { inWords, readable, sign, tone, withInterval } from './format';
import { Figure, Plot } from './plot';

function Calibration({ rung }: { rung: RungReport }) {
  const options = useCallback((width: number) => {
    const points = rung.calibration.map((p) => ({ predicted: p.predicted, observed: p.observed.value, low: p.observed.low, high: p.observed.high, n: p.rows })).filter((p) => p.observed !== null);
    const values = points.flatMap((p) => [p.predicted as number, p.observed as number, p.low ?? (p.observed as number), p.high ?? (p.observed as number)]);
    const domain = [Math.min(...values), Math.max(...values)];
    return {
      height: Math.min(320, width), aspectRatio: undefined, marginLeft: 52, x: { label: 'predicted', domain, grid: true }, y: { label: 'observed', domain, grid: true },
      marks: [
        Plot.line([[domain[0], domain[0]], [domain[1], domain[1]]], { stroke: 'var(--mute)', strokeDasharray: '4 3' }),
        Plot.ruleX(points.filter((p) => p.low !== null), { x: 'predicted', y1: 'low', y2: 'high', stroke: 'var(--accent)', strokeWidth: 3, strokeOpacity: 0.4 }),
        Plot.dot(points, { x: 'predicted', y: 'observed', fill: 'var(--accent)', r: 4, title: (p) => `${p.n.toLocaleString('en-US')} rows`, tip: true }),
      ],
    };
  }, [rung]);
  if (rung.calibration.length < 2) return <p class="quiet">{rung.name} gives (nearly) one answer to all rows: there is no calibration to draw.</p>;
  return <Figure label={`Calibration of ${rung.name} on the holdout: on the dashed line, predictions come true as often as they say.`} options={options} />;
}

export function Ladder({ report }: { report: TrainReport }) {
  const own = report.rungs.filter((r) => r.calibration.length > 1);
  const [chosen, setChosen] = useState(Math.max(0, own.length - 1));
  const [metric, setMetric] = useState(report.metric);
  const options = useCallback((width: number) => {
    const rows = report.rungs.filter((r) => r.metrics[metric]?.value != null).map((r) => ({ name: r.name, kind: r.kind, ...r.metrics[metric], status: r.status }));
    // The random rung lies so far off that it would squeeze all others; its figure stands in the table.
    const near = rows.filter((r) => r.kind !== 'random');
    const ends = near.flatMap((r) => [r.value as number, r.low ?? (r.value as number), r.high ?? (r.value as number)]);
    const span = Math.max(1e-9, Math.max(...ends) - Math.min(...ends));
    const domain = [Math.min(...ends) - 0.08 * span, Math.max(...ends) + 0.08 * span];
    const shown = rows.filter((r) => (r.value as number) >= domain[0] && (r.value as number) <= domain[1]);
    const colour = (r: { name: string }) => (r.name === report.recommended ? 'var(--good)' : 'var(--accent)');
    return {
      height: 34 * rows.length + 50, marginLeft: Math.min(130, width / 3), x: { label: `${metric} on the holdout`, domain, grid: true }, y: { label: null, domain: rows.map((r) => r.name).reverse() },
      marks: [
        metric === 'skill' ? Plot.ruleX([0], { stroke: 'var(--ink)', strokeOpacity: 0.5 }) : null,
        Plot.ruleY(shown.filter((r) => r.low !== null && r.low !== r.high), { x1: 'low', x2: 'high', y: 'name', stroke: colour, strokeWidth: 4, strokeOpacity: 0.45 }),
        Plot.dot(shown.filter((r) => r.kind !== 'published'), { x: 'value', y: 'name', fill: colour, r: 6 }),
        Plot.dot(shown.filter((r) => r.kind === 'published'), { x: 'value', y: 'name', stroke: 'var(--mute)', symbol: 'times', r: 5 }),
        Plot.text(rows.filter((r) => !shown.includes(r)), { x: () => domain[0], y: 'name', text: (r) => `◂ ${readable(r.value)}`, textAnchor: 'start', fill: 'var(--mute)' }),
      ],
    };
  }, [report, metric]);
  const names = Object.keys(report.rungs[0]?.metrics ?? {});
  return (
    <section id="ladder">
      <h2>The ladder<small> {report.objective}</small></h2>
      <p class={`verdict ${report.recommended ? 'good' : 'bad'}`}><b>{report.recommended ? `Recommended: ${report.recommended}.` : 'No rung is recommended.'}</b> {report.reason}</p>
      <div class="tabs" role="group" aria-label="metric">{names.map((n) => <button aria-pressed={n === metric} onClick={() => setMetric(n)}>{n}</button>)}</div>
      <Figure label={`Each rung's ${metric} on rows that nothing was chosen by, with 95 % intervals by unit.`} options={options} />
      <div class="scroll">
        <table>
          <thead><tr><th>rung</th><th>{metric}</th><th>against the rung below</th><th>against the best</th></tr></thead>
          <tbody>
            {report.rungs.map((r) => (
              <tr class={r.name === report.recommended ? 'chosen' : ''}>
                <td><b>{r.name}</b><br /><span class="quiet">{r.explain || r.source}</span></td>
                <td>{withInterval(r.metrics[metric])}</td>
                <td>{r.against_previous ? `${readable(r.against_previous.difference, 2)} (${readable(r.against_previous.low, 2)} to ${readable(r.against_previous.high, 2)})` : ''}</td>
                <td><span class={`mark ${tone(r.status)}`}>{sign(r.status)} {inWords(r.status)}</span></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="quiet">{report.split.how}. This holdout has been opened {report.split.holdout_openings === 1 ? 'once' : `${report.split.holdout_openings} times`}.</p>
      {own.length > 0 && (
        <>
          <h3>Calibration</h3>
          <div class="tabs" role="group" aria-label="rung">{own.map((r, i) => <button aria-pressed={i === chosen} onClick={() => setChosen(i)}>{r.name}</button>)}</div>
          <Calibration rung={own[chosen]} />
        </>
      )}
      {report.notes.map((n) => <p class="quiet">{n}</p>)}
    </section>
  );
}
