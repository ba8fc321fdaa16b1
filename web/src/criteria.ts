// Exit criteria as people say them: "lower end of the gain over the constant, wanted at least 0.01, measured −0.0028".
import { inWords, present, readable } from './format';
import type { ProjectReport, StepResult } from './generated/reports';

type Step = StepResult;

export interface Wanted {
  what: string;
  wanted: string;
  /** Empty when it was not measured. */
  measured: string;
}

const bounds: Record<string, string> = { '>=': 'at least', '>': 'more than', '<=': 'at most', '<': 'less than', '=': 'exactly', '==': 'exactly' };
const names: Record<string, string> = {
  rows: 'rows of data', hypotheses_decided: 'hypotheses decided', hypotheses_supported: 'hypotheses that hold', gain: 'gain over the constant answer', go: 'verdict is go (1 is yes)', stop: 'verdict is stop (1 is yes)',
  leaky_columns: 'leaky columns', holdout_openings: 'openings of the holdout', value_per_day: 'value per day of the recommended rung', value_against_nothing: 'value per day of the recommended rung, more than doing nothing',
};

function inFull(name: string): string {
  const end = /^(.*)_(low|high)$/.exec(name);
  if (end) return `${end[2] === 'low' ? 'lower' : 'upper'} end of the interval: ${inFull(end[1])}`;
  const rung = /^(recommended|best)_(.*)$/.exec(name);
  if (rung) return `${inWords(rung[2])} of the ${rung[1]} rung`;
  const item = /^(.*)_supported$/.exec(name);
  if (item && !names[name]) return `question “${inWords(item[1])}” answered with yes (1 is yes)`;
  return names[name] ?? inWords(name);
}

/** The conditions of a criterion; empty when it is more than conditions joined by "and": then its own words have to do. */
export function wantedOf(step: Step, report: ProjectReport): Wanted[] {
  const several = report.feasibility.length > 1;
  const found: Wanted[] = [];
  for (const part of step.criterion.split(/\s+and\s+/i)) {
    const match = /^\s*"?(.+?)"?\s*(>=|<=|==|=|>|<)\s*(-?[\d.]+)\s*$/.exec(part);
    const figure = match && step.figures.find((f) => f.name.toLowerCase() === match[1].toLowerCase());
    if (!figure) return [];
    found.push({ what: inFull(figure.figure) + (several && figure.objective ? `, for “${figure.objective}”` : ''), wanted: `${bounds[match[2]]} ${readable(Number(match[3]))}`, measured: present(figure.value) ? readable(figure.value) : '' });
  }
  return found;
}

/** Steps about an objective that are not met; a criterion over the data alone speaks of the first. */
export function unmet(report: ProjectReport, objective: string): Step[] {
  const speaks = (step: Step): boolean => {
    const named = step.figures.map((f) => f.objective).filter((name) => name !== '');
    return named.length > 0 ? named.includes(objective) : objective === report.feasibility[0]?.objective;
  };
  return report.steps.filter((s) => (s.state === 'not_met' || s.state === 'not_measurable') && speaks(s));
}
