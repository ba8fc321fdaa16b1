// What the pictures of the outcome show: the mean of a number, or how often a condition holds or a class occurs.
import { unitOf } from './charter';
import { quoted, type Reading } from './format';
import type { ProjectReport } from './generated/reports';

export interface Outcome {
  as: Reading;
  /** "mean outcome", "share of “red”". */
  mean: string;
  /** What stands at an axis, with the unit. */
  axis: string;
  /** The charter's unit of a number, where it states one. */
  unit: string;
}

/** The class whose share it is; "" for a condition, which is read by itself, and for a number. */
export const classOf = (report: ProjectReport): string => (report.understand?.share_of === 'true' ? '' : report.understand?.share_of ?? '');

export function outcomeOf(report: ProjectReport): Outcome {
  const named = classOf(report);
  if (named) return { as: 'share', mean: `share of ${quoted(named)}`, axis: `share of ${quoted(named)}, %`, unit: '' };
  if (report.understand?.share_of) return { as: 'share', mean: 'mean outcome', axis: 'outcome, %', unit: '' };
  const unit = unitOf(report, report.understand?.outcome ?? '');
  return { as: 'plain', mean: 'mean outcome', axis: `mean outcome${unit ? `, ${unit}` : ''}`, unit };
}
