// Calibration: do predictions come true as often as they say? One small picture per rung, all on the same scale.
import { useCallback } from 'preact/hooks';
import { Figure, Plot } from './figure';
import { count, inLine, readable } from './format';
import type { RungReport } from './generated/reports';

function One({ rung, domain }: { rung: RungReport; domain: [number, number] }) {
  const points = rung.calibration.map((p) => ({ predicted: p.predicted, ...p.observed, rows: p.rows })).filter((p) => p.value !== null);
  const options = useCallback((width: number) => ({
    height: Math.min(320, width), marginLeft: 48, marginRight: 12, x: { label: 'predicted', domain, grid: true, ticks: 4 }, y: { label: 'observed', domain, grid: true, ticks: 4 },
    marks: [
      Plot.line([[domain[0], domain[0]], [domain[1], domain[1]]], { stroke: 'var(--ink)', strokeOpacity: 0.6, strokeDasharray: '5 4' }),
      Plot.ruleX(points.filter((p) => p.low !== null && p.low !== p.high), { x: 'predicted', y1: (p) => Math.max(domain[0], p.low as number), y2: (p) => Math.min(domain[1], p.high as number), stroke: 'var(--accent)', strokeWidth: 4, strokeOpacity: 0.45 }),
      Plot.dot(points, { x: 'predicted', y: 'value', fill: 'var(--accent)', r: 4.5 }),
    ],
  }), [rung]);
  return <Figure label={`Calibration of ${rung.name} on the holdout, ${points.length} bins.`} caption={`${rung.name}. Slope ${inLine(rung.calibration_slope)}.`} options={options} table={{ head: ['predicted', 'observed (95 % interval)', 'rows'], body: points.map((p) => [readable(p.predicted), inLine(p), count(p.rows)]) }} />;
}

export function Calibration({ rungs }: { rungs: RungReport[] }) {
  const drawn = rungs.filter((r) => r.calibration.length > 1 && r.kind !== 'random');
  const constant = rungs.filter((r) => r.calibration.length === 1);
  if (drawn.length === 0) return null;
  const ends = drawn.flatMap((r) => r.calibration.flatMap((p) => [p.predicted as number, p.observed.value, p.observed.low, p.observed.high])).filter((v): v is number => v !== null);
  const room = 0.04 * (Math.max(...ends) - Math.min(...ends) || 1);
  const domain: [number, number] = [Math.min(...ends) - room, Math.max(...ends) + room];
  return (
    <>
      <h3>Do predictions come true as often as they say?</h3>
      <p class="quiet">On the dashed line they do. Bars are 95 % intervals by unit. {constant.length > 0 ? `${constant.map((r) => r.name).join(' and ')} give (nearly) one answer to all rows: there is no calibration to draw.` : ''}</p>
      <div class="multiples">{drawn.map((rung) => <One rung={rung} domain={domain} />)}</div>
    </>
  );
}
