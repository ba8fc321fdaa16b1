// Numbers as people read them; the same rules as base/text.h.
import type { Estimate } from './generated/reports';

export function readable(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return 'n/a';
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  if (magnitude < -6 || magnitude > 14) return value.toPrecision(digits);
  const decimals = Math.max(0, digits - 1 - magnitude);
  return Number(value.toFixed(Math.min(20, decimals))).toLocaleString('en-US', { maximumFractionDigits: Math.min(20, decimals) });
}

export function share(value: number | null | undefined): string {
  return value === null || value === undefined ? 'n/a' : `${readable(100 * value)} %`;
}

export function withInterval(e: Estimate | undefined, as: (v: number | null) => string = (v) => readable(v)): string {
  if (!e || e.value === null) return 'n/a';
  if (e.low === null || e.high === null || e.low === e.high) return as(e.value);
  return `${as(e.value)} (${as(e.low)} to ${as(e.high)})`;
}

export const words: Record<string, string> = {
  supported: 'supported', refuted: 'refuted', inconclusive: 'inconclusive', needs_person: 'a person must answer',
  answered: 'answered', empty: 'open', vague: 'vague', contradicted: 'contradicted by the data', later: 'later',
  stop: 'Stop', collect_more: 'Collect more', use_a_rule: 'Use a rule', go: 'Go',
  good_enough: 'good enough', worse: 'worse', unclear: 'unclear', best: 'best', not_compared: 'not compared',
  met: 'met', not_met: 'not met', not_measurable: 'not measurable',
  understand: 'Understand', define: 'Define', design: 'Design', deploy: 'Deploy and monitor', business: 'Business',
};
export const inWords = (name: string): string => words[name] ?? name.replaceAll('_', ' ');

// A sign for people who do not see colours.
const signs: Record<string, string> = {
  supported: '✓', answered: '✓', go: '✓', met: '✓', best: '★', good_enough: '✓', refuted: '✕', stop: '✕', contradicted: '✕', not_met: '✕', worse: '✕',
  inconclusive: '~', unclear: '~', vague: '~', collect_more: '~', use_a_rule: '→', needs_person: '?', empty: '?', not_measurable: '–', later: '…', not_compared: '–',
};
export const sign = (name: string): string => signs[name] ?? '·';
export const tone = (name: string): string => {
  const s = sign(name);
  return s === '✓' || s === '★' ? 'good' : s === '✕' ? 'bad' : s === '~' || s === '→' ? 'warn' : s === '?' ? 'ask' : 'mute';
};
