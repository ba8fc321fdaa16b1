// What the charter says in single fields: the check of the charter holds each with its key.
import type { ProjectReport } from './generated/reports';

/** The answer at a key such as `guardrails[false alarms].limit`; empty when there is none. */
export const stated = (report: ProjectReport, key: string): string => report.check?.fields.find((f) => f.key === key)?.answer ?? report.board.find((q) => q.key === key)?.answer ?? '';

/** The unit of a column, when an expression is nothing but that column. */
export function unitOf(report: ProjectReport, expression: string): string {
  const column = expression.replace(/^"(.*)"$/, '$1');
  return stated(report, `data.columns[${column}].unit`);
}

/** The unit of an objective's outcome, when that is nothing but a column. */
export const unitOfObjective = (report: ProjectReport, objective: string): string => unitOf(report, stated(report, `objectives[${objective}].outcome`));

/** The least gain that the charter asks of an objective; empty where Assay's own is taken. */
export const statedLeast = (report: ProjectReport, objective: string): string => stated(report, `objectives[${objective}].least_gain`);

/** The money of the charter; empty when none is stated. */
export const currencyOf = (report: ProjectReport): string => report.value.find((v) => v.currency)?.currency || stated(report, 'value.currency');

/** Whether a rung never acts on the holdout at the stated values of right and wrong decisions: using it is doing nothing. */
export const neverActs = (report: ProjectReport, objective: string, rung: string): boolean => report.value.find((v) => v.objective === objective)?.rungs.find((r) => r.name === rung)?.share_acted === 0;
