// Why a metric moved: from before to after by the parts that moved it, each opening to its figures; what is too noisy to explain.
import { conditionsInWords } from './conditions';
import { counted, count, inLine, minus, present, quoted, readable, sentence, type Maybe } from './format';
import type { ChangeByFeature, ChangeOfMetric, ChangePart, ChangeReport, ProjectReport } from './generated/reports';
import { Table } from './figure';
import { ScaleNumbers, type Scale } from './interval_line';
import { Key, Mark, Notes } from './parts';
import { Level, scaleOfSteps, StepBar, type Step } from './waterfall';

export const changeId = (place: number): string => (place === 0 ? 'change' : `change-${place + 1}`);

interface Writing {
  /** With the decimals that all steps share, so that a reader can add them up. */
  plain: (value: Maybe) => string;
  /** The same with its sign. */
  signed: (value: Maybe) => string;
}

function writingOf(report: ChangeReport): Writing {
  const { before, after, change } = report.total;
  const sizes = [before, after, change, ...report.parts.map((p) => p.contribution)].filter(present).map(Math.abs);
  const [scale, unit] = Math.max(...sizes, 0) >= 1e7 ? [1e-6, '\u00a0million'] : [1, ''];
  const step = scale * Math.max(...[change, ...report.parts.map((p) => p.contribution)].filter(present).map(Math.abs), 0);
  const decimals = step > 0 ? Math.min(12, Math.max(0, 2 - Math.floor(Math.log10(step)))) : 3;
  const plain = (value: Maybe) => {
    if (!present(value)) return 'n/a';
    const rounded = Number((scale * value).toFixed(decimals));
    return rounded === 0 ? '0' : minus(rounded.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })) + unit;
  };
  return { plain, signed: (value) => (present(value) && value > 0 && plain(value) !== '0' ? `+${plain(value)}` : plain(value)) };
}

const small = (p: number): string => (p < 0.001 ? '<\u00a00.001' : `=\u00a0${readable(p, 2)}`);
const percentOf = (share: Maybe): string => (present(share) ? `${readable(100 * share, 2)}\u00a0%` : '');

/** A part's rows in words. */
function nameOf(project: ProjectReport, part: ChangePart): string {
  const words = part.predicates.length > 0 ? conditionsInWords(project, part.predicates) : part.text;
  return `${part.metric ? `${part.metric}: ` : ''}${words}${part.outside_earlier_parts ? ', outside the parts above' : ''}`;
}

interface Left {
  name: string;
  part: ChangePart;
  words: string;
}

/** What is left, as its sentence calls it; of a tree by leaf, whose rest has no rows of its own. */
function leftOver(report: ChangeReport): Left[] {
  const leaves = report.metrics.filter((m) => m.leaf);
  const nameOfLeft = (text: string, parts: boolean): string => (text.startsWith('moved together') ? `unexplained: all ${parts ? 'other ' : ''}rows together` : report.tested ? 'unexplained: too noisy to explain' : 'unexplained: left over');
  if (leaves.length === 0) {
    if (report.parts.length > 0 && report.unexplained_text === '') return [];
    return [{ name: nameOfLeft(report.unexplained_text, report.parts.length > 0), part: { ...report.rest, contribution: report.unexplained }, words: report.unexplained_text }];
  }
  const change = report.total.change;
  return leaves.filter((m) => present(m.unexplained) && m.unexplained_text !== '').map((m) => ({
    name: `${m.name}, ${nameOfLeft(m.unexplained_text, report.parts.some((p) => p.metric === m.name))}`,
    part: { ...report.rest, contribution: m.unexplained, share: present(change) && change !== 0 ? (m.unexplained as number) / change : null },
    words: '',
  }));
}

/** Of its rows: how many and at what level, before and after. */
function PartFigures({ part, writing, report }: { part: ChangePart; writing: Writing; report: ChangeReport }) {
  const { plain, signed } = writing;
  const { rows_before, rows_after } = report.total;
  const share = (rows: number, of: number) => (of > 0 ? ` (${percentOf(rows / of)})` : '');
  const ownInterval = present(part.low) && present(part.high);
  return (
    <dl class="figures">
      <Key name="moved the metric by"><b>{signed(part.contribution)}</b>{present(part.share) ? `, ${percentOf(part.share)} of the change` : ''}: counted exactly in all rows</Key>
      <Key name="in blocks that did not choose it">{ownInterval ? <b>{inLine({ value: part.estimate, low: part.low, high: part.high, level: part.level ?? 0.95, reason: part.reason })}</b> : sentence(part.reason || 'not tested')}{present(part.p_value) ? <>; p{'\u00a0'}{small(part.p_value)}{present(part.q_value) ? `, q\u00a0${small(part.q_value)} over all ${count(report.cells_tested)} tested` : ''}</> : ''}</Key>
      <Key name="mix: more or fewer of these rows"><b>{signed(part.mix)}</b>: {count(part.rows_before)}{share(part.rows_before, rows_before)} before, {count(part.rows_after)}{share(part.rows_after, rows_after)} after</Key>
      <Key name="rate: these rows at another level"><b>{signed(part.rate)}</b>: {present(part.before) ? `${plain(part.before)} before` : 'none before'}, {present(part.after) ? `${plain(part.after)} after` : 'none after'}</Key>
    </dl>
  );
}

interface RowProps {
  name: string;
  part: ChangePart;
  step: Step;
  scale: Scale;
  writing: Writing;
  report: ChangeReport;
  words?: string;
}

function PartRow({ name, part, step, scale, writing, report, words = '' }: RowProps) {
  const { signed } = writing;
  const range = present(part.low) && present(part.high) ? `${writing.signed(part.low)} to ${writing.signed(part.high)}` : 'no interval';
  const figures = part.predicates.length > 0 || part.rows_before + part.rows_after > 0;
  const row = (
    <span class="row">
      <span class={figures ? 'where' : 'where closed'}><span class="place" /><span>{name}</span></span>
      <StepBar step={step} scale={scale} label={`${name}: ${signed(part.contribution)} (${range})`} />
      <span class="judged"><b class="number">{step.to >= step.from ? '▲' : '▼'}{'\u00a0'}{signed(part.contribution)}</b> <span class="quiet number">{range}{present(part.share) ? `; ${percentOf(part.share)}` : ''}</span></span>
      <span class="causes number">{figures ? <><span class="unit">mix </span>{signed(part.mix)}<span class="unit">, rate </span><span class="rate">{signed(part.rate)}</span></> : null}</span>
    </span>
  );
  if (!figures) return <li>{row}{words && <p class="quiet opened">{sentence(words)}</p>}</li>;
  return (
    <li>
      <details>
        <summary>{row}</summary>
        <div class="opened">
          {words && <p>{sentence(words)}</p>}
          <PartFigures part={part} writing={writing} report={report} />
          {part.predicates.length > 1 && <><p class="label">all of these hold in its rows{part.outside_earlier_parts ? ', and it lies outside the parts above' : ''}</p><ul class="plain">{part.predicates.map((p) => <li><code>{p.text}</code></li>)}</ul></>}
        </div>
      </details>
    </li>
  );
}

function Waterfall({ report, project, writing }: { report: ChangeReport; project: ProjectReport; writing: Writing }) {
  const { before, after, before_estimate, after_estimate, rows_before, rows_after } = report.total;
  if (!present(before) || !present(after)) return null;
  let at = before;
  const stepOf = (p: ChangePart, left: boolean): Step => {
    const from = at;
    at += p.contribution ?? 0;
    return { from, to: at, low: present(p.low) ? from + p.low : null, high: present(p.high) ? from + p.high : null, left };
  };
  const steps = report.parts.map((p) => stepOf(p, false));
  const lefts = leftOver(report).map((l) => ({ ...l, step: stepOf(l.part, true) }));
  const scale = scaleOfSteps([...steps, ...lefts.map((l) => l.step), { from: before, to: after, low: before_estimate.low, high: before_estimate.high }, { from: after, to: after, low: after_estimate.low, high: after_estimate.high }]);
  const level = (name: string, value: number, of: typeof before_estimate, rows: number, start: boolean) => (
    <li>
      <span class="row">
        <span class="where closed"><span class="place" /><b>{name}</b></span>
        <Level value={value} low={of.low} high={of.high} start={start} scale={scale} label={`${name}: ${inLine(of)}`} />
        <span class="judged"><b class="number">{writing.plain(value)}</b> <span class="quiet number">{present(of.low) && present(of.high) ? `${writing.plain(of.low)} to ${writing.plain(of.high)}` : 'no interval'}</span></span>
        <span class="causes quiet">{counted(rows, 'row')}</span>
      </span>
    </li>
  );
  return (
    <>
      <div class="forest waterfall">
        <div class="row head" aria-hidden="true"><span>from before to after</span><span class="axis"><span>{report.metric}</span><ScaleNumbers scale={scale} /></span><span>moved by, interval, share</span><span>of that mix, rate</span></div>
        <ol>
          {level('before', before, before_estimate, rows_before, true)}
          {report.parts.map((p, i) => <PartRow name={nameOf(project, p)} part={p} step={steps[i]} scale={scale} writing={writing} report={report} />)}
          {lefts.map((l) => <PartRow name={l.name} part={l.part} step={l.step} scale={scale} writing={writing} report={report} words={l.words} />)}
          {level('after', after, after_estimate, rows_after, false)}
        </ol>
      </div>
      <p class="quiet">Each step is what its rows moved the metric by; together they lead exactly from before to after. ▲ up, ▼ down, dashed: unexplained. The thin line is the step’s 95{'\u00a0'}% interval, from the blocks that did not choose it: its middle may lie beside the step’s end. The scale need not begin at 0. Mix: there are more or fewer of these rows; rate: these rows are at another level; they add up to the step.</p>
    </>
  );
}

/** A reversal without the word that stands before it. */
const reversalOf = (f: ChangeByFeature): string => (f.text || `every value of ${f.feature} moved one way and the total the other, because there are more or fewer rows of some values`).replace(/^a reversal: /i, '');

/** Simpson's paradox, in words. */
function Reversals({ features }: { features: ChangeByFeature[] }) {
  return <>{features.filter((f) => f.reversal).map((f) => <p class="verdict warn"><Mark state="contradicted" words="Simpson’s paradox" /> <span>{sentence(reversalOf(f))}</span></p>)}</>;
}

function ByFeature({ features, writing }: { features: ChangeByFeature[]; writing: Writing }) {
  if (features.length === 0) return null;
  return (
    <details>
      <summary>Mix and rate by each of {counted(features.length, 'column')} alone</summary>
      <Table label="Mix and rate by each column alone" head={['column', 'values', 'mix', 'rate', 'reversal']} body={features.map((f) => [f.feature, count(f.segments), writing.signed(f.mix), writing.signed(f.rate), f.reversal ? 'yes' : 'no'])} />
      <p class="quiet">Mix: other shares of its values; rate: its values at other levels. Both add up to the change.</p>
    </details>
  );
}

/** What the metric is made of, the whole above its parts. */
function MetricTree({ report, project, writing }: { report: ChangeReport; project: ProjectReport; writing: Writing }) {
  const { metrics } = report;
  if (metrics.length === 0) return null;
  const range = (m: ChangeOfMetric) => (present(m.low) && present(m.high) ? ` (${readable(m.low)} to ${readable(m.high)})` : '');
  return (
    <>
      <h3>What it is made of</h3>
      <ul class="cards">
        {[...metrics].reverse().map((m) => (
          <li>
            <h4>{m.name} <code>= {m.is}</code></h4>
            <p><span class="number"><b>{readable(m.before, 4)} → {readable(m.after, 4)}</b></span>, a change of {readable(m.change)}{range(m)}</p>
            {present(m.contribution) && <p>Moved the whole by <b>{writing.signed(m.contribution)}</b>{present(m.share) ? `, ${percentOf(m.share)} of its change` : ''}</p>}
            {m.text && <p class="quiet">{sentence(retold(m.text, report, project))}</p>}
            {m.leaf && !range(m) && m.reason && <p class="quiet">{sentence(`No interval: ${m.reason}`)}</p>}
          </li>
        ))}
      </ul>
    </>
  );
}

/** A sentence of the report with the conditions as the page writes them. */
function retold(text: string, report: ChangeReport, project: ProjectReport): string {
  const parts = report.parts.filter((p) => p.predicates.length > 0).sort((a, b) => b.text.length - a.text.length);
  return parts.reduce((told, p) => told.split(`'${p.text}'`).join(quoted(nameOf(project, { ...p, metric: '' }))), text);
}

/** What stands by itself below is not said twice. */
const answerOf = (report: ChangeReport): string => report.features.filter((f) => f.reversal && f.text).reduce((answer, f) => answer.split(f.text).join('').replace(/\s+\.?\s*$/, ''), report.answer);

export function Change({ project, report, id }: { project: ProjectReport; report: ChangeReport; id: string }) {
  const { total } = report;
  const writing = writingOf(report);
  const interval = present(total.low) && present(total.high) ? ` (${writing.signed(total.low)} to ${writing.signed(total.high)})` : '';
  const notes = report.data.notes;
  return (
    <section id={id}>
      <h2>Why it moved<small> {report.metric}</small></h2>
      <p class="lead">{sentence(retold(answerOf(report), report, project))}</p>
      <dl class="figures">
        <Key name="before"><b class="number">{writing.plain(total.before)}</b> <code>{report.before_rows}</code></Key>
        <Key name="after"><b class="number">{writing.plain(total.after)}</b> <code>{report.after_rows}</code></Key>
        <Key name="change"><b class="number">{writing.signed(total.change)}</b>{interval}{present(total.p_value) ? `, p\u00a0${small(total.p_value)}` : total.reason ? `; ${total.reason}` : ''}</Key>
        {present(total.mix) && present(total.rate) && <Key name="of that mix and rate"><span class="number">{writing.signed(total.mix)}</span> {total.mix_by === 'parts' ? 'more or fewer rows of the parts' : `other shares of the values of ${total.mix_by}`}, <span class="number">{writing.signed(total.rate)}</span> rows at another level</Key>}
      </dl>
      <Reversals features={report.features} />
      <Waterfall report={report} project={project} writing={writing} />
      {!report.tested && report.parts.length > 0 && <p class="quiet">Nothing was tested: these are the largest departures, which may be noise.</p>}
      <MetricTree report={report} project={project} writing={writing} />
      <ByFeature features={report.features} writing={writing} />
      <p class="quiet">How it was found: {counted(report.cells_looked_at, 'set')} of rows looked at, {count(report.cells_tested)} tested. {sentence(report.method)} {report.unit_of_noise && sentence(`Noise is measured ${report.unit_of_noise}`)}</p>
      <Notes notes={notes.map(sentence)} />
    </section>
  );
}
