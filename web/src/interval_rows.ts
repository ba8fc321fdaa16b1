// The picture used most: one row per thing, a dot with its interval, the figures written beside it.
import { Plot } from './figure';
import type { Tone } from './format';

export interface IntervalRow {
  label: string;
  value: number | null;
  low: number | null;
  high: number | null;
  /** The figures as text: "0.023 (0.020 to 0.026)". */
  text: string;
  tone?: Tone;
  /** Marked with a cross instead of a dot: published, not measured here. */
  foreign?: boolean;
}

interface Setting {
  rows: IntervalRow[];
  width: number;
  axis: string;
  /** Shown on the axis: the values as they are, or times 100. */
  percent?: boolean;
  domain?: [number, number];
  /** A line at this value, with its name above. */
  line?: { at: number; name: string };
  /** What lies above this value is shaded, with its name. */
  from?: { at: number; name: string };
}

/** From the lowest to the highest end, with room; `also` are values that must be seen. */
export function domainOf(rows: IntervalRow[], also: number[] = []): [number, number] {
  const ends = [...also, ...rows.flatMap((r) => [r.value, r.low, r.high]).filter((v): v is number => v !== null)];
  const low = Math.min(...ends), high = Math.max(...ends);
  const room = 0.06 * (high - low || Math.abs(high) || 1);
  return [low - room, high + room];
}

const colour: Record<Tone | 'plain', string> = { good: 'var(--good)', bad: 'var(--bad)', warn: 'var(--warn)', ask: 'var(--ask)', mute: 'var(--mute)', plain: 'var(--accent)' };
// A shape per tone, for people who do not see colours.
const shape: Record<Tone | 'plain', Plot.SymbolType> = { good: 'circle', bad: 'square', warn: 'diamond', ask: 'triangle', mute: 'circle', plain: 'circle' };

export function intervalRows({ rows, width, axis, percent, domain: wanted, line, from }: Setting): Plot.PlotOptions {
  const narrow = width < 620;
  const domain = wanted ?? domainOf(rows, [line?.at, from?.at].filter((v): v is number => v !== undefined));
  const clip = (v: number) => Math.min(domain[1], Math.max(domain[0], v));
  const keyed = rows.map((r, i) => ({ ...r, key: String(i) }));
  const inside = keyed.filter((r) => r.value !== null && r.value >= domain[0] && r.value <= domain[1]);
  const outside = keyed.filter((r) => r.value !== null && !inside.includes(r));
  // A label and its figures share a line where they fit.
  const stacked = narrow && rows.some((r) => r.label.length * 8 + r.text.length * 7.2 > width - 24);
  // Widths are guesses for wide fonts: Plot cuts by ems, and a bold wide letter takes more than it thinks.
  const longest = Math.max(...rows.map((r) => r.label.length));
  const left = narrow ? 8 : Math.min(width * 0.34, longest * 8 + 16);
  const right = narrow ? 8 : Math.min(width * 0.36, Math.max(...rows.map((r) => r.text.length)) * 6.5 + 16);
  const top = line || from ? 26 : 10;
  const drop = stacked ? 16 : narrow ? 9 : 0;
  const tones = [...new Set(keyed.map((r) => r.tone ?? 'plain'))];
  const marks: Plot.Markish[] = [];
  if (from && from.at < domain[1]) {
    marks.push(Plot.rect([0], { x1: () => clip(from.at), x2: () => domain[1], fill: 'var(--good)', fillOpacity: 0.1 }));
    marks.push(Plot.ruleX([from.at], { stroke: 'var(--good)', strokeDasharray: '5 3' }));
    const nearEnd = (from.at - domain[0]) / (domain[1] - domain[0]) > 0.55;
    marks.push(Plot.text([from.at], { x: (v) => v, frameAnchor: 'top', dy: -16, dx: nearEnd ? -2 : 2, textAnchor: nearEnd ? 'end' : 'start', text: () => (nearEnd ? `${from.name} →` : `→ ${from.name}`), fill: 'var(--good)', fontWeight: 600 }));
  }
  if (line && line.at >= domain[0] && line.at <= domain[1]) {
    marks.push(Plot.ruleX([line.at], { stroke: 'var(--ink)', strokeOpacity: 0.65 }));
    if (line.name) {
      const place = (line.at - domain[0]) / (domain[1] - domain[0]);
      const anchor = place < 0.2 ? 'start' : place > 0.8 || (from && from.at > line.at && from.at - line.at < 0.4 * (domain[1] - domain[0])) ? 'end' : 'middle';
      marks.push(Plot.text([line.at], { x: (v) => v, frameAnchor: 'top', dy: -16, textAnchor: anchor, text: () => line.name, fill: 'var(--soft)' }));
    }
  }
  for (const t of tones) {
    const own = inside.filter((r) => (r.tone ?? 'plain') === t);
    marks.push(Plot.ruleY(own.filter((r) => r.low !== null && r.high !== null && r.low !== r.high), { x1: (r) => clip(r.low as number), x2: (r) => clip(r.high as number), y: 'key', stroke: colour[t], strokeWidth: 4, strokeOpacity: 0.45, dy: drop }));
    marks.push(Plot.dot(own.filter((r) => !r.foreign), { x: 'value', y: 'key', fill: colour[t], symbol: shape[t], r: 5.5, dy: drop }));
    marks.push(Plot.dot(own.filter((r) => r.foreign), { x: 'value', y: 'key', stroke: colour[t], strokeWidth: 2, symbol: 'times', r: 5, dy: drop }));
  }
  marks.push(Plot.text(outside, { x: (r) => ((r.value as number) < domain[0] ? domain[0] : domain[1]), y: 'key', text: (r) => ((r.value as number) < domain[0] ? '◂ off the scale' : 'off the scale ▸'), textAnchor: 'start', fill: 'var(--soft)', dy: drop, dx: 3 }));
  // Labels and figures: beside the row where there is room, above it on a phone.
  const numbers = { text: 'text', y: 'key', fill: 'var(--ink)', fontVariant: 'tabular-nums' } as const;
  if (narrow) {
    marks.push(Plot.text(keyed, { y: 'key', text: 'label', frameAnchor: 'left', dy: stacked ? -17 : -9, textAnchor: 'start', fontWeight: 600, lineWidth: (width - 16) / 16, textOverflow: 'ellipsis', stroke: 'var(--paper)', strokeWidth: 3, fill: 'var(--ink)' }));
    marks.push(Plot.text(keyed, { ...numbers, frameAnchor: stacked ? 'left' : 'right', dy: stacked ? -1 : -9, textAnchor: stacked ? 'start' : 'end', fill: 'var(--soft)' }));
  } else {
    marks.push(Plot.text(keyed, { y: 'key', text: 'label', frameAnchor: 'left', dx: -left + 2, textAnchor: 'start', lineWidth: Math.max(5, (left - 10) / 14.5), textOverflow: 'ellipsis', fontWeight: 600 }));
    marks.push(Plot.text(keyed, { ...numbers, frameAnchor: 'right', dx: 12, textAnchor: 'start' }));
  }
  return {
    height: rows.length * (stacked ? 62 : narrow ? 46 : 34) + top + 48, marginLeft: left, marginRight: right, marginTop: top,
    x: { label: axis, domain, grid: true, ticks: Math.max(3, Math.min(8, Math.floor((width - left - right) / 80))), tickFormat: (v: number) => (percent ? Number((100 * v).toPrecision(8)) : Number(v.toPrecision(8))).toLocaleString('en-US', { maximumFractionDigits: 8 }).replace('-', '−') },
    y: { label: null, axis: null, domain: keyed.map((r) => r.key), padding: 0.5 },
    marks,
  };
}
