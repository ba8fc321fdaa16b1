// A slice's loss by period, with its interval, against all other rows.
import { useCallback } from 'preact/hooks';
import { Figure, Plot } from './figure';
import { atTime, count, present, readable, readEstimate } from './format';
import type { SlicePeriod } from './generated/reports';
import { domainOf } from './interval_rows';
import { numberAxis } from './number_axis';

interface Point {
  at: Date;
  mean: number | null;
  low: number | null;
  high: number | null;
  others: number | null;
}

/** Its neighbours have no interval: a band would not be seen. */
const alone = (points: Point[], i: number): boolean => points[i].low !== null && (points[i - 1]?.low ?? null) === null && (points[i + 1]?.low ?? null) === null;

export function LossOverTime({ periods, name }: { periods: SlicePeriod[]; name: string }) {
  const drawn = periods.filter((p) => present(p.loss_mean.value));
  const others = periods.map((p) => p.others).filter(present);
  const domain = domainOf(drawn.map((p) => ({ label: '', text: '', value: p.loss_mean.value, low: p.loss_mean.low, high: p.loss_mean.high })), others);
  // A loss is never below 0, its interval may be.
  const clip = (v: number | null): number | null => (v === null ? null : Math.min(domain[1], Math.max(Math.min(0, ...others), domain[0], v)));
  const cut = drawn.some((p) => present(p.loss_mean.high) && p.loss_mean.high > domain[1]);
  const points: Point[] = periods.map((p) => ({ at: atTime(p.start), mean: p.loss_mean.value, low: clip(p.loss_mean.low), high: clip(p.loss_mean.high), others: p.others }));
  const options = useCallback((width: number) => {
    const y = numberAxis([...points.flatMap((p) => [p.mean, p.low, p.high, p.others])].filter(present), 4);
    return {
      height: 190, marginLeft: y.room, marginRight: 16, marginTop: 20, x: { label: null, type: 'utc' as const, ticks: Math.max(2, Math.floor(width / 120)) }, y: { label: 'mean loss', grid: true, domain: y.domain, ticks: y.ticks, tickFormat: y.tickFormat },
      marks: [
        Plot.areaY(points, { x: 'at', y1: 'low', y2: 'high', fill: 'var(--accent)', fillOpacity: 0.16 }),
        Plot.ruleX(points.filter((_, i) => alone(points, i)), { x: 'at', y1: 'low', y2: 'high', stroke: 'var(--accent)', strokeWidth: 4, strokeOpacity: 0.3 }),
        Plot.lineY(points, { x: 'at', y: 'others', stroke: 'var(--soft)', strokeWidth: 1.4, strokeDasharray: '5 4' }),
        Plot.dot(points, { x: 'at', y: 'others', stroke: 'var(--soft)', fill: 'var(--paper)', strokeWidth: 1.4, r: 2.8 }),
        Plot.lineY(points, { x: 'at', y: 'mean', stroke: 'var(--accent)', strokeWidth: 1.8 }),
        Plot.dot(points, { x: 'at', y: 'mean', fill: 'var(--accent)', r: 4 }),
      ],
    };
  }, [periods]);
  if (drawn.length < 2) return null;
  const noInterval = [...new Set(drawn.filter((p) => p.loss_mean.reason).map((p) => p.loss_mean.reason))];
  const empty = periods.length - drawn.length;
  return (
    <Figure
      name={`loss over time, ${name}`}
      label={`Mean loss by period, ${periods[0].start} to ${periods[periods.length - 1].start}, in ${name} and in all other rows. The figures stand in the table.`}
      caption={`Its loss over time: ● solid, these rows${drawn.some((p) => present(p.loss_mean.low)) ? ' with their 95 % intervals (shaded)' : ''}; ○ dashed, all other rows.${cut ? ' Where the shade ends at the top, the interval goes on.' : ''}${noInterval.length > 0 ? ` Where no interval is drawn: ${noInterval.join('; ')}.` : ''}${empty > 0 ? ` In ${empty} of ${periods.length} periods it has no rows.` : ''}`}
      options={options}
      said
      table={{ head: ['period', 'rows', 'mean loss', '95 % interval', 'all other rows'], body: periods.map((p) => { const read = readEstimate(p.loss_mean); return [p.start, count(p.rows), present(p.loss_mean.value) ? read.value : 'none', read.interval || 'none', present(p.others) ? readable(p.others) : 'none']; }) }}
    />
  );
}
