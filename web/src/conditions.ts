// The conditions of a slice or of a part of a change, in words.
import { unitOf } from './charter';
import { minus, quoted } from './format';
import type { Predicate, ProjectReport } from './generated/reports';

/** An end of a range: a large number with its digits in groups, round millions as such; a time as it is. */
function amount(text: string): string {
  if (!/^-?\d+(\.\d+)?$/.test(text)) return text;
  if (Math.abs(Number(text)) < 1e4) return minus(text);
  const millions = Number(text) / 1e6;
  const round = Math.abs(millions) >= 1 && Number(millions.toFixed(2)) === millions;
  return round ? `${minus(millions.toLocaleString('en-US'))}\u00a0million` : minus(Number(text).toLocaleString('en-US', { maximumFractionDigits: 8 }));
}

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const numbers = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
// The parts of the calendar that are whole numbers: the first of them, and their names.
const calendar: Record<string, { first: number; names: string[] }> = { weekday: { first: 1, names: weekdays }, month: { first: 1, names: months }, day: { first: 1, names: numbers(1, 31) }, hour: { first: 0, names: numbers(0, 23) } };

/** "weekday(date) Tuesday to Friday"; undefined where a feature is no part of the calendar. */
function inCalendar(p: Predicate): string | undefined {
  const part = calendar[/^(\w+)\(.*\)$/.exec(p.feature)?.[1] ?? ''];
  if (!part) return undefined;
  const low = p.op === '=' ? Number(p.value) : p.low ?? part.first;
  const high = p.op === '=' ? low : p.high === null ? part.first + part.names.length - 1 : p.high - 1;
  const [from, to] = [part.names[low - part.first], part.names[high - part.first]];
  if (!from || !to || low > high) return undefined;
  return low === high ? `${p.feature} is\u00a0${from}` : `${p.feature} ${from}${high === low + 1 ? ' or' : ' to'} ${to}`;
}

/** "Production Budget from 10 million to below 52 million USD", "MPAA Rating is PG-13". */
export function conditionInWords(project: ProjectReport, p: Predicate): string {
  if (p.op === 'missing') return `${p.feature} is missing`;
  const open = p.low === null && p.high === null;
  const named = p.op === 'range' && open ? undefined : inCalendar(p);
  if (named) return named;
  if (p.op === '=') return /^\S+$/.test(p.value ?? '') ? `${p.feature} is\u00a0${p.value}` : `${p.feature} is ${quoted(p.value ?? '')}`;
  if (open) return `${p.feature} is known`;
  // The text has the ends as they are written, times too: LOW <= FEATURE < HIGH.
  const low = p.low === null ? '' : amount(p.text.slice(0, p.text.indexOf(' <= ')));
  const high = p.high === null ? '' : amount(p.text.slice(p.text.lastIndexOf(' < ') + 3));
  const unit = unitOf(project, p.feature) && `\u00a0${unitOf(project, p.feature)}`;
  if (!high) return `${p.feature} from ${low}${unit}\u00a0on`;
  return low ? `${p.feature} from ${low} to below ${high}${unit}` : `${p.feature} below ${high}${unit}`;
}

/** All of them, which hold together. */
export const conditionsInWords = (project: ProjectReport, all: Predicate[]): string => all.map((p) => conditionInWords(project, p)).join(' and ');
