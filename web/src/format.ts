// Numbers and words as people read them.
import type { Estimate } from './generated/reports';

export type Maybe = number | null | undefined;
export const present = (value: Maybe): value is number => value !== null && value !== undefined && Number.isFinite(value);

const minus = (text: string): string => text.replace('-', '−');
const fixed = (value: number, decimals: number): string => minus(value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
/** Shown as nothing but zeros, though it is not zero. */
const vanishes = (value: number, decimals: number): boolean => value !== 0 && Number(value.toFixed(decimals)) === 0;

/** `digits` significant digits, without trailing zeros. */
export function readable(value: Maybe, digits = 3): string {
  if (!present(value)) return 'n/a';
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  if (magnitude < -6 || magnitude > 14) return minus(value.toPrecision(digits));
  const decimals = Math.min(20, Math.max(0, digits - 1 - magnitude));
  return Number(value.toFixed(decimals)).toLocaleString('en-US', { maximumFractionDigits: decimals }).replace('-', '−');
}

export const count = (value: number): string => value.toLocaleString('en-US');

/** How a figure is read: as it is, as a share in percent, or as a difference of shares in percentage points. */
export type Reading = 'plain' | 'share' | 'points';
const factor = (as: Reading): number => (as === 'plain' ? 1 : 100);
const unit = (as: Reading): string => (as === 'share' ? '\u00a0%' : as === 'points' ? ' percentage points' : '');

export interface Readable {
  value: string;
  /** "18.9 to 21.1", or "" with a reason. */
  interval: string;
  reason: string;
}

// Large plain figures are said in millions: nobody counts digits.
function scaleOf(values: number[], as: Reading): { scale: number; unit: string } {
  const largest = as === 'plain' ? Math.max(...values.map(Math.abs)) : 0;
  if (largest >= 1e9) return { scale: 1e-9, unit: ' billion' };
  if (largest >= 1e6) return { scale: 1e-6, unit: ' million' };
  return { scale: factor(as), unit: unit(as) };
}

/** The level of an interval where it is not the usual 95 %: "98.3 %"; with as many decimals as tell it from 100 %. */
export function unusualLevel(level: Maybe): string {
  if (!present(level) || level >= 1 || Math.abs(level - 0.95) < 1e-9) return '';
  const decimals = Math.min(9, Math.max(1, -Math.floor(Math.log10(100 * (1 - level)))));
  return `${Number((100 * level).toFixed(decimals))}\u00a0%`;
}

/** As many decimals as the interval's width supports: two digits of it, and more where an end would seem to be zero. */
export function readEstimate(e: Estimate | null | undefined, as: Reading = 'plain'): Readable {
  if (!e || !present(e.value)) return { value: 'n/a', interval: '', reason: e?.reason || 'not measured' };
  const { low, high } = e;
  // What is counted, not estimated, keeps all its digits.
  const plain = readable(factor(as) * e.value) + unit(as);
  if (!present(low) || !present(high)) return { value: plain, interval: '', reason: e.reason || 'no interval was computed' };
  if (high - low <= 1e-12 * Math.abs(e.value)) return { value: plain, interval: '', reason: e.reason || 'exact: nothing is estimated' };
  const level = unusualLevel(e.level);
  // Nobody counts zeros: what would need more than eight decimals is written with an exponent.
  if (as === 'plain' && high - low < 1e-8) return { value: readable(e.value), interval: `${readable(low)} to ${readable(high)}${level ? ` at ${level}` : ''}`, reason: '' };
  const { scale, unit: after } = scaleOf([e.value, low, high], as);
  const value = scale * e.value;
  let decimals = Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(scale * (high - low)))));
  for (let more = 0; more < 2 && (vanishes(scale * low, decimals) || vanishes(scale * high, decimals)); ++more) ++decimals;
  // The unit stands once, after the value.
  return { value: fixed(vanishes(value, decimals) ? 0 : value, decimals) + after, interval: `${fixed(scale * low, decimals)} to ${fixed(scale * high, decimals)}${level ? ` at ${level}` : ''}`, reason: '' };
}

/** In one line: "20.0 % (18.9 to 21.1)", or "0.31 (no interval: a count)". */
export function inLine(e: Estimate | null | undefined, as: Reading = 'plain'): string {
  const read = readEstimate(e, as);
  if (read.interval) return `${read.value} (${read.interval})`;
  return read.value === 'n/a' ? read.reason : `${read.value} (${read.reason})`;
}

/** For a row of a picture, where a long reason or unit has no room: "0.31 (no interval)". The reason stands below it, the unit at its axis. */
export function inShort(e: Estimate | null | undefined, as: Reading = 'plain'): string {
  const read = readEstimate(e, as);
  if (read.value === 'n/a') return 'no figure';
  const value = read.value.replace(' percentage', '');
  if (read.interval) return `${value} (${read.interval})`;
  return `${value} (${read.reason.startsWith('exact') ? 'exact' : 'no interval'})`;
}

/** Why there is no figure or no interval, once per reason: "No interval for Jul: all its rows belong to one unit." */
export function whyNone(rows: { label: string; of: Estimate }[]): string {
  const labels = new Map<string, string[]>();
  for (const { label, of } of rows) {
    const read = readEstimate(of);
    if (read.interval || read.reason.startsWith('exact')) continue;
    const lacks = `${read.value === 'n/a' ? 'figure' : 'interval'}\n${read.reason}`;
    labels.set(lacks, [...(labels.get(lacks) ?? []), label]);
  }
  return [...labels].map(([lacks, of]) => ` No ${lacks.split('\n')[0]} for ${listed(of)}: ${lacks.split('\n')[1]}.`).join('');
}

/** "a, b and c". */
export const listed = (names: string[]): string => (names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`);

/** "1 row", "3 rows". */
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

// A minus before a number in prose; what stands in quotes is code and stays.
const withMinus = (text: string): string => text.replace(/(^|[\s(])('[^']*'|-(?=\d))/g, (_, before: string, found: string) => before + (found === '-' ? '−' : found));

/** A percent sign stays with its number. */
export const tight = (text: string): string => text.replace(/(\d) %/g, '$1\u00a0%');

/** A sentence's first letter and full stop. */
export function sentence(text: string): string {
  const trimmed = tight(withMinus(text.trim()));
  if (!/\s\S+\s/.test(trimmed)) return trimmed;  // a word, a number with its unit: no sentence
  if (!trimmed) return '';
  return trimmed[0].toUpperCase() + trimmed.slice(1) + (/[.!?…]$/.test(trimmed) ? '' : '.');
}

const words: Record<string, string> = {
  needs_person: 'a person must answer', empty: 'open', contradicted: 'contradicted by the data', later: 'a later stage',
  stop: 'stop', collect_more: 'collect more', use_a_rule: 'use a rule', go: 'go',
  understand: 'Understand', define: 'Define', design: 'Design', deploy: 'Deploy and monitor', business: 'Business',
};
export const inWords = (name: string): string => words[name] ?? name.replaceAll('_', ' ');

// A sign for people who do not see colours.
const signs: Record<string, string> = {
  supported: '✓', answered: '✓', go: '✓', met: '✓', best: '★', good_enough: '✓', done: '✓', complete: '✓',
  refuted: '✕', stop: '✕', stopped: '✕', contradicted: '≠', not_met: '✕', worse: '✕', failed: '✕',
  inconclusive: '~', unclear: '~', vague: '~', collect_more: '~', interrupted: '~', running: '~',
  use_a_rule: '→', needs_person: '?', empty: '?', not_measurable: '–', later: '…', waiting: '…', not_compared: '–',
};
export const sign = (name: string): string => signs[name] ?? '·';

export type Tone = 'good' | 'bad' | 'warn' | 'ask' | 'mute';
export const tone = (name: string): Tone => {
  switch (sign(name)) {
    case '✓': case '★': return 'good';
    case '✕': case '≠': return 'bad';
    case '~': case '→': return 'warn';
    case '?': return 'ask';
    default: return 'mute';
  }
};

/** A time of a report as a point on an axis: times of data have no zone, so they are drawn as UTC. */
export const atTime = (text: string): Date => new Date(text.replace(' ', 'T') + (text.length > 10 ? 'Z' : ''));
