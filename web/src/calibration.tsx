// Calibration: do predictions come true as often as they say? One small picture per rung, all on the same scale.
import { useCallback } from 'preact/hooks';
import { Figure, Plot } from './figure';
import { count, inLine, listed, present, readable, shortNumber, type Reading } from './format';
import type { RungReport } from './generated/reports';
import { numberAxis } from './number_axis';

/** What the figures say: too high or too low on average, and whether the predictions are spread too wide. */
function finding(rung: RungReport, as: Reading): string {
  const bins = rung.calibration.filter((p) => present(p.predicted) && present(p.observed.value));
  const rows = bins.reduce((sum, p) => sum + p.rows, 0);
  const off = bins.reduce((sum, p) => sum + p.rows * ((p.predicted as number) - (p.observed.value as number)), 0) / (rows || 1);
  const ends = bins.flatMap((p) => [p.predicted as number, p.observed.value as number]);
  const size = Math.abs(off) < 0.005 * (Math.max(...ends) - Math.min(...ends)) ? 0 : off;
  const average = size === 0 ? 'right on average' : `${as === 'share' ? `${readable(100 * Math.abs(size), 2)} percentage points` : readable(Math.abs(size), 2)} too ${size > 0 ? 'high' : 'low'} on average over its bins`;
  const { value, low, high } = rung.calibration_slope;
  if (!present(value)) return `Predicts ${average}; ${inLine(rung.calibration_slope)}.`;
  const spread = present(high) && high < 1 ? 'below 1: predictions lie farther apart than what happens' : present(low) && low > 1 ? 'above 1: predictions lie closer together than what happens' : 'not told apart from 1, where predictions are spread as what happens';
  return `Predicts ${average}. Slope ${inLine(rung.calibration_slope)}, ${spread}.`;
}

function One({ rung, domain, as, unit }: { rung: RungReport; domain: [number, number]; as: Reading; unit: string }) {
  const percent = as === 'share';
  const axis = { domain, grid: true, ticks: 4, tickFormat: (v: number) => (percent ? readable(100 * v) : shortNumber(v)) };
  const after = percent ? ', %' : unit ? `, ${unit}` : '';
  const figure = (value: number | null) => (percent ? `${readable(100 * (value ?? NaN))}\u00a0%` : readable(value));
  const points = rung.calibration.map((p) => ({ predicted: p.predicted, ...p.observed, rows: p.rows })).filter((p) => p.value !== null);
  const options = useCallback((width: number) => ({
    height: Math.min(320, width), marginLeft: numberAxis(domain, 4, axis.tickFormat).room, marginRight: 18, x: { ...axis, label: `predicted${after}` }, y: { ...axis, label: `observed${after}` },
    marks: [
      Plot.line([[domain[0], domain[0]], [domain[1], domain[1]]], { stroke: 'var(--ink)', strokeOpacity: 0.6, strokeDasharray: '5 4' }),
      Plot.ruleX(points.filter((p) => p.low !== null && p.low !== p.high), { x: 'predicted', y1: (p) => Math.max(domain[0], p.low as number), y2: (p) => Math.min(domain[1], p.high as number), stroke: 'var(--accent)', strokeWidth: 4, strokeOpacity: 0.45 }),
      Plot.dot(points, { x: 'predicted', y: 'value', fill: 'var(--accent)', r: 4.5 }),
      Plot.tip(points, Plot.pointer({ x: 'predicted', y: 'value', title: (p: (typeof points)[number]) => `predicted ${figure(p.predicted)}\nobserved ${inLine(p, as)}\n${count(p.rows)} rows`, fill: 'var(--card)' })),
    ],
  }), [rung]);
  return <Figure name={`calibration of ${rung.name}`} label={`Calibration of ${rung.name} on the holdout, ${points.length} bins. ${finding(rung, as)}`} caption={`${rung.name}. ${finding(rung, as)}`} options={options} table={{ head: [`predicted${percent ? '' : after}`, `observed${percent ? '' : after} (95 % interval)`, 'rows'], body: points.map((p) => [figure(p.predicted), inLine(p, as), count(p.rows)]) }} />;
}

/** `number`: the outcome is a number, in `unit` where the charter states it, and has no chance of coming true. */
export function Calibration({ rungs, as, number, unit }: { rungs: RungReport[]; as: Reading; number: boolean; unit: string }) {
  const drawn = rungs.filter((r) => r.calibration.length > 1 && r.kind !== 'random');
  const constant = rungs.filter((r) => r.calibration.length === 1);
  if (drawn.length === 0) return null;
  const ends = drawn.flatMap((r) => r.calibration.flatMap((p) => [p.predicted as number, p.observed.value, p.observed.low, p.observed.high])).filter((v): v is number => v !== null);
  const room = 0.04 * (Math.max(...ends) - Math.min(...ends) || 1);
  const domain: [number, number] = [Math.min(...ends) - room, Math.max(...ends) + room];
  return (
    <>
      <h3>{number ? 'Do outcomes lie where the predictions say?' : 'Do predictions come true as often as they say?'}</h3>
      <p class="quiet">On the dashed line they do{number && ', on average'}. Bars are 95&nbsp;% intervals. {constant.length > 0 ? `Not drawn: ${listed(constant.map((r) => r.name))}, which ${constant.length === 1 ? 'gives' : 'give'} all rows one answer, or nearly so.` : ''}</p>
      <div class="multiples">{drawn.map((rung) => <One rung={rung} domain={domain} as={as} unit={unit} />)}</div>
    </>
  );
}
