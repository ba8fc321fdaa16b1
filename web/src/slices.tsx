// Where it goes wrong: the slices of the holdout in which the loss is concentrated, a row each, which opens.
import { conditionsInWords } from './conditions';
import { counted, count, inLine, inShort, present, readable, readEstimate, sentence, type Tone } from './format';
import type { Estimate, ProjectReport, Slice, SlicesReport } from './generated/reports';
import { rowOf, type IntervalRow } from './interval_rows';
import { IntervalLine, ScaleNumbers, scaleOf, Shape } from './interval_line';
import { LossOverTime } from './loss_over_time';
import { Key, Notes } from './parts';
import { Passage } from './passage';

/** Where an objective's slices stand in the page. */
export const slicesId = (report: ProjectReport, slices: SlicesReport): string => (slices === report.slices[0] ? 'slices' : `slices-${slices.objective}`);

const holds = (s: Slice): boolean => present(s.q_value) && s.q_value < 0.05 && present(s.difference) && s.difference > 0;

/** What the rows that the search did not see say of a slice. */
function judged(s: Slice): { tone: Tone; words: string } {
  if (holds(s)) return { tone: 'bad', words: 'holds' };
  if (present(s.high) && s.high < 0) return { tone: 'good', words: 'better than the rest' };
  return { tone: 'warn', words: present(s.q_value) ? 'not shown' : 'not tested' };
}

/** On paper so many of the slices that hold are opened (paper.ts); the rows of all stand there. */
const openedOnPaper = 3;

const differenceOf = (s: Slice): Estimate => ({ value: s.difference, low: s.low, high: s.high, level: 0.95, reason: s.reason });
const small = (p: number): string => (p < 0.001 ? '<\u00a00.001' : `=\u00a0${readable(p, 2)}`);

function Share({ of }: { of: Slice }) {
  const share = of.share ?? 0;
  return <span class="share"><span class="extent" aria-hidden="true"><span style={{ width: `${(100 * share).toFixed(2)}%` }} /></span><span class="number">{readable(100 * share, 2)}{'\u00a0'}%</span> <span class="quiet">{counted(of.size, 'row')}</span></span>;
}

/** The figures of an opened slice. */
function Figures({ slice: s, report, of }: { slice: Slice; report: SlicesReport; of: string }) {
  const others = present(s.loss_mean) && present(s.difference) ? s.loss_mean - s.difference : null;
  const all = present(report.mean_loss) ? report.mean_loss * report.rows : 0;
  const unseen = report.honest === 0 ? '' : ' that the search did not see';
  return (
    <dl class="figures">
      <Key name="size"><b>{counted(s.size, 'row')}</b>, {readable(100 * (s.share ?? 0))}{'\u00a0'}% of the {count(report.rows)}{unseen}{present(s.loss_sum) && all > 0 ? `, with ${readable(100 * (s.loss_sum / all))}\u00a0% of all their loss` : ''}</Key>
      <Key name={of}><b>{readable(s.loss_mean)}</b>{others === null ? '' : ` against ${readable(others)} in all other rows`}; the largest is {readable(s.loss_max)}</Key>
      <Key name="beyond noise?">{present(s.p_value) && present(s.q_value) ? `p\u00a0${small(s.p_value)}; q\u00a0${small(s.q_value)}, the false discovery rate over the ${counted(report.slices.length, 'slice')} found` : sentence(s.reason || 'not tested')}</Key>
      {report.currency && <Key name={`at stake, ${report.currency} per day`}>{inLine(s.value_at_stake)}: what always deciding right in these rows would bring more than the decisions made now</Key>}
    </dl>
  );
}

/** The rows with the largest losses, and what they are like. */
function Examples({ slice: s }: { slice: Slice }) {
  if (s.examples.length === 0) return null;
  return (
    <>
      <p class="label">{s.examples.length === 1 ? 'the row' : `the ${s.examples.length} rows`} with the largest losses, by number in the source</p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Rows with the largest losses">
        <table class="stacks">
          <thead><tr><th scope="col" class="right">row</th><th scope="col" class="right">loss</th>{s.examples[0].features.map((f) => <th scope="col">{f}</th>)}</tr></thead>
          <tbody>{s.examples.map((e) => <tr><th scope="row" class="right">{count(e.row)}</th><td class="right" data-label="loss">{readable(e.loss)}</td>{e.values.map((v, i) => <td data-label={e.features[i]}>{v === '' ? <span class="quiet">missing</span> : v}</td>)}</tr>)}</tbody>
        </table>
      </div>
    </>
  );
}

/** What the search saw of it, and why that is no honest figure. */
function Found({ slice: s, report }: { slice: Slice; report: SlicesReport }) {
  const why = report.honest === 0 ? 'The figures above are of the same rows: it was chosen because they look bad, so it looks worse than it is.' : 'It was chosen because those rows look bad, so that figure is too bad to be true; all others here are of rows that had no say in the choice.';
  return <p class="quiet">Where it was found, it had {counted(s.found.size, 'row')} with a mean loss of {readable(s.found.loss_mean)}, against {readable(report.mean_loss_searched)} in all {counted(report.rows_searched, 'row')} searched. {why}</p>;
}

function OtherDescriptions({ slice: s, project }: { slice: Slice; project: ProjectReport }) {
  if (s.same_rows.length === 0) return null;
  const more = s.same_rows_more > 0 ? ` and ${s.same_rows_complete ? '' : 'at least '}${count(s.same_rows_more)} more` : s.same_rows_complete ? '' : ' and perhaps more';
  return (
    <>
      <p class="label">the same rows, described otherwise{more}</p>
      <ul class="plain">{s.same_rows.map((d) => <li>{conditionsInWords(project, d.predicates)}</li>)}</ul>
    </>
  );
}

function OpenedSlice({ slice, report, project, name, of }: { slice: Slice; report: SlicesReport; project: ProjectReport; name: string; of: string }) {
  return (
    <div class="opened">
      <Figures slice={slice} report={report} of={of} />
      <Found slice={slice} report={report} />
      <LossOverTime periods={slice.over_time} name={name} />
      <Examples slice={slice} />
      <OtherDescriptions slice={slice} project={project} />
      <p class="label">as an expression, for the option --where of commands and ‘where’ of the charter</p>
      <Passage text={slice.expression} name={name} />
    </div>
  );
}

function SliceRow({ slice, row, place, onPaper, report, project, scale, money, of }: { slice: Slice; row: IntervalRow; place: number; onPaper: boolean; report: SlicesReport; project: ProjectReport; scale: ReturnType<typeof scaleOf>; money: boolean; of: string }) {
  const { tone, words } = judged(slice);
  const name = `slice ${place}${report.objective ? ` of ${report.objective}` : ''}`;
  return (
    <li>
      <details class={onPaper ? '' : 'folded'}>
        <summary>
          <span class="row">
            <span class="where"><span class="place">{place}</span><span>{row.label}</span></span>
            <IntervalLine row={row} scale={scale} label={`Difference to the rest: ${row.text}, ${words}`} />
            <span class="judged"><span class={`mark ${tone}`}><Shape tone={tone} />{'\u00a0'}{words}</span> <span class="number">{row.text}</span></span>
            <Share of={slice} />
            {money && <span class="money number"><span class="unit">{report.currency} a day </span>{inShort(slice.value_at_stake)}</span>}
          </span>
        </summary>
        <OpenedSlice slice={slice} report={report} project={project} name={name} of={of} />
      </details>
    </li>
  );
}

/** Slices, a row each; `of`: what a slice has too much of. */
export function SliceRows({ report, project, of }: { report: SlicesReport; project: ProjectReport; of: string }) {
  const rows: IntervalRow[] = report.slices.map((s) => ({ ...rowOf(conditionsInWords(project, s.predicates), differenceOf(s)), tone: judged(s).tone }));
  const scale = scaleOf(rows);
  const opened = report.slices.filter(holds).slice(0, openedOnPaper);
  const money = report.currency !== '' && report.slices.some((s) => present(s.value_at_stake.value));
  return (
    <div class={money ? 'forest money' : 'forest'}>
      <div class="row head" aria-hidden="true">
        <span>where</span>
        <span class="axis"><span>{of} above the rest, 95 % interval</span><ScaleNumbers scale={scale} /></span>
        <span>does it hold?</span>
        <span>share of the rows</span>
        {money && <span>at stake, {report.currency} a day</span>}
      </div>
      <ol>{report.slices.map((s, i) => <SliceRow slice={s} row={rows[i]} place={i + 1} onPaper={opened.includes(s)} report={report} project={project} scale={scale} money={money} of={of} />)}</ol>
    </div>
  );
}

/** The summary with the conditions as the page writes them. */
export function summaryOf(report: SlicesReport, project: ProjectReport): string {
  const [first] = [...report.slices].filter((s) => report.summary.includes(s.text)).sort((a, b) => b.text.length - a.text.length);
  return first ? report.summary.replace(first.text, () => conditionsInWords(project, first.predicates)) : report.summary;
}

/** Why no slice has money, said once. */
function NoMoney({ report }: { report: SlicesReport }) {
  const reasons = [...new Set(report.slices.filter((s) => !present(s.value_at_stake.value)).map((s) => s.value_at_stake.reason).filter(Boolean))];
  return <>{reasons.map((reason) => <p class="quiet">{sentence(`Nothing is said of money at stake: ${reason}`)}</p>)}</>;
}

function HowSearched({ report }: { report: SlicesReport }) {
  const s = report.search;
  const level = s.max_level > 0 ? `up to ${counted(s.max_level, 'condition')}` : 'any number of conditions';
  const apart = present(s.distinct) && s.distinct < 1 ? ` No two slices shown share more than ${readable(100 * s.distinct)}\u00a0% of their rows.` : '';
  return <p class="quiet">How it was searched: {counted(s.evaluated, 'conjunction')} of {level} {s.evaluated === 1 ? 'was' : 'were'} counted and all others ruled out by bounds, so nothing with a higher score was missed. A slice has at least {counted(s.min_support, 'row')} of those searched; numbers are cut into at most {counted(s.bins, 'bin')}.{apart}</p>;
}

export function Slices({ project, report }: { project: ProjectReport; report: SlicesReport }) {
  const held = report.slices.filter(holds).length;
  const some = report.slices.length > 0;
  return (
    <section id={slicesId(project, report)}>
      <h2>Where it goes wrong<small> {report.objective}</small></h2>
      <p class={`verdict ${held > 0 ? 'bad' : 'mute'}`}><span class="sign" aria-hidden="true">{held > 0 ? '■ ' : ''}</span><span>{sentence(summaryOf(report, project))}</span></p>
      {!some && report.reason && !report.summary.includes(report.reason) && <p>{sentence(report.reason)}</p>}
      {some && (
        <>
          <p>The loss of a row is the {report.loss}; on all {counted(report.rows, 'row')} its mean is {readEstimate(report.mean_loss_estimate).value}{readEstimate(report.mean_loss_estimate).interval ? ` (${readEstimate(report.mean_loss_estimate).interval})` : ''}.{report.split ? ` ${sentence(`The rows of the holdout were divided ${report.split}`)}` : ''}</p>
          <SliceRows report={report} project={project} of="mean loss" />
          <p class="quiet">Each row is a slice, best score of the search first; open it for its figures. ■ it holds: its mean loss is above that of all other rows, at a false discovery rate of 5{'\u00a0'}%; ◆ not shown; ● better than the rest, whatever the searched rows said. ◂ or ▸: the interval goes on.{report.dependence ? ` ${sentence(`Intervals are ${report.dependence}`)}` : ''}</p>
          <p class="quiet on-paper">On paper only the first {openedOnPaper} slices that hold are opened.</p>
          <NoMoney report={report} />
        </>
      )}
      {(some || report.search.evaluated > 0) && <HowSearched report={report} />}
      {report.notes.length > 5 ? <details><summary>{report.notes.length} notes on the columns</summary><Notes notes={report.notes.map(sentence)} /></details> : <Notes notes={report.notes.map(sentence)} />}
    </section>
  );
}
