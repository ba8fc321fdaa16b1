// Objectives that pull apart: move the weight and see both metrics, the guardrails, money and the lists change at once.
import { useCallback, useMemo, useState } from 'preact/hooks';
import { Figure, Plot } from './figure';
import { capital, counted, count, inLine, present, readable, sentence, shortNumber } from './format';
import type { Estimate, FrontierAt, TradeoffLine, TradeoffQuery, TradeoffReport } from './generated/reports';
import { numberAxis } from './number_axis';
import { Key, Mark, Notes } from './parts';

/** A trade-off that has a curve. */
type Weighed = TradeoffReport & { current: NonNullable<TradeoffReport['current']>; recommended: NonNullable<TradeoffReport['recommended']> };
const isWeighed = (report: TradeoffReport): report is Weighed => report.lines.length > 0 && report.current !== null && report.recommended !== null;

/** Where the slider stands: on the line of one objective, whose weight is lambda while the others keep their proportions. */
interface Place { line: TradeoffLine; lambda: number }

/** Where a curve's piece at lambda stands: the last that begins at or before it. */
function pieceAt(curve: TradeoffLine['curve'], lambda: number): number {
  let [low, high] = [0, curve.lambda.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((curve.lambda[middle] ?? 0) <= lambda) low = middle;
    else high = middle;
  }
  return low;
}
const valueAt = (name: string, { line, lambda }: Place): number => line.curve.values[name][pieceAt(line.curve, lambda)] ?? NaN;
const weightAt = (name: string, { line, lambda }: Place): number => (name === line.objective ? lambda : (1 - lambda) * (line.rest[name] ?? 0));
const weightsAt = (report: TradeoffReport, place: Place): number[] => report.objectives.map((o) => weightAt(o.name, place));

/** The first k items by the blend, best first: positions in the query. */
export function topOf(query: TradeoffQuery, weights: number[], k: number): number[] {
  const blend = query.items.map((item) => weights.reduce((sum, weight, o) => sum + weight * (item.scores[o] ?? 0), 0));
  return blend.map((_, i) => i).sort((a, b) => blend[b] - blend[a] || a - b).slice(0, k);
}

/** "a, b and c" */
const inWords = (names: string[]): string => (names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`);
const weight = (lambda: number): string => readable(lambda, 3);
const signed = (value: number): string => (value > 0 ? '+' : '') + figure(value, 3);
// Nobody counts the digits of large numbers.
const figure = (value: number, digits: number): string => (Math.abs(value) >= 1e4 ? shortNumber(value, digits) : readable(value, digits));
const keeps = (report: TradeoffReport, guardrail: number, value: number): boolean => (report.guardrails[guardrail].at_least ? value >= (report.guardrails[guardrail].limit ?? 0) : value <= (report.guardrails[guardrail].limit ?? 0));
const single = (report: TradeoffReport): boolean => present(report.share);
/** What lists are called here. */
const lists = (report: TradeoffReport, n: number): string => (single(report) ? counted(n, 'batch', 'batches') : counted(n, 'query', 'queries'));
const whose = (report: TradeoffReport): string => ({ policy: 'the weights in use', asked: 'the weights asked for' })[report.weights_from] ?? 'the charter’s weights';
/** A point of the report on a line: where it is not on it, nothing. */
const onLine = (point: { line: string; lambda: number | null }, line: TradeoffLine): number | null => (point.line === line.objective ? point.lambda : null);

/** The metric whose weight moves over the first other one, with the weights in use, recommended and looked at. */
function Curve({ report, place }: { report: Weighed; place: Place }) {
  const { line } = place;
  const y = line.objective;
  const x = report.objectives.map((o) => o.name).find((name) => name !== y) ?? y;
  const points = useMemo(() => line.curve.lambda.map((_, i) => ({ x: line.curve.values[x][i] ?? 0, y: line.curve.values[y][i] ?? 0, broken: report.guardrails.some((g, at) => !keeps(report, at, line.curve.values[g.name][i] ?? 0)) })), [report, line]);
  const at = (lambda: number) => ({ x: valueAt(x, { line, lambda }), y: valueAt(y, { line, lambda }) });
  const recommended = onLine(report.recommended, line);
  const options = useCallback((width: number) => {
    const across = numberAxis(points.map((p) => p.x), Math.max(3, Math.floor(width / 130)));
    const up = numberAxis(points.map((p) => p.y), 5);
    return {
      height: Math.min(420, Math.max(260, Math.round(width * 0.62))), marginLeft: up.room, marginRight: 26, marginTop: 26,
      x: { label: `${x} →`, domain: across.domain, ticks: across.ticks, tickFormat: across.tickFormat, grid: true }, y: { label: `↑ ${y}`, domain: up.domain, ticks: up.ticks, tickFormat: up.tickFormat, grid: true },
      marks: [
        Plot.line(points, { x: 'x', y: 'y', stroke: 'var(--accent)', strokeOpacity: 0.35, strokeWidth: 1.2 }),
        Plot.dot(points.filter((p) => !p.broken), { x: 'x', y: 'y', r: 1.7, fill: 'var(--accent)' }),
        Plot.dot(points.filter((p) => p.broken), { x: 'x', y: 'y', r: 2.6, symbol: 'times', stroke: 'var(--bad)', strokeWidth: 1.1 }),
        Plot.dot([at(line.current ?? 0)], { x: 'x', y: 'y', r: 7, symbol: 'square', stroke: 'var(--ink)', fill: 'var(--paper)', strokeWidth: 2.2 }),
        Plot.dot(recommended === null ? [] : [at(recommended)], { x: 'x', y: 'y', r: 6, symbol: 'star', fill: 'var(--good)', stroke: 'var(--paper)', strokeWidth: 0.8 }),
        Plot.dot([at(place.lambda)], { x: 'x', y: 'y', r: 11, stroke: 'var(--gold)', strokeWidth: 3 }),
      ],
    };
  }, [points, place.lambda]);
  return (
    <Figure
      name="the trade-off"
      label={`${capital(y)} over ${x} for every weight, ${counted(line.curve.pieces, 'piece')}. The figures stand in the table.`}
      caption={`Every point is what some weights give on the rows that choose. □ ${whose(report)}${recommended === null ? '' : '; ★ recommended'}; ○ the weights looked at${report.guardrails.length > 0 ? '; × where a guardrail is broken' : ''}.`}
      options={options}
      said
      table={{ head: ['weight of ' + y, x, y, ...report.guardrails.map((g) => g.name)], body: line.at.map((at) => [weight(at.lambda ?? 0), inLine(at.metrics[x]), inLine(at.metrics[y]), ...report.guardrails.map((g) => readable(at.guardrails[g.name].value))]) }}
    />
  );
}

/** One metric over the weight, with its band. */
function OverWeight({ name, place }: { name: string; place: Place }) {
  const { line } = place;
  const steps = useMemo(() => line.curve.lambda.map((l, i) => ({ lambda: l ?? 0, value: line.curve.values[name][i] ?? 0 })), [line]);
  const band = line.at.map((at) => ({ lambda: at.lambda ?? 0, of: at.metrics[name] }));
  const options = useCallback((width: number) => {
    const up = numberAxis([...steps.map((s) => s.value), ...band.flatMap((b) => [b.of.low, b.of.high])].filter(present), 4);
    return {
      height: 200, marginLeft: up.room, marginRight: 16, marginTop: 14, x: { label: `weight of ${line.objective} →`, domain: [0, 1], ticks: Math.max(2, Math.floor(width / 90)) }, y: { label: null, domain: up.domain, ticks: up.ticks, tickFormat: up.tickFormat, grid: true },
      marks: [
        Plot.areaY(band.filter((b) => present(b.of.low)), { x: 'lambda', y1: (b) => b.of.low, y2: (b) => b.of.high, fill: 'var(--accent)', fillOpacity: 0.16 }),
        Plot.lineY(steps, { x: 'lambda', y: 'value', curve: 'step-after', stroke: 'var(--accent)', strokeWidth: 1.8 }),
        Plot.ruleX([line.current ?? 0], { stroke: 'var(--ink)', strokeDasharray: '3 3' }),
        Plot.ruleX([place.lambda], { stroke: 'var(--gold)', strokeWidth: 2.5 }),
      ],
    };
  }, [steps, place.lambda]);
  return <Figure name={`${name} over the weight`} label={`${capital(name)} over the weight of ${line.objective}, with a band that holds at all weights at once.`} caption={capital(name)} options={options} said table={{ head: ['weight', name], body: band.map((b) => [weight(b.lambda), inLine(b.of)]) }} />;
}

/** The weight, by hand; of more than two objectives first which one moves. */
function Slider({ report, place, set }: { report: Weighed; place: Place; set: (place: Place) => void }) {
  const { line, lambda } = place;
  const others = report.objectives.map((o) => o.name).filter((name) => name !== line.objective);
  const spoken = [line.objective, ...others].map((name) => `${name} ${weight(weightAt(name, place))}`).join(', ');
  const jump = (to: Place | undefined, words: string) => to && (
    <button type="button" aria-pressed={line === to.line && lambda === to.lambda} onClick={() => set(to)}>{words} <span class="number">{weight(to.lambda)}</span></button>
  );
  const recommendedLine = report.lines.find((l) => l.objective === report.recommended.line);
  const moved = JSON.stringify(report.recommended.weights) !== JSON.stringify(report.current.weights);
  return (
    <div class="weights">
      {report.lines.length > 1 && (
        <div class="tabs" role="group" aria-label="Which weight moves; the others keep their proportions">
          {report.lines.map((l) => <button type="button" aria-pressed={l === line} onClick={() => set({ line: l, lambda: l.current ?? 0 })}>{l.objective}</button>)}
        </div>
      )}
      <label for="tradeoff-lambda">Weight of {line.objective}: <output class="number"><b>{weight(lambda)}</b></output>; {others.map((name, i) => <>{i > 0 ? ', ' : ''}{name} has <span class="number">{weight(weightAt(name, place))}</span></>)}</label>
      <input id="tradeoff-lambda" type="range" min="0" max="1" step="0.005" value={lambda} aria-valuetext={spoken} onInput={(e) => set({ line, lambda: Number((e.currentTarget as HTMLInputElement).value) })} />
      <div class="tabs">{jump({ line, lambda: line.current ?? 0 }, whose(report))}{moved && recommendedLine && jump({ line: recommendedLine, lambda: report.recommended.lambda ?? 0 }, 'recommended')}{jump({ line, lambda: 0 }, others.length === 1 ? `${others[0]} alone` : `no ${line.objective}`)}{jump({ line, lambda: 1 }, `${line.objective} alone`)}</div>
    </div>
  );
}

/** What the weights looked at give, beside those in use. */
function Live({ report, place }: { report: Weighed; place: Place }) {
  const now = { line: place.line, lambda: place.line.current ?? 0 };
  const nearest = place.line.money?.at.reduce((a, b) => (Math.abs((b.lambda ?? 0) - place.lambda) < Math.abs((a.lambda ?? 0) - place.lambda) ? b : a));
  const mean = report.discount === 'log2' ? `discounted sum of the first ${report.k}` : single(report) ? `mean of the ${report.k} acted on of a batch` : `mean of the first ${report.k}`;
  return (
    <dl class="keys" aria-live="polite">
      {report.objectives.map((o) => {
        const [value, before] = [valueAt(o.name, place), valueAt(o.name, now)];
        const change = value - before;
        return (
          <div class={`key ${change > 0 ? 'good' : change < 0 ? 'bad' : ''}`}>
            <dt>{o.name}, {mean}</dt>
            <dd class="number"><b>{figure(value, 4)}</b><span class="quiet">{change === 0 ? `as at ${whose(report)}` : `${signed(change)} against ${whose(report)}`}</span></dd>
          </div>
        );
      })}
      {report.guardrails.map((g, i) => {
        const value = valueAt(g.name, place);
        const holds = keeps(report, i, value);
        return (
          <div class={`key ${holds ? 'good' : 'bad'}`}>
            <dt>{g.name}, {g.at_least ? 'at least' : 'at most'} {readable(g.limit)}</dt>
            <dd class="number"><b>{readable(value)}</b><Mark state={holds ? 'met' : 'not_met'} words={holds ? 'holds' : 'broken'} /></dd>
          </div>
        );
      })}
      {nearest && <div class="key"><dt>money per {single(report) ? 'row acted on' : 'list'} against {whose(report)}{report.currency ? `, ${report.currency}` : ''}</dt><dd class="number"><b>{readable(nearest.difference.value)}</b><span class="quiet">{nearest.difference.value === 0 && !present(nearest.difference.low) ? 'the same lists' : present(nearest.difference.low) ? `${readable(nearest.difference.low)} to ${readable(nearest.difference.high)}` : nearest.difference.reason}{present(report.lists_per_day) && present(nearest.difference.value) && nearest.difference.value !== 0 ? `; ${readable(nearest.difference.value * report.lists_per_day)} a day` : ''}</span></dd></div>}
    </dl>
  );
}

/** The list of one query at the weights looked at; what the weights in use would not show is marked. */
function List({ report, query, place }: { report: Weighed; query: TradeoffQuery; place: Place }) {
  const before = new Set(topOf(query, report.objectives.map((o) => report.current.weights[o.name] ?? 0), report.k));
  const top = topOf(query, weightsAt(report, place), report.k);
  const fresh = top.filter((i) => !before.has(i)).length;
  return (
    <li>
      <h4>{query.name} <span class="quiet">{counted(query.items.length, 'item')}{fresh > 0 ? `; ${fresh} of ${top.length} new` : ''}</span></h4>
      <ol class="ranked">
        {top.map((i) => {
          const item = query.items[i];
          // What nearly every item has tells none from another.
          const flags = report.guardrails.filter((_, g) => item.guardrails[g] === 1 && query.items.filter((other) => other.guardrails[g] === 1).length * 2 < query.items.length).map((g) => g.name);
          return <li class={before.has(i) ? '' : 'new'}>{before.has(i) ? '' : <span class="good" title={`not shown at ${whose(report)}`}>+ </span>}{item.name} <span class="quiet number">{item.gains.map((gain) => (present(gain) ? figure(gain, 3) : readable(gain))).join(' · ')}{flags.length > 0 ? ` · ${flags.join(', ')}` : ''}</span></li>;
        })}
      </ol>
    </li>
  );
}

/** A guardrail's value with its interval. */
const guarded = (g: FrontierAt['guardrails'][string]): string => (!present(g.value) ? '-' : present(g.low) ? `${readable(g.value)} (${readable(g.low)} to ${readable(g.high)})` : readable(g.value));

/** Stretches of the weight, in words. */
const stretches = (ranges: { low: number | null; high: number | null }[]): string => (ranges.length === 0 ? 'none' : ranges.map((r) => (r.low === r.high ? weight(r.low ?? 0) : `${weight(r.low ?? 0)} to ${weight(r.high ?? 0)}`)).join(', '));

/** A policy on the rows that chose it and on those that did not. */
function Policies({ report }: { report: Weighed }) {
  const same = JSON.stringify(report.current.weights) === JSON.stringify(report.recommended.weights);
  const rows = same ? [{ name: `${whose(report)}, recommended`, point: report.current }] : [{ name: whose(report), point: report.current }, { name: 'recommended', point: report.recommended }];
  const cell = (at: FrontierAt, name: string): string => inLine(at.metrics[name] as Estimate);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Policies on rows that chose them and on rows held back">
      <table>
        <thead><tr><th scope="col">weights</th><th scope="col">measured on</th>{report.objectives.map((o) => <th scope="col">{o.name}</th>)}{report.guardrails.map((g) => <th scope="col">{g.name}, {g.at_least ? 'at least' : 'at most'} {readable(g.limit)}</th>)}</tr></thead>
        <tbody>
          {rows.flatMap(({ name, point }) => [{ on: `the ${lists(report, report.chosen_on.queries)} that choose`, at: point.chosen_on }, { on: single(report) ? `${counted(report.measured_on.items, 'row')} held back, by the threshold` : `${lists(report, report.measured_on.queries)} held back`, at: point.measured_on }].map(({ on, at }, i) => (
            <tr>
              <th scope="row">{i === 0 ? <>{name}<br /><span class="quiet">{report.objectives.map((o) => `${o.name} ${weight(point.weights[o.name] ?? 0)}`).join(', ')}</span></> : ''}</th>
              <td>{on}</td>
              {report.objectives.map((o) => <td>{cell(at, o.name)}</td>)}
              {report.guardrails.map((g) => <td>{guarded(at.guardrails[g.name])} <Mark state={at.guardrails[g.name].holds ? 'met' : 'not_met'} words={at.guardrails[g.name].holds ? 'holds' : 'broken'} /></td>)}
            </tr>
          )))}
        </tbody>
      </table>
    </div>
  );
}

/** One model trained on blended labels, per weight, against the blend of two models. */
function Retrained({ report, seconds }: { report: Weighed; seconds: Record<string, number | null> }) {
  const r = report.retrain;
  if (!r) return null;
  const took = (step: string): string => (present(seconds[`tradeoff: ${step}`]) ? `${readable(seconds[`tradeoff: ${step}`], 2)}\u00a0s` : 'not measured');
  return (
    <>
      <h3>Had one model been trained on all of them</h3>
      <p>{sentence(r.text)}</p>
      {r.points.length > 0 && (
        <>
          <div class="scroll" tabIndex={0} role="region" aria-label="Training on blended labels less blending scores">
            <table>
              <thead><tr>{report.objectives.map((o) => <th scope="col">weight of {o.name}</th>)}{report.objectives.map((o) => <th scope="col">{o.name}, trained on all less blended</th>)}</tr></thead>
              <tbody>{r.points.map((p) => <tr>{report.objectives.map((o) => <th scope="row">{weight(p.weights[o.name] ?? 0)}</th>)}{report.objectives.map((o) => <td>{inLine(p.gaps[o.name])}</td>)}</tr>)}</tbody>
            </table>
          </div>
          <p class="quiet">{capital(r.learner)} each way, on the same {counted(r.training_rows, 'row')} and features; {counted(r.items, 'item')} in {counted(r.queries, 'query', 'queries')} held back. {capital(counted(report.objectives.length, 'training'))} for every weight took {took(r.each_step)}; {counted(r.points.length, 'training')} for {counted(r.points.length, 'weight')} took {took(r.blended_step)}.</p>
        </>
      )}
    </>
  );
}

/** How scores become one number, in words. */
function blended(report: Weighed): string {
  const calibrated = report.objectives.some((o) => o.calibration !== '') ? 'each score is brought to the scale of its outcome; ' : '';
  if (report.blend === 'product') return `${calibrated}the scores are multiplied, each to the power of its weight`;
  const sum = `${calibrated}each score is divided by its spread and they are added with these weights`;
  return report.blend === 'multiplier' ? `${sum}, and the sum is multiplied with ${report.multiplier}` : sum;
}

function Alarm({ report }: { report: Weighed }) {
  const { clickbait } = report.recommended;
  const [first, ...others] = report.objectives.map((o) => o.name);
  return <Key name={`is ${others.join(' or ')} bought with ${first}?`}><Mark state={clickbait.alarm ? 'not_met' : 'inconclusive'} words={clickbait.alarm ? 'yes' : 'not shown'} /> {sentence(clickbait.text)}</Key>;
}

/** A threshold on the blend, applied to the rows held back. */
function Threshold({ report }: { report: Weighed }) {
  const { threshold } = report.recommended;
  if (!threshold) return null;
  return <Key name="which rows are acted on?">Those whose blend reaches <b class="number">{readable(threshold.value, 4)}</b>: {inLine(threshold.share)} of the rows held back.</Key>;
}

function Weighing({ report, seconds }: { report: Weighed; seconds: Record<string, number | null> }) {
  const [place, set] = useState<Place>({ line: report.lines.find((l) => l.objective === report.recommended.line) ?? report.lines[0], lambda: report.recommended.lambda ?? 0 });
  const breakpoints = report.lines.reduce((sum, l) => sum + (l.breakpoints ?? 0), 0);
  return (
    <>
      <p>{capital(report.objectives.map((o) => `${o.name} is scored by the rung ${o.rung}`).join(', '))}; {blended(report)}. Nothing is trained again when they change.</p>
      <Slider report={report} place={place} set={set} />
      <Live report={report} place={place} />
      <div class="multiples two"><Curve report={report} place={place} key={place.line.objective} /><div>{report.objectives.map((o) => <OverWeight name={o.name} place={place} key={`${place.line.objective} ${o.name}`} />)}</div></div>
      {report.lists.length > 0 && (
        <>
          <h3>{single(report) ? 'Rows acted on' : 'The lists'} at these weights</h3>
          <p class="quiet">The first {report.k} of {lists(report, report.lists.length)} held back, with what each item brought: {report.objectives.map((o) => o.gain).join(' · ')}. + not shown at {whose(report)}.</p>
          <ul class="cards lists">{report.lists.map((query) => <List report={report} query={query} place={place} />)}</ul>
        </>
      )}
      <h3>What was chosen, and what it gave on rows held back</h3>
      <Policies report={report} />
      <dl class="figures">
        <Threshold report={report} />
        <Alarm report={report} />
        {place.line.money && <Key name="at which weights is the sign of money sure?">More than at {whose(report)} for a weight of {place.line.objective} of {stretches(place.line.money.more)}; less for {stretches(place.line.money.less)}.</Key>}
        {report.money_on_holdout && <Key name="does the money hold on rows held back?">{inLine(report.money_on_holdout)} {report.currency} per {single(report) ? 'row acted on' : 'list'} against {whose(report)}.</Key>}
        {report.nearest && <Key name="which change mends the guardrails?">{sentence(report.nearest)}</Key>}
        {report.nearest_certain && <Key name="where do they hold for sure?">{sentence(report.nearest_certain)}</Key>}
        <Key name="how it was found"><b>{count(breakpoints)}</b> weights at which a list changes{report.lines.length > 1 ? ` on ${report.lines.length} lines` : ''}, all of them{report.frontier ? `; ${counted(report.frontier.pareto.length, 'point')} that no other ${report.lines.length > 1 ? 'found ' : ''}beats${present(report.frontier.hypervolume) ? `, hypervolume ${figure(report.frontier.hypervolume, 4)}` : ''}` : ''}. Intervals: {place.line.band}.</Key>
      </dl>
      <Retrained report={report} seconds={seconds} />
    </>
  );
}

export function Tradeoff({ report, seconds }: { report: TradeoffReport; seconds: Record<string, number | null> }) {
  const weighed = isWeighed(report);
  return (
    <section id="tradeoff">
      <h2>What to give up for what<small> {inWords(report.objectives.map((o) => o.name))}</small></h2>
      <p class={`verdict ${!weighed ? 'mute' : !report.recommended.feasible ? 'ask' : report.nearest || !report.recommended.measured_on.feasible ? 'warn' : 'good'}`}><span>{sentence(report.summary)}</span></p>
      {weighed && <Weighing report={report} seconds={seconds} />}
      <Notes notes={report.notes.map(sentence)} />
    </section>
  );
}
