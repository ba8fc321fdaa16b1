// The outcome by parts of the calendar, and how long after the decision it was known.
import { useCallback } from 'preact/hooks';
import { Figure } from './figure';
import { capital, count, inLine, listed, sentence, whyNone, type Reading } from './format';
import type { LabelDelay, Season } from './generated/reports';
import { domainOf, goesOn, intervalRows, rowOf, tallRows, within } from './interval_rows';
import type { Outcome } from './outcome';
import { Key, Number } from './parts';

/** The finding with its extremes as the outcome is read; which positions are compared is the report's choice. */
function finding(season: Season, as: Reading): string {
  const p = /; (p = .*)$/.exec(season.answer)?.[1];
  const at = (label: string) => `${label}, ${inLine(season.means[season.labels.indexOf(label)], as)}`;
  if (!season.lowest || !p) return sentence(season.answer);
  const measured = season.means.filter((m) => m.value !== null && m.low !== null).length;
  return `Differs by ${season.name}: lowest at ${at(season.lowest)}, highest at ${at(season.highest)}${season.compared < measured ? `, among the ${season.compared} with enough rows to compare` : ''}; ${p.replace(/ /g, '\u00a0')}.`;
}

function One({ season, outcome, leaky, range }: { season: Season; outcome: Outcome; leaky: string[]; range: [number, number] }) {
  const { as } = outcome;
  const all = season.labels.map((label, i) => ({ ...rowOf(label, season.means[i], as), of: season.means[i], n: season.rows[i] }));
  // Positions without a figure stand below the picture with their reason.
  const drawn = all.filter((r) => r.value !== null);
  const domain = within(domainOf(drawn), range);
  const options = useCallback((width: number) => intervalRows({ rows: drawn, width, axis: outcome.axis, percent: as === 'share', domain }), [season]);
  if (drawn.length === 0) return <p class="quiet">{sentence(`By ${season.name}: ${season.answer}`)}</p>;
  const late = leaky.find((column) => column.startsWith(`${season.name}(`));
  return (
    <Figure
      name={`by ${season.name}`}
      label={`${capital(outcome.mean)} by ${season.name}, with 95 % intervals.`}
      caption={`By ${season.name}. ${finding(season, as)}${late ? ` Known too late: ${late} is left out of every model.` : ''}${whyNone(all)}${goesOn(drawn, domain)}`}
      options={options}
      said
      tall={drawn.length > tallRows}
      table={{ head: [season.name, `${outcome.mean} (95 % interval)`, 'rows'], body: all.map((r) => [r.label, inLine(r.of, as), count(r.n)]) }}
    />
  );
}

/** `leaky`: features that are known too late; `range`: the values that the outcome takes. */
export function Seasons({ seasons, outcome, leaky, range }: { seasons: Season[]; outcome: Outcome; leaky: string[]; range: [number, number] }) {
  if (seasons.length === 0) return null;
  const methods = seasons.filter((s) => s.method && s.method !== s.answer);
  return (
    <>
      <h3>By {listed(seasons.map((s) => s.name))}</h3>
      <div class="multiples two">{seasons.map((season) => <One season={season} outcome={outcome} leaky={leaky} range={range} />)}</div>
      {methods.length > 0 && <details><summary>How differences by {listed(methods.map((s) => s.name))} are tested</summary><ul class="plain">{methods.map((s) => <li>{sentence(`by ${s.name}: ${s.method}`)}</li>)}</ul></details>}
    </>
  );
}

export function Delay({ delay }: { delay: LabelDelay }) {
  if (!delay.answer) return null;
  return (
    <>
      <p>{sentence(delay.answer)}</p>
      {delay.column && (
        <dl class="figures">
          <Key name="hours until the outcome is known, middle row"><Number of={delay.median_hours} /></Key>
          <Key name="hours until 90 % are known"><Number of={delay.ninetieth_hours} /></Key>
          <Key name="known within the wait"><Number of={delay.within_wait} as="share" /></Key>
        </dl>
      )}
    </>
  );
}
