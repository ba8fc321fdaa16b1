// The picture used most: one row per thing, a dot with its interval, the figures written beside it.
import { Plot } from './figure';
import { inShort, shortNumber, type Reading, type Tone } from './format';
import type { Estimate } from './generated/reports';
import { lineHeight, textWidth, wrapped } from './text_width';

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

/** A row from an estimate; why it has no interval stands elsewhere (format.ts, whyNone). */
export const rowOf = (label: string, of: Estimate, as: Reading = 'plain'): IntervalRow => ({ label, value: of.value, low: of.low, high: of.high, text: inShort(of, as) });

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

/** More rows than this are many: they stand closer together. */
const manyRows = 12;

/** More rows than this are, at half the width of paper with their figures above them, higher than a page. */
export const tallRows = 14;

const middle = (sorted: number[]): number => sorted[Math.floor(sorted.length / 2)];

/** From the lowest to the highest end, with room; `also` are values that must be seen. Among several rows, an interval much wider than
 *  the others is cut (and marked so) instead of squeezing them. */
export function domainOf(rows: IntervalRow[], also: number[] = []): [number, number] {
  const widths = rows.filter((r) => r.low !== null && r.high !== null && r.high > r.low).map((r) => (r.high as number) - (r.low as number)).sort((a, b) => a - b);
  const reach = widths.length >= 4 ? 3 * middle(widths) : Infinity;
  const ends = [...also, ...rows.flatMap((r) => (r.value === null ? [] : [r.value, Math.max(r.low ?? r.value, r.value - reach), Math.min(r.high ?? r.value, r.value + reach)]))];
  if (ends.length === 0) return [0, 1];
  const low = Math.min(...ends), high = Math.max(...ends);
  const room = 0.06 * (high - low || Math.abs(high) || 1);
  return [low - room, high + room];
}

/** A domain inside the values that there are: an interval's end beyond them squeezes nothing. */
export const within = ([low, high]: [number, number], [least, most]: [number, number]): [number, number] => (least < high && most > low ? [Math.max(low, least), Math.min(high, most)] : [low, high]);

/** Below a picture in which an interval is cut. */
export const goesOn = (rows: IntervalRow[], [low, high]: [number, number]): string =>
  rows.some((r) => r.value !== null && r.value >= low && r.value <= high && ((r.low ?? low) < low || (r.high ?? high) > high)) ? ' Where ◂ or ▸ stands, the interval goes on.' : '';

const colour: Record<Tone | 'plain', string> = { good: 'var(--good)', bad: 'var(--bad)', warn: 'var(--warn)', ask: 'var(--ask)', mute: 'var(--mute)', plain: 'var(--accent)' };
// A shape per tone, for people who do not see colours.
const shape: Record<Tone | 'plain', Plot.SymbolType> = { good: 'circle', bad: 'square', warn: 'diamond', ask: 'triangle', mute: 'circle', plain: 'circle' };

const tick = (percent?: boolean) => (v: number): string => shortNumber(percent ? 100 * v : v);

interface Layout {
  left: number;
  right: number;
  /** Height of a row. */
  step: number;
  /** Labels and figures stand beside the rows, else above them. */
  beside: boolean;
  labels: string[];
  figures: string[];
  /** Above: where the figures start, under the label or on its line. */
  below: number[];
}

const edge = 20;

function layoutOf(rows: IntervalRow[], width: number): Layout {
  const labelWidth = Math.max(...rows.map((r) => textWidth(r.label.slice(0, 200), 600)));
  const figureWidth = Math.max(...rows.map((r) => textWidth(r.text)));
  const left = Math.min(labelWidth + 14, Math.max(0.3 * width, 90));
  const right = figureWidth + 18;
  // Many short rows stay short on a phone too.
  if (width - left - right >= (rows.length > manyRows ? 110 : Math.max(200, 0.38 * width))) {
    const labels = rows.map((r) => wrapped(r.label, left - 10, 600, 3));
    const most = Math.max(...labels.map((l) => l.length));
    return { left, right, beside: true, step: Math.max(rows.length > manyRows ? 23 : 32, most * lineHeight + 10), labels: labels.map((l) => l.join('\n')), figures: rows.map((r) => r.text), below: [] };
  }
  const share = rows.every((r) => textWidth(r.label, 600) + textWidth(r.text) <= width - 34);
  const labels = rows.map((r) => wrapped(r.label, width - 16, 600, 3));
  const figures = rows.map((r) => wrapped(r.text, width - 16));
  const lines = Math.max(...rows.map((_, i) => labels[i].length + (share ? 0 : figures[i].length)));
  // Room for half a number of the axis at both ends.
  return { left: edge, right: edge, beside: false, step: lines * lineHeight + 28, labels: labels.map((l) => l.join('\n')), figures: figures.map((f) => f.join('\n')), below: rows.map((_, i) => (share ? -1 : labels[i].length * lineHeight)) };
}

type Anchor = 'start' | 'middle' | 'end';

/** Where a name at `x` stands so that it stays between the picture's edges, and what it covers. */
function placed(text: string, x: number, width: number, wanted: Anchor): { anchor: Anchor; from: number; to: number } {
  const size = textWidth(text, 600);
  const fits: Record<Anchor, [number, number]> = { start: [x + 2, x + 2 + size], middle: [x - size / 2, x + size / 2], end: [x - 2 - size, x - 2] };
  const order: Anchor[] = [wanted, 'middle', 'start', 'end'];
  const anchor = order.find((a) => fits[a][0] >= 2 && fits[a][1] <= width - 2) ?? (x < width / 2 ? 'start' : 'end');
  return { anchor, from: fits[anchor][0], to: fits[anchor][1] };
}

export function intervalRows({ rows, width, axis, percent, domain: wanted, line, from }: Setting): Plot.PlotOptions {
  const domain = wanted ?? domainOf(rows, [line?.at, from?.at].filter((v): v is number => v !== undefined));
  const { left, right, step, beside, labels, figures, below } = layoutOf(rows, width);
  const clip = (v: number) => Math.min(domain[1], Math.max(domain[0], v));
  const pixel = (v: number) => left + ((v - domain[0]) / (domain[1] - domain[0])) * (width - left - right);
  const keyed = rows.map((r, i) => ({ ...r, key: String(i), label: labels[i], text: figures[i] }));
  const inside = keyed.filter((r) => r.value !== null && r.value >= domain[0] && r.value <= domain[1]);
  const outside = keyed.filter((r) => r.value !== null && !inside.includes(r));
  const drop = beside ? 0 : step / 2 - 14;
  const marks: Plot.Markish[] = [];

  // The names of the line and of the shaded part; where they would meet, one stands above the other.
  const shown = line && line.at >= domain[0] && line.at <= domain[1] ? line : undefined;
  const shaded = from && from.at < domain[1] ? from : undefined;
  const shadedFrom = shaded && clip(shaded.at);
  const lineName = shown?.name ? placed(shown.name, pixel(shown.at), width, 'middle') : undefined;
  const shadedName = shaded && placed(`→ ${shaded.name}`, pixel(shadedFrom as number), width, 'start');
  const meet = lineName !== undefined && shadedName !== undefined && lineName.from < shadedName.to + 8 && shadedName.from < lineName.to + 8;
  const top = meet ? 42 : lineName || shadedName ? 26 : 10;
  // Above the rows stand texts: there, lines are drawn beside the dots only.
  const rule = (at: number, style: object) => marks.push(beside ? Plot.ruleX([at], style) : Plot.tickX(keyed, { x: () => at, y: 'key', insetTop: step - 24, insetBottom: 2, ...style }));
  if (shaded && shadedName) {
    marks.push(Plot.rect([0], { x1: () => shadedFrom as number, x2: () => domain[1], fill: 'var(--good)', fillOpacity: 0.1 }));
    rule(shadedFrom as number, { stroke: 'var(--good)', strokeDasharray: '5 3' });
    marks.push(Plot.text([shadedFrom as number], { x: (v) => v, frameAnchor: 'top', dy: meet ? -32 : -16, dx: shadedName.anchor === 'start' ? 2 : shadedName.anchor === 'end' ? -2 : 0, textAnchor: shadedName.anchor, text: () => (shadedName.anchor === 'end' ? `${shaded.name} →` : `→ ${shaded.name}`), fill: 'var(--good)', fontWeight: 600 }));
  }
  if (shown) {
    rule(shown.at, { stroke: 'var(--ink)', strokeOpacity: 0.65 });
    if (lineName) marks.push(Plot.text([shown.at], { x: (v) => v, frameAnchor: 'top', dy: -16, textAnchor: lineName.anchor, text: () => shown.name, fill: 'var(--soft)' }));
  }
  for (const t of new Set(keyed.map((r) => r.tone ?? 'plain'))) {
    const own = inside.filter((r) => (r.tone ?? 'plain') === t);
    marks.push(Plot.ruleY(own.filter((r) => r.low !== null && r.high !== null && r.low !== r.high), { x1: (r) => clip(r.low as number), x2: (r) => clip(r.high as number), y: 'key', stroke: colour[t], strokeWidth: 4, strokeOpacity: 0.45, dy: drop }));
    marks.push(Plot.dot(own.filter((r) => !r.foreign), { x: 'value', y: 'key', fill: colour[t], symbol: shape[t], r: 5.5, dy: drop }));
    marks.push(Plot.dot(own.filter((r) => r.foreign), { x: 'value', y: 'key', stroke: colour[t], strokeWidth: 2, symbol: 'times', r: 5, dy: drop }));
  }
  const arrow = { y: 'key', fill: 'var(--ink)', dy: drop } as const;
  marks.push(Plot.text(inside.filter((r) => r.low !== null && r.low < domain[0]), { ...arrow, x: () => domain[0], text: () => '◂', textAnchor: 'start' }));
  marks.push(Plot.text(inside.filter((r) => r.high !== null && r.high > domain[1]), { ...arrow, x: () => domain[1], text: () => '▸', textAnchor: 'end' }));
  marks.push(Plot.text(outside.filter((r) => (r.value as number) < domain[0]), { x: () => domain[0], y: 'key', text: () => '◂ off the scale', textAnchor: 'start', fill: 'var(--soft)', dy: drop, dx: 3 }));
  marks.push(Plot.text(outside.filter((r) => (r.value as number) > domain[1]), { x: () => domain[1], y: 'key', text: () => 'off the scale ▸', textAnchor: 'end', fill: 'var(--soft)', dy: drop, dx: -3 }));

  const label = { y: 'key', text: 'label', frameAnchor: 'left', textAnchor: 'start', fontWeight: 600, fill: 'var(--ink)', lineHeight: lineHeight / 12.5 } as const;
  const figure = { y: 'key', text: 'text', fontVariant: 'tabular-nums', lineHeight: lineHeight / 12.5 } as const;
  if (beside) {
    marks.push(Plot.text(keyed, { ...label, dx: -left + 2 }));
    marks.push(Plot.text(keyed, { ...figure, frameAnchor: 'right', dx: 12, textAnchor: 'start', fill: 'var(--ink)' }));
  } else {
    const halo = { stroke: 'var(--paper)', strokeWidth: 3, lineAnchor: 'top', dx: 8 - edge } as const;
    const start = -step / 2 + 3;
    marks.push(Plot.text(keyed, { ...label, ...halo, dy: start }));
    const shared = below.length > 0 && below[0] < 0;
    if (shared) marks.push(Plot.text(keyed, { ...figure, ...halo, frameAnchor: 'right', dy: start, dx: edge - 8, textAnchor: 'end', fill: 'var(--soft)' }));
    else for (const offset of new Set(below)) marks.push(Plot.text(keyed.filter((_, i) => below[i] === offset), { ...figure, ...halo, frameAnchor: 'left', dy: start + offset, textAnchor: 'start', fill: 'var(--soft)' }));
  }
  // The axis's name wraps where one line is too short for it.
  const named = wrapped(`${axis} →`, width - 12);
  marks.push(Plot.text([named.join('\n')], { text: (v) => v, frameAnchor: 'bottom-right', lineAnchor: 'top', textAnchor: 'end', dx: right - 4, dy: 26, lineHeight: lineHeight / 12.5 }));
  const bottom = 28 + named.length * lineHeight;
  return {
    height: rows.length * step + top + bottom, marginLeft: left, marginRight: right, marginTop: top, marginBottom: bottom,
    x: { label: null, domain, grid: beside, ticks: Math.max(2, Math.min(8, Math.floor((width - left - right) / 70))), tickFormat: tick(percent) },
    y: { type: 'band', label: null, axis: null, domain: keyed.map((r) => r.key), padding: 0, round: false },
    marks,
  };
}
