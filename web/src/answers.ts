// A charter's answers as people read them: figures with their units, yes and no, conditions with their limits.
import { currencyOf, stated } from './charter';
import { readable, sentence } from './format';
import type { BoardQuestion, ProjectReport } from './generated/reports';
import { answerOf, scaleOf } from './understand';

const exact = (value: number): string => readable(value, 12);

// Keys whose answer is a number, with what stands after it.
function figure(report: ProjectReport, key: string, value: number): string {
  const share = report.check?.proof.metric_kind === 'share';
  const money = currencyOf(report);
  switch (key) {
    case 'value.true_positive': case 'value.false_positive': case 'value.true_negative': case 'value.false_negative': return `${exact(value)} ${money}`.trim();
    case 'value.cost_per_month': return `${exact(value)} ${money} a month`.replace('  ', ' ');
    case 'value.decisions_per_day': case 'proof.units_per_day': return `${exact(value)} a day`;
    case 'proof.baseline_rate': return share ? `${exact(100 * value)} %` : exact(value);
    case 'proof.smallest_effect': return share ? `${exact(100 * value)} percentage points` : exact(value);
    case 'proof.days': return value === 1 ? '1 day' : `${exact(value)} days`;
    default: return exact(value);
  }
}

/** Each name of a list with what the charter says of it. */
function listOf(report: ProjectReport, q: BoardQuestion): string[] {
  const of = (name: string, part: string) => stated(report, `${q.key}[${name}].${part}`);
  return q.answer.split('; ').map((name) => {
    switch (q.key) {
      case 'guardrails': return `${name}: ${[of(name, 'expression'), of(name, 'limit') ? `at most ${exact(Number(of(name, 'limit')))}` : 'no limit is stated'].filter(Boolean).join(', ')}`;
      case 'objectives': return `${name}: ${[of(name, 'outcome'), of(name, 'target') && `target ${of(name, 'metric')} ${of(name, 'target')}`].filter(Boolean).join(', ')}`;
      case 'problem.options': return `${name}: ${[of(name, 'cost') || 'cost not stated', of(name, 'time') || 'time not stated'].join(', ')}`;
      default: return name;
    }
  });
}

/** The answer to a question of the board, one text or several. */
export function answersOf(report: ProjectReport, q: BoardQuestion): string[] {
  if (q.source === 'evidence') {
    const h = q.key === 'understand.hypotheses' ? report.understand?.hypotheses.find((h) => (h.claim || h.name) === q.question) : undefined;
    return [h ? answerOf(h, scaleOf(report, h)) : sentence(q.answer)];
  }
  if (q.answer === 'true' || q.answer === 'false') return [q.answer === 'true' ? 'Yes' : 'No'];
  if (/^-?\d+(\.\d+)?$/.test(q.answer)) return [figure(report, q.key, Number(q.answer))];
  return ['guardrails', 'objectives', 'problem.options'].includes(q.key) ? listOf(report, q) : [sentence(q.answer)];
}
