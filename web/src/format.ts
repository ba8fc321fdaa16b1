// Numbers and words as people read them.
import type { Estimate } from './generated/reports';

export type Maybe = number | null | undefined;
export const present = (value: Maybe): value is number => value !== null && value !== undefined && Number.isFinite(value);

const fixed = (value: number, decimals: number): string => {
  const text = value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  // A minus sign, and none before a zero.
  return /[1-9]/.test(text) ? text.replace('-', '−') : text.replace('-', '');
};

/** `digits` significant digits, without trailing zeros. */
export function readable(value: Maybe, digits = 3): string {
  if (!present(value)) return 'n/a';
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  if (magnitude < -6 || magnitude > 14) return value.toPrecision(digits).replace('-', '−');
  const decimals = Math.min(20, Math.max(0, digits - 1 - magnitude));
  return Number(value.toFixed(decimals)).toLocaleString('en-US', { maximumFractionDigits: decimals }).replace('-', '−');
}

export const count = (value: number): string => value.toLocaleString('en-US');

/** How a figure is read: as it is, as a share in percent, or as a difference of shares in percentage points. */
export type Reading = 'plain' | 'share' | 'points';
const factor = (as: Reading): number => (as === 'plain' ? 1 : 100);
const unit = (as: Reading): string => (as === 'share' ? ' %' : as === 'points' ? ' points' : '');

export interface Readable {
  value: string;
  /** "18.9 to 21.1", or "" with a reason. */
  interval: string;
  reason: string;
}

/** As many decimals as the interval's width supports: two digits of it. */
export function readEstimate(e: Estimate | null | undefined, as: Reading = 'plain'): Readable {
  if (!e || !present(e.value)) return { value: 'n/a', interval: '', reason: e?.reason || 'not measured' };
  const f = factor(as);
  if (!present(e.low) || !present(e.high)) return { value: readable(f * e.value) + unit(as), interval: '', reason: e.reason || 'no interval was computed' };
  if (e.high - e.low <= 1e-12 * Math.abs(e.value)) return { value: readable(f * e.value) + unit(as), interval: '', reason: e.reason || 'exact: nothing is estimated' };
  // The unit stands once, after the value.
  const decimals = Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(f * (e.high - e.low)))));
  return { value: fixed(f * e.value, decimals) + unit(as), interval: `${fixed(f * e.low, decimals)} to ${fixed(f * e.high, decimals)}`, reason: '' };
}

/** In one line: "20.0 % (18.9 to 21.1)", or "0.31 (no interval: a count)". */
export function inLine(e: Estimate | null | undefined, as: Reading = 'plain'): string {
  const read = readEstimate(e, as);
  if (read.interval) return `${read.value} (${read.interval})`;
  return read.value === 'n/a' ? read.reason : `${read.value} (${read.reason})`;
}

/** A sentence's first letter and full stop. */
export function sentence(text: string): string {
  const trimmed = text.trim();
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
  refuted: '✕', stop: '✕', stopped: '✕', contradicted: '✕', not_met: '✕', worse: '✕', failed: '✕',
  inconclusive: '~', unclear: '~', vague: '~', collect_more: '~', interrupted: '~', running: '~',
  use_a_rule: '→', needs_person: '?', empty: '?', not_measurable: '–', later: '…', waiting: '…', not_compared: '–',
};
export const sign = (name: string): string => signs[name] ?? '·';

export type Tone = 'good' | 'bad' | 'warn' | 'ask' | 'mute';
export const tone = (name: string): Tone => {
  switch (sign(name)) {
    case '✓': case '★': return 'good';
    case '✕': return 'bad';
    case '~': case '→': return 'warn';
    case '?': return 'ask';
    default: return 'mute';
  }
};

/** A time of a report as a point on an axis: times of data have no zone, so they are drawn as UTC. */
export const atTime = (text: string): Date => new Date(text.replace(' ', 'T') + (text.length > 10 ? 'Z' : ''));
