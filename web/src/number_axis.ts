// The axis beside a picture: round numbers, and as much room as the longest of them needs.
import { shortNumber } from './format';
import { textWidth } from './text_width';

export interface NumberAxis {
  /** From the first to the last round number. */
  domain: [number, number];
  ticks: number[];
  tickFormat: (value: number) => string;
  /** Pixels for the labels. */
  room: number;
}

const least = 46;
const written = (value: number): string => shortNumber(value);

/** Steps of 1, 2 or 5 times a power of ten, about `count` of them. */
function stepOf(size: number, count: number): number {
  const rough = size / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((m) => m * power >= rough * 0.999) ?? 10);
}

export function numberAxis(values: number[], count: number, tickFormat = written): NumberAxis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const step = stepOf(high - low || Math.abs(high) || 1, count);
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  const ticks = Array.from({ length: Math.max(2, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  return { domain: [ticks[0], ticks[ticks.length - 1]], ticks, tickFormat, room: Math.max(least, Math.ceil(Math.max(...ticks.map((t) => textWidth(tickFormat(t))))) + 16) };
}
