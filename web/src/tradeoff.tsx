// Objectives that pull apart: move the weight and see both metrics, the guardrails, money and the lists change at once.
import { useCallback, useMemo, useState } from 'preact/hooks';
import { Figure, Plot } from './figure';
import { capital, counted, count, inLine, present, readable, sentence, shortNumber } from './format';
import type { Estimate, FrontierAt, FrontierReport, TradeoffQuery, TradeoffReport } from './generated/reports';
import { numberAxis } from './number_axis';
import { Key, Mark, Notes } from './parts';

/** A trade-off that has a curve. */
type Weighed = TradeoffReport & { frontier: FrontierReport; current: NonNullable<TradeoffReport['current']>; recommended: NonNullable<TradeoffReport['recommended']> };
const isWeighed = (report: TradeoffReport): report is Weighed => report.frontier !== null && report.current !== null && report.recommended !== null;

/** Where a curve's piece at lambda stands: the last that begins at or before it. */
function pieceAt(curve: TradeoffReport['curve'], lambda: number): number {
  let [low, high] = [0, curve.lambda.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((curve.lambda[middle] ?? 0) <= lambda) low = middle;
    else high = middle;
  }
  return low;
}
const valueAt = (report: TradeoffReport, name: string, lambda: number): number => report.curve.values[name][pieceAt(report.curve, lambda)] ?? NaN;

/** The first k items by the blend, best first: positions in the query. */
export function topOf(query: TradeoffQuery, lambda: number, k: number): number[] {
  const blend = query.items.map((item) => (1 - lambda) * (item.scores[0] ?? 0) + lambda * (item.scores[1] ?? 0));
  return blend.map((_, i) => i).sort((a, b) => blend[b] - blend[a] || a - b).slice(0, k);
}

const weight = (lambda: number): string => readable(lambda, 3);
const signed = (value: number): string => (value > 0 ? '+' : '') + readable(value);
const keeps = (report: TradeoffReport, guardrail: number, value: number): boolean => (report.guardrails[guardrail].at_least ? value >= (report.guardrails[guardrail].limit ?? 0) : value <= (report.guardrails[guardrail].limit ?? 0));

/** Second metric over the first, with the weights in use, recommended and looked at. */
function Curve({ report, lambda }: { report: Weighed; lambda: number }) {
  const [x, y] = report.objectives.map((o) => o.name);
  const points = useMemo(() => report.curve.lambda.map((l, i) => ({ lambda: l ?? 0, x: report.curve.values[x][i] ?? 0, y: report.curve.values[y][i] ?? 0, broken: report.guardrails.some((g, at) => !keeps(report, at, report.curve.values[g.name][i] ?? 0)) })), [report]);
  const place = (l: number) => ({ x: valueAt(report, x, l), y: valueAt(report, y, l) });
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
        Plot.dot([place(report.current.lambda ?? 0)], { x: 'x', y: 'y', r: 7, symbol: 'square', stroke: 'var(--ink)', fill: 'var(--paper)', strokeWidth: 2.2 }),
        Plot.dot([place(report.recommended.lambda ?? 0)], { x: 'x', y: 'y', r: 6, symbol: 'star', fill: 'var(--good)', stroke: 'var(--paper)', strokeWidth: 0.8 }),
        Plot.dot([place(lambda)], { x: 'x', y: 'y', r: 11, stroke: 'var(--gold)', strokeWidth: 3 }),
      ],
    };
  }, [points, lambda]);
  return (
    <Figure
      name="the trade-off"
      label={`${capital(y)} over ${x} for every weight, ${counted(report.curve.pieces, 'piece')}. The figures stand in the table.`}
      caption={`Every point is what some weights give on the rows that choose. □ the charter’s weights; ★ recommended; ○ the weights looked at${report.guardrails.length > 0 ? '; × where a guardrail is broken' : ''}.`}
      options={options}
      said
      table={{ head: ['weight of ' + y, x, y, ...report.guardrails.map((g) => g.name)], body: report.frontier.at.map((at) => [weight(at.lambda ?? 0), inLine(at.metrics[x]), inLine(at.metrics[y]), ...report.guardrails.map((g) => readable(at.guardrails[g.name].value))]) }}
    />
  );
}

/** One metric over the weight, with its band. */
function OverWeight({ report, name, lambda }: { report: Weighed; name: string; lambda: number }) {
  const steps = useMemo(() => report.curve.lambda.map((l, i) => ({ lambda: l ?? 0, value: report.curve.values[name][i] ?? 0 })), [report]);
  const band = report.frontier.at.map((at) => ({ lambda: at.lambda ?? 0, of: at.metrics[name] }));
  const options = useCallback((width: number) => {
    const up = numberAxis([...steps.map((s) => s.value), ...band.flatMap((b) => [b.of.low, b.of.high])].filter(present), 4);
    return {
      height: 200, marginLeft: up.room, marginRight: 16, marginTop: 14, x: { label: `weight of ${report.objectives[1].name} →`, domain: [0, 1], ticks: Math.max(2, Math.floor(width / 90)) }, y: { label: null, domain: up.domain, ticks: up.ticks, tickFormat: up.tickFormat, grid: true },
      marks: [
        Plot.areaY(band.filter((b) => present(b.of.low)), { x: 'lambda', y1: (b) => b.of.low, y2: (b) => b.of.high, fill: 'var(--accent)', fillOpacity: 0.16 }),
        Plot.lineY(steps, { x: 'lambda', y: 'value', curve: 'step-after', stroke: 'var(--accent)', strokeWidth: 1.8 }),
        Plot.ruleX([report.current.lambda ?? 0], { stroke: 'var(--ink)', strokeDasharray: '3 3' }),
        Plot.ruleX([lambda], { stroke: 'var(--gold)', strokeWidth: 2.5 }),
      ],
    };
  }, [steps, lambda]);
  return <Figure name={`${name} over the weight`} label={`${capital(name)} over the weight of ${report.objectives[1].name}, with a band that holds at all weights at once.`} caption={capital(name)} options={options} said table={{ head: ['weight', name], body: band.map((b) => [weight(b.lambda), inLine(b.of)]) }} />;
}

/** The weight, by hand. */
function Slider({ report, lambda, set }: { report: Weighed; lambda: number; set: (lambda: number) => void }) {
  const [first, second] = report.objectives.map((o) => o.name);
  const jump = (to: number | null, words: string) => (
    <button type="button" aria-pressed={lambda === to} onClick={() => set(to ?? 0)}>{words} <span class="number">{weight(to ?? 0)}</span></button>
  );
  return (
    <div class="weights">
      <label for="tradeoff-lambda">Weight of {second}: <output class="number"><b>{weight(lambda)}</b></output>; {first} has <span class="number">{weight(1 - lambda)}</span></label>
      <input id="tradeoff-lambda" type="range" min="0" max="1" step="0.005" value={lambda} aria-valuetext={`${second} ${weight(lambda)}, ${first} ${weight(1 - lambda)}`} onInput={(e) => set(Number((e.currentTarget as HTMLInputElement).value))} />
      <div class="tabs">{jump(report.current.lambda, 'the charter’s')}{report.recommended.lambda !== report.current.lambda && jump(report.recommended.lambda, 'recommended')}{jump(0, `${first} alone`)}{jump(1, `${second} alone`)}</div>
    </div>
  );
}

/** What the weights looked at give, beside the charter's. */
function Live({ report, lambda }: { report: Weighed; lambda: number }) {
  const now = report.current.lambda ?? 0;
  const money = report.frontier.money;
  const nearest = money?.at.reduce((a, b) => (Math.abs((b.lambda ?? 0) - lambda) < Math.abs((a.lambda ?? 0) - lambda) ? b : a));
  return (
    <dl class="keys" aria-live="polite">
      {report.objectives.map((o) => {
        const [value, before] = [valueAt(report, o.name, lambda), valueAt(report, o.name, now)];
        const change = value - before;
        return (
          <div class={`key ${change > 0 ? 'good' : change < 0 ? 'bad' : ''}`}>
            <dt>{o.name}, mean of the first {report.k}</dt>
            <dd class="number"><b>{Math.abs(value) >= 1e4 ? shortNumber(value, 4) : readable(value, 4)}</b><span class="quiet">{change === 0 ? 'as at the charter’s weights' : `${Math.abs(change) >= 1e4 ? (change > 0 ? '+' : '') + shortNumber(change, 3) : signed(change)} against the charter’s weights`}</span></dd>
          </div>
        );
      })}
      {report.guardrails.map((g, i) => {
        const value = valueAt(report, g.name, lambda);
        const holds = keeps(report, i, value);
        return (
          <div class={`key ${holds ? 'good' : 'bad'}`}>
            <dt>{g.name}, {g.at_least ? 'at least' : 'at most'} {readable(g.limit)}</dt>
            <dd class="number"><b>{readable(value)}</b><Mark state={holds ? 'met' : 'not_met'} words={holds ? 'holds' : 'broken'} /></dd>
          </div>
        );
      })}
      {nearest && <div class="key"><dt>money per list against the charter’s weights{report.currency ? `, ${report.currency}` : ''}</dt><dd class="number"><b>{readable(nearest.difference.value)}</b><span class="quiet">{present(nearest.difference.low) ? `${readable(nearest.difference.low)} to ${readable(nearest.difference.high)}` : nearest.difference.reason}{present(report.lists_per_day) && present(nearest.difference.value) ? `; ${readable(nearest.difference.value * report.lists_per_day)} a day` : ''}</span></dd></div>}
    </dl>
  );
}

/** The list of one query at the weights looked at; what the charter's weights would not show is marked. */
function List({ report, query, lambda }: { report: Weighed; query: TradeoffQuery; lambda: number }) {
  const before = new Set(topOf(query, report.current.lambda ?? 0, report.k));
  const top = topOf(query, lambda, report.k);
  const fresh = top.filter((i) => !before.has(i)).length;
  return (
    <li>
      <h4>{query.name} <span class="quiet">{counted(query.items.length, 'item')}{fresh > 0 ? `; ${fresh} of ${top.length} new` : ''}</span></h4>
      <ol class="ranked">
        {top.map((i) => {
          const item = query.items[i];
          // What nearly every item has tells none from another.
          const flags = report.guardrails.filter((_, g) => item.guardrails[g] === 1 && query.items.filter((other) => other.guardrails[g] === 1).length * 2 < query.items.length).map((g) => g.name);
          return <li class={before.has(i) ? '' : 'new'}>{before.has(i) ? '' : <span class="good" title="not shown at the charter’s weights">+ </span>}{item.name} <span class="quiet number">{item.gains.map((gain) => (Math.abs(gain ?? 0) >= 1e4 ? shortNumber(gain ?? 0, 3) : readable(gain))).join(' · ')}{flags.length > 0 ? ` · ${flags.join(', ')}` : ''}</span></li>;
        })}
      </ol>
    </li>
  );
}

/** A policy on the rows that chose it and on those that did not. */
function Policies({ report }: { report: Weighed }) {
  const same = report.current.lambda === report.recommended.lambda;
  const rows = same ? [{ name: 'the charter’s, recommended', point: report.current }] : [{ name: 'the charter’s', point: report.current }, { name: 'recommended', point: report.recommended }];
  const cell = (at: FrontierAt, name: string): string => inLine(at.metrics[name] as Estimate);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Policies on rows that chose them and on rows held back">
      <table>
        <thead><tr><th scope="col">weights</th><th scope="col">measured on</th>{report.objectives.map((o) => <th scope="col">{o.name}</th>)}{report.guardrails.map((g) => <th scope="col">{g.name}, {g.at_least ? 'at least' : 'at most'} {readable(g.limit)}</th>)}</tr></thead>
        <tbody>
          {rows.flatMap(({ name, point }) => [{ on: `the ${counted(report.chosen_on.queries, 'query', 'queries')} that choose`, at: point.chosen_on }, { on: `${counted(report.measured_on.queries, 'query', 'queries')} held back`, at: point.measured_on }].map(({ on, at }, i) => (
            <tr>
              <th scope="row">{i === 0 ? <>{name}<br /><span class="quiet">{report.objectives.map((o) => `${o.name} ${weight(point.weights[o.name] ?? 0)}`).join(', ')}</span></> : ''}</th>
              <td>{on}</td>
              {report.objectives.map((o) => <td>{cell(at, o.name)}</td>)}
              {report.guardrails.map((g) => <td>{readable(at.guardrails[g.name].value)} <Mark state={at.guardrails[g.name].holds ? 'met' : 'not_met'} words={at.guardrails[g.name].holds ? 'holds' : 'broken'} /></td>)}
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
      <h3>Had one model been trained on both</h3>
      <p>{sentence(r.text)}</p>
      {r.points.length > 0 && (
        <>
          <div class="scroll" tabIndex={0} role="region" aria-label="Training on blended labels less blending scores">
            <table>
              <thead><tr><th scope="col">weight of {report.objectives[1].name}</th>{report.objectives.map((o) => <th scope="col">{o.name}, trained on both less blended</th>)}</tr></thead>
              <tbody>{r.points.map((p) => <tr><th scope="row">{weight(p.lambda ?? 0)}</th>{report.objectives.map((o) => <td>{inLine(p.gaps[o.name])}</td>)}</tr>)}</tbody>
            </table>
          </div>
          <p class="quiet">{capital(r.learner)} each way, on the same {counted(r.training_rows, 'row')} and features; {counted(r.items, 'item')} in {counted(r.queries, 'query', 'queries')} held back. Two trainings for every weight took {took(r.each_step)}; {counted(r.points.length, 'training')} for {counted(r.points.length, 'weight')} took {took(r.blended_step)}.</p>
        </>
      )}
    </>
  );
}

function Weighing({ report, seconds }: { report: Weighed; seconds: Record<string, number | null> }) {
  const [lambda, set] = useState(report.recommended.lambda ?? 0);
  const [first, second] = report.objectives.map((o) => o.name);
  return (
    <>
      <p>{capital(first)} is scored by the rung {report.objectives[0].rung}, {second} by {report.objectives[1].rung}; each score is divided by its spread and the two are added with these weights. Nothing is trained again when they change.</p>
      <Slider report={report} lambda={lambda} set={set} />
      <Live report={report} lambda={lambda} />
      <div class="multiples two"><Curve report={report} lambda={lambda} /><div>{report.objectives.map((o) => <OverWeight report={report} name={o.name} lambda={lambda} />)}</div></div>
      {report.lists.length > 0 && (
        <>
          <h3>The lists at these weights</h3>
          <p class="quiet">The first {report.k} of {counted(report.lists.length, 'query', 'queries')} held back, with what each item brought: {report.objectives.map((o) => o.gain).join(' · ')}. + not shown at the charter’s weights.</p>
          <ul class="cards lists">{report.lists.map((query) => <List report={report} query={query} lambda={lambda} />)}</ul>
        </>
      )}
      <h3>What was chosen, and what it gave on rows held back</h3>
      <Policies report={report} />
      <dl class="figures">
        <Key name={`is ${second} bought with ${first}?`}><Mark state={report.clickbait.alarm ? 'not_met' : 'inconclusive'} words={report.clickbait.alarm ? 'yes' : 'not shown'} /> {second} {inLine(report.clickbait.second)}, {first} {inLine(report.clickbait.first)} at the charter’s weights against ranking by {first} alone, paired by query</Key>
        {report.nearest && <Key name="which change mends the guardrails?">{sentence(report.nearest)}</Key>}
        <Key name="how it was found"><b>{count(report.frontier.breakpoints)}</b> weights at which a list changes, all of them; {counted(report.frontier.pareto.length, 'point')} that no other beats. Intervals: {report.frontier.band}.</Key>
      </dl>
      <Retrained report={report} seconds={seconds} />
    </>
  );
}

export function Tradeoff({ report, seconds }: { report: TradeoffReport; seconds: Record<string, number | null> }) {
  const weighed = isWeighed(report);
  return (
    <section id="tradeoff">
      <h2>What to give up for what<small> {report.objectives.map((o) => o.name).join(' and ')}</small></h2>
      <p class={`verdict ${!weighed ? 'mute' : !report.recommended.feasible ? 'ask' : report.nearest || !report.recommended.measured_on.feasible ? 'warn' : 'good'}`}><span>{sentence(report.summary)}</span></p>
      {weighed && <Weighing report={report} seconds={seconds} />}
      <Notes notes={report.notes.map(sentence)} />
    </section>
  );
}
