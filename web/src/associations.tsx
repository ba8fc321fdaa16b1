// What goes with the outcome: the strongest features, and how the outcome differs between their values.
import { useCallback } from 'preact/hooks';
import { Figure } from './figure';
import { count, inLine, type Reading } from './format';
import type { Association } from './generated/reports';
import { intervalRows } from './interval_rows';

const shown = 12;
const drawn = 6;

function Levels({ association, as, domain }: { association: Association; as: Reading; domain?: [number, number] }) {
  const rows = association.level_labels.map((label, i) => ({ label, value: association.level_means[i].value, low: association.level_means[i].low, high: association.level_means[i].high, text: inLine(association.level_means[i], as), n: association.level_rows[i] }));
  const options = useCallback((width: number) => intervalRows({ rows, width, axis: as === 'share' ? 'outcome, %' : 'mean outcome', percent: as === 'share', domain }), [association]);
  if (rows.length === 0) return null;
  return <Figure label={`Mean outcome by ${association.feature}, with 95 % intervals.`} caption={`${association.feature}${association.note ? `: ${association.note}` : ''}`} options={options} table={{ head: [association.feature, 'mean outcome (95 % interval)', 'rows'], body: rows.map((r) => [r.label, r.text, count(r.n)]) }} />;
}

export function Associations({ list, as }: { list: Association[]; as: Reading }) {
  const top = list.filter((a) => a.strength.value !== null).slice(0, shown);
  const rows = top.map((a) => {
    const beyond = a.q_value !== null && a.q_value <= 0.05;
    return { label: a.feature, value: a.strength.value, low: a.strength.low, high: a.strength.high, text: inLine(a.strength, 'share'), tone: beyond ? ('good' as const) : ('mute' as const), beyond };
  });
  const options = useCallback((width: number) => intervalRows({ rows, width, axis: 'share of the outcome’s variance explained, %', percent: true, line: { at: 0, name: '' } }), [list]);
  if (rows.length === 0) return <p class="quiet">No feature could be looked at.</p>;
  const level = (a: Association) => <Levels association={a} as={as} />;
  const others = top.slice(drawn).filter((a) => a.level_labels.length > 0);
  return (
    <>
      <Figure
        label={`Share of the outcome's variance that each feature explains alone, with 95 % intervals by unit: ${rows.map((r) => `${r.label} ${r.text}`).join('; ')}.`}
        caption={`What each feature explains alone, with 95 % intervals by unit${list.length > top.length ? `; the strongest ${top.length} of ${list.length}` : ''}. Beyond noise at a false discovery rate of 5 %: ${rows.filter((r) => r.beyond).map((r) => r.label).join(', ') || 'none'}. A strong feature may still be one that is known too late; the leakage question below decides.`}
        options={options}
        table={{ head: ['feature', 'variance explained (95 % interval)', 'beyond noise'], body: rows.map((r) => [r.label, r.text, r.beyond ? 'yes' : 'not shown']) }}
      />
      <h3>How the outcome differs between their values</h3>
      <div class="multiples two">{top.slice(0, drawn).map(level)}</div>
      {others.length > 0 && <details><summary>{others.length} more features</summary><div class="multiples two">{others.map(level)}</div></details>}
    </>
  );
}
