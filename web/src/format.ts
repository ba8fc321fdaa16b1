// Numbers and words as people read them.
import type { Estimate } from './generated/reports';

export type Maybe = number | null | undefined;
export const present = (value: Maybe): value is number => value !== null && value !== undefined && Number.isFinite(value);

export const minus = (text: string): string => text.replace('-', '−');
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

/** As short as an axis needs it, no digit lost that tells two of its numbers apart: "45.8 M", "150 k". */
export function shortNumber(value: number, digits = 8): string {
  const grouped = (v: number): string => minus(Number(v.toPrecision(digits)).toLocaleString('en-US', { maximumFractionDigits: 8 }));
  const size = Math.abs(Number(value.toPrecision(digits)));
  if (size >= 1e15 || (size > 0 && size < 1e-6)) return minus(value.toExponential().length < 9 ? value.toExponential() : value.toExponential(2));
  return size >= 1e9 ? `${grouped(value / 1e9)} B` : size >= 1e6 ? `${grouped(value / 1e6)} M` : size >= 1e4 ? `${grouped(value / 1e3)} k` : grouped(value);
}

/** A name as it stands in a sentence. */
export const quoted = (name: string): string => `“${name}”`;

/** With its first letter large. */
export const capital = (text: string): string => text.replace(/^./, (letter) => letter.toUpperCase());

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

/** As many decimals as the interval's width supports: two digits of it; an end that would seem to be zero, though it is not, gets more. */
export function readEstimate(e: Estimate | null | undefined, as: Reading = 'plain'): Readable {
  if (!e || !present(e.value)) return { value: 'n/a', interval: '', reason: e?.reason || 'not measured' };
  const { low, high } = e;
  // What is counted, not estimated, keeps all its digits.
  const plain = readable(factor(as) * e.value) + unit(as);
  if (!present(low) || !present(high)) return { value: plain, interval: '', reason: e.reason || 'no interval was computed' };
  const level = unusualLevel(e.level);
  const at = level ? ` at ${level}` : '';
  // An interval may have no width without being exact: cut at a bound, or of rows that are all alike.
  if (high - low <= 1e-12 * Math.abs(e.value)) return e.reason ? { value: plain, interval: '', reason: e.reason } : { value: plain, interval: `${readable(factor(as) * low)} to ${readable(factor(as) * high)}${at}`, reason: '' };
  // Nobody counts zeros: what would need more than eight decimals is written with an exponent.
  if (as === 'plain' && high - low < 1e-8) return { value: readable(e.value), interval: `${readable(low)} to ${readable(high)}${at}`, reason: '' };
  const { scale, unit: after } = scaleOf([e.value, low, high], as);
  const value = scale * e.value;
  const decimals = Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(scale * (high - low)))));
  const end = (v: number): string => (vanishes(v, decimals) ? readable(v, 1) : fixed(v, decimals));
  // The unit stands once, after the value.
  return { value: fixed(vanishes(value, decimals) ? 0 : value, decimals) + after, interval: `${end(scale * low)} to ${end(scale * high)}${at}`, reason: '' };
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

/** A number stays with its percent sign or unit, a level with its interval. */
export const tight = (text: string): string => text.replace(/(\d)[ \u00a0]%( (?=interval))?/g, (_, digit: string, after: string | undefined) => `${digit}\u00a0%${after ? '\u00a0' : ''}`).replace(/(\d) (?=(?:s|MB|GB)\b)/g, '$1\u00a0');

/** Memory as people say it. */
export const bytes = (n: number): string => (n >= 1e9 ? `${readable(n / 1e9)}\u00a0GB` : `${readable(n / 1e6)}\u00a0MB`);

// A column's name or an expression begins the sentence: "ticket_id; opened_at", "weekday(opened_at) = 1", "age <= 33".
const beginsWithName = (text: string): boolean => /^\w+\(|^\w*_|^\w+ (?:[<>=!+*/]|not in \(|in \(|is null)/.test(text);

/** A sentence's first letter and full stop. A name keeps its own letters. */
export function sentence(text: string): string {
  const trimmed = tight(withMinus(text.trim()));
  if (!/\s\S+\s/.test(trimmed)) return trimmed;  // a word, a number with its unit: no sentence
  if (!trimmed) return '';
  return (beginsWithName(trimmed) ? trimmed[0] : trimmed[0].toUpperCase()) + trimmed.slice(1) + (/[.!?…]$/.test(trimmed) ? '' : '.');
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
