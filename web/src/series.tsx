// The outcome over time: the series with its interval band, the levels between shifts, what repeats.
import { useCallback } from 'preact/hooks';
import { Figure, Plot } from './figure';
import { atTime, capital, count, counted, inLine, readEstimate, readable, sentence, shortNumber } from './format';
import type { Estimate, OutcomeOverTime, PeriodPoint } from './generated/reports';
import { numberAxis } from './number_axis';
import type { Outcome } from './outcome';
import { textWidth } from './text_width';

const quantile = (sorted: number[], share: number): number => sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))];

function Season({ series, outcome: { as, mean, unit } }: { series: OutcomeOverTime; outcome: Outcome }) {
  const rows = series.season_labels.map((label, i) => ({ label, ...series.season_means[i] })).filter((r) => r.value !== null);
  const factor = as === 'share' ? 100 : 1;
  const y = numberAxis(rows.flatMap((r) => [r.value, r.low, r.high]).filter((v): v is number => v !== null).map((v) => factor * v), 5);
  const options = useCallback((width: number) => ({
    height: 210, marginLeft: y.room, marginTop: 20, x: { label: null, domain: rows.map((r) => r.label), padding: 0.4, ticks: rows.length * 34 > width ? rows.filter((_, i) => i % 3 === 0).map((r) => r.label) : undefined }, y: { label: as === 'share' ? '% of rows' : `mean${unit ? `, ${unit}` : ''}`, grid: true, domain: y.domain, ticks: y.ticks, tickFormat: y.tickFormat },
    marks: [
      Plot.ruleX(rows.filter((r) => r.low !== null), { x: 'label', y1: (r) => factor * (r.low as number), y2: (r) => factor * (r.high as number), stroke: 'var(--accent)', strokeWidth: 4, strokeOpacity: 0.45 }),
      Plot.dot(rows, { x: 'label', y: (r) => factor * (r.value as number), fill: 'var(--accent)', r: 5 }),
    ],
  }), [series]);
  if (rows.length < 2) return null;
  return <Figure name="what repeats" label={`${capital(mean)} by position in the season, with 95 % intervals: ${rows.map((r) => `${r.label} ${inLine(r, as)}`).join('; ')}.`} caption={`What repeats. ${sentence(series.seasonality)} Dots are means, bars 95 % intervals.`} options={options} table={{ head: ['position', 'mean (95 % interval)'], body: rows.map((r) => [r.label, inLine(r, as)]) }} />;
}

/** As much of a period's start as its length needs: "1996" for a year. */
const named = (start: string, period: string): string => (period === 'year' ? start.slice(0, 4) : period === 'month' || period === 'quarter' ? start.slice(0, 7) : start.slice(0, period === 'hour' ? 16 : 10));

/** The first and the last period may be cut short: with less than a tenth of the usual rows they are named, not drawn. */
function cutShort(points: PeriodPoint[]): PeriodPoint[] {
  const rows = points.map((p) => p.rows).sort((a, b) => a - b);
  const usual = rows[Math.floor(rows.length / 2)];
  return points.length < 5 ? [] : [points[0], points[points.length - 1]].filter((p) => p.rows > 0 && p.rows < usual / 10);
}

/** `covered`: how many positions the seasons have that are drawn by themselves; a week is not drawn twice. */
export function Series({ series, mean, outcome, covered }: { series: OutcomeOverTime; mean: Estimate; outcome: Outcome; covered: number[] }) {
  const { as, unit } = outcome;
  const shown = outcome.mean === 'mean outcome' ? 'outcome' : outcome.mean;
  const short = cutShort(series.points);
  const factor = as === 'share' ? 100 : 1;
  const points = series.points.filter((p) => p.mean.value !== null && !short.includes(p)).map((p) => ({ at: atTime(p.start), mean: factor * (p.mean.value as number), low: p.mean.low === null ? null : factor * p.mean.low, high: p.mean.high === null ? null : factor * p.mean.high, segment: p.segment }));
  const levels = [...new Set(points.map((p) => p.segment))].map((segment, i) => {
    const own = points.filter((p) => p.segment === segment);
    const sorted = own.map((p) => p.mean).sort((a, b) => a - b);
    const measured = series.changes.length === 0 ? mean : i === 0 ? series.changes[0].before : series.changes[i - 1]?.after;
    return { from: own[0].at, to: own[own.length - 1].at, level: measured && measured.value !== null ? factor * measured.value : own.reduce((sum, p) => sum + p.mean, 0) / own.length, low: quantile(sorted, 0.05), high: quantile(sorted, 0.95), text: inLine(measured, as) };
  });
  const name = (l: { level: number }) => (as === 'share' ? `${l.level.toFixed(1)}\u00a0%` : shortNumber(l.level, 3));
  const banded = points.some((p) => p.low !== null);
  const ends = [...points.flatMap((p) => [p.mean, p.low, p.high]), ...levels.flatMap((l) => [l.low, l.high, l.level]), ...(as === 'share' ? [0] : [])].filter((v): v is number => v !== null);
  const changes = series.changes.map((c) => ({ at: atTime(c.start), start: named(c.start, series.period), text: `from ${inLine(c.before, as)} to ${inLine(c.after, as)}, a difference of ${inLine(c.difference, as === 'share' ? 'points' : 'plain')}` }));
  const options = useCallback((width: number) => {
    const y = numberAxis(ends, 8);
    const right = Math.max(58, ...levels.slice(-1).map((l) => Math.ceil(textWidth(name(l), 700)) + 12));
    // The shifts by number and time; by number alone where they would meet.
    const times = changes.map((c, i) => ({ at: c.at, text: changes.length > 1 ? `▼ ${i + 1}: ${c.start}` : `▼ ${c.start}` }));
    const [first, last] = [+points[0].at, +points[points.length - 1].at];
    const place = (at: Date) => y.room + ((+at - first) / (last - first || 1)) * (width - y.room - right);
    const meet = times.some((t, i) => i > 0 && place(t.at) - place(times[i - 1].at) < (textWidth(t.text, 600) + textWidth(times[i - 1].text, 600)) / 2 + 8) || times.some((t) => place(t.at) + textWidth(t.text, 600) / 2 > width);
    return {
      height: Math.max(240, Math.min(340, width / 3)), marginLeft: y.room, marginRight: right, marginTop: 26, x: { label: null, type: 'utc' as const, ticks: Math.max(3, Math.floor(width / 110)) }, y: { label: as === 'share' ? `% per ${series.period}` : `mean per ${series.period}${unit ? `, ${unit}` : ''}`, grid: true, domain: y.domain, ticks: y.ticks, tickFormat: y.tickFormat },
      marks: [
        banded
          ? Plot.areaY(points.filter((p) => p.low !== null), { x: 'at', y1: 'low', y2: 'high', fill: 'var(--accent)', fillOpacity: 0.16 })
          : Plot.rect(levels, { x1: 'from', x2: 'to', y1: 'low', y2: 'high', fill: 'var(--accent)', fillOpacity: 0.1 }),
        Plot.lineY(points, { x: 'at', y: 'mean', stroke: 'var(--accent)', strokeWidth: 1.4 }),
        Plot.ruleY(levels, { x1: 'from', x2: 'to', y: 'level', stroke: 'var(--ink)', strokeWidth: 1.8, strokeDasharray: '6 4' }),
        Plot.text(levels.slice(0, -1), { x: 'to', y: 'level', text: name, dy: -9, dx: -4, textAnchor: 'end', fontWeight: 700, stroke: 'var(--paper)', strokeWidth: 4, fill: 'var(--ink)' }),
        Plot.text(levels.slice(-1), { x: 'to', y: 'level', text: name, dx: 6, textAnchor: 'start', fontWeight: 700 }),
        Plot.ruleX(changes, { x: 'at', stroke: 'var(--bad)', strokeWidth: 1.8 }),
        Plot.text(changes, { x: 'at', frameAnchor: 'top', dy: -16, text: (_, i) => (meet ? `▼${changes.length > 1 ? ` ${i + 1}` : ''}` : times[i].text), fill: 'var(--bad)', fontWeight: 600 }),
        Plot.tip(points, Plot.pointerX({ x: 'at', y: 'mean', title: (p: { at: Date; mean: number }) => `${named(p.at.toISOString().replace('T', ' '), series.period)}: ${readable(p.mean)}${as === 'share' ? '\u00a0%' : ''}`, fill: 'var(--card)' })),
      ],
    };
  }, [series]);
  if (series.reason || points.length === 0) return <p class="quiet">No picture over time: {series.reason || 'no period has a figure'}.</p>;
  const shifts = changes.length === 0 ? 'its level does not shift beyond what such noise shows' : `it shifts ${changes.length > 1 ? `${changes.length} times: ` : ''}${changes.map((c, i) => `${changes.length > 1 ? `(${i + 1}) ` : ''}${series.period === 'year' || series.period === 'month' ? 'in' : 'at'} ${c.start}, ${c.text}`).join('; ')}`;
  const undrawn = short.map((p) => ` Not drawn: ${named(p.start, series.period)}, which has only ${counted(p.rows, 'row')}.`).join('');
  const band = banded ? 'Shaded: 95 % intervals.' : `Shaded: between the lines lie nine of ten ${series.period}s of a level (single ${series.period}s have no interval: ${points.length > 0 ? series.points.find((p) => p.mean.reason)?.mean.reason ?? 'one unit each' : 'none'}).`;
  return (
    <>
      <Figure
        name={`the outcome per ${series.period}`}
        label={`${capital(outcome.mean)} per ${series.period}, ${series.points[0]?.start ?? ''} to ${series.points[series.points.length - 1]?.start ?? ''}: ${shifts}.`}
        caption={`The ${shown} per ${series.period}: ${shifts}. Dashed: the level, ${levels.map((l) => l.text).join('; ')}. ${band}${undrawn}`}
        options={options}
        table={{ head: [series.period, 'rows', 'mean', '95 % interval'], body: series.points.map((p) => { const read = readEstimate(p.mean, as); return [p.start, count(p.rows), read.value, read.interval || 'none']; }) }}
      />
      {series.outside && <p class="quiet">{sentence(series.outside)}</p>}
      {covered.includes(series.season_labels.length) ? <p class="quiet">{sentence(series.seasonality)}</p> : <Season series={series} outcome={outcome} />}
      <details><summary>How shifts are found</summary><p class="quiet">{sentence(series.method)}</p></details>
    </>
  );
}
