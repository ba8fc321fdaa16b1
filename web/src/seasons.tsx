// The outcome by parts of the calendar, and how long after the decision it was known.
import { useCallback } from 'preact/hooks';
import { Figure } from './figure';
import { count, inLine, sentence, type Reading } from './format';
import type { LabelDelay, Season } from './generated/reports';
import { intervalRows } from './interval_rows';
import { Key, Number } from './parts';

function One({ season, as }: { season: Season; as: Reading }) {
  const rows = season.labels.map((label, i) => ({ label, value: season.means[i].value, low: season.means[i].low, high: season.means[i].high, text: inLine(season.means[i], as), n: season.rows[i] }));
  // Positions without a figure stand in the table with their reason.
  const drawn = rows.filter((r) => r.value !== null);
  const options = useCallback((width: number) => intervalRows({ rows: drawn, width, axis: as === 'share' ? 'outcome, %' : 'mean outcome', percent: as === 'share' }), [season]);
  if (drawn.length === 0) return <p class="quiet">{sentence(`By ${season.name}: ${season.answer}`)}</p>;
  return <Figure label={`Mean outcome by ${season.name}, with 95 % intervals by unit.`} caption={`By ${season.name}. ${sentence(season.answer)}${season.method && season.method !== season.answer ? ` ${sentence(season.method)}` : ''}${drawn.length < rows.length ? ` Without a figure, and why, in the table: ${rows.length - drawn.length}.` : ''}`} options={options} table={{ head: [season.name, 'mean outcome (95 % interval)', 'rows'], body: rows.map((r) => [r.label, r.text, count(r.n)]) }} />;
}

export function Seasons({ seasons, as }: { seasons: Season[]; as: Reading }) {
  if (seasons.length === 0) return null;
  return (
    <>
      <h3>By weekday, month and hour</h3>
      <div class="multiples two">{seasons.map((season) => <One season={season} as={as} />)}</div>
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
