// What goes with the outcome: the strongest features, and how the outcome differs between their values.
import { useCallback } from 'preact/hooks';
import { Figure } from './figure';
import { capital, count, inLine, listed, whyNone } from './format';
import type { Association } from './generated/reports';
import { domainOf, goesOn, intervalRows, rowOf, tallRows, within } from './interval_rows';
import type { Outcome } from './outcome';

const shown = 12;
const drawn = 6;

function Levels({ association, outcome, range }: { association: Association; outcome: Outcome; range: [number, number] }) {
  const { as } = outcome;
  const rows = association.level_labels.map((label, i) => ({ ...rowOf(label, association.level_means[i], as), of: association.level_means[i], n: association.level_rows[i] }));
  const domain = within(domainOf(rows), range);
  const options = useCallback((width: number) => intervalRows({ rows, width, axis: outcome.axis, percent: as === 'share', domain }), [association]);
  return (
    <Figure
      name={association.feature}
      label={`${capital(outcome.mean)} by ${association.feature}, with 95 % intervals.`}
      caption={`${association.feature}${association.note ? `: ${association.note}` : ''}.${whyNone(rows)}${goesOn(rows, domain)}`}
      options={options}
      said
      tall={rows.length > tallRows}
      table={{ head: [association.feature, `${outcome.mean} (95 % interval)`, 'rows'], body: rows.map((r) => [r.label, inLine(r.of, as), count(r.n)]) }}
    />
  );
}

/** `seasons` are the parts of the calendar that are drawn by themselves ("weekday"), `range` the values that the outcome takes. */
export function Associations({ list, outcome, seasons, range }: { list: Association[]; outcome: Outcome; seasons: string[]; range: [number, number] }) {
  const top = list.filter((a) => a.strength.value !== null).slice(0, shown);
  const rows = top.map((a) => {
    const beyond = a.q_value !== null && a.q_value <= 0.05;
    return { ...rowOf(a.feature, a.strength, 'share'), of: a.strength, tone: beyond ? ('good' as const) : ('mute' as const), beyond };
  });
  const options = useCallback((width: number) => intervalRows({ rows, width, axis: 'share of the outcome’s variance explained, %', percent: true, line: { at: 0, name: '' } }), [list]);
  if (rows.length === 0) return <p class="quiet">No feature could be looked at.</p>;
  const above = (a: Association) => seasons.some((name) => a.feature.startsWith(`${name}(`));
  const several = top.filter((a) => a.level_labels.length > 0);
  const own = several.filter((a) => !above(a));
  const elsewhere = several.filter(above);
  const level = (a: Association) => <Levels association={a} outcome={outcome} range={range} />;
  const others = own.slice(drawn);
  return (
    <>
      <Figure
        name="what each feature explains"
        label={`Share of the outcome's variance that each feature explains alone, with 95 % intervals: ${rows.map((r) => `${r.label} ${r.text}`).join('; ')}.`}
        caption={`What each feature explains alone, with 95 % intervals${list.length > top.length ? `; the strongest ${top.length} of ${list.length}` : ''}. Beyond noise at a false discovery rate of 5 %: ${listed(rows.filter((r) => r.beyond).map((r) => r.label)) || 'none'}. A strong feature may still be one that is known too late; the leakage question below decides.${whyNone(rows)}`}
        options={options}
        said
        table={{ head: ['feature', 'variance explained (95 % interval)', 'beyond noise'], body: rows.map((r) => [r.label, inLine(r.of, 'share'), r.beyond ? 'yes' : 'not shown']) }}
      />
      {own.length > 0 && (
        <details>
          <summary>How the outcome differs between the values of {listed(own.slice(0, drawn).map((a) => a.feature))}</summary>
          <div class="multiples two levels">{own.slice(0, drawn).map(level)}</div>
        </details>
      )}
      {others.length > 0 && (
        <details class="long">
          <summary>The same for {others.length} weaker: {listed(others.map((a) => a.feature))}</summary>
          <div class="multiples two levels">{others.map(level)}</div>
        </details>
      )}
      {elsewhere.length > 0 && <p class="quiet">{listed(elsewhere.map((a) => a.feature))}: drawn above, by the calendar.</p>}
    </>
  );
}
