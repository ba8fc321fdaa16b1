// Is machine learning right? The verdict, the nine questions, the learning curve, the groups.
import { useCallback } from 'preact/hooks';
import { statedLeast } from './charter';
import { Figure, Plot } from './figure';
import { inLine, inWords, present, readable, sentence, shortNumber, tone, unusualLevel, whyNone, type Reading } from './format';
import type { FeasibilityItem, FeasibilityReport, Figure as Measured, Finding, ProjectReport } from './generated/reports';
import { domainOf, goesOn, intervalRows, rowOf } from './interval_rows';
import { numberAxis } from './number_axis';
import { Key, Mark, Number } from './parts';

const reading = (unit: string): Reading => (unit === 'share' ? 'share' : 'plain');

function LearningCurve({ item, report }: { item: FeasibilityItem; report: FeasibilityReport }) {
  const points = item.curve.filter((p) => present(p.rows) && present(p.score.value)).map((p) => ({ rows: p.rows as number, ...p.score, extrapolated: p.extrapolated }));
  const measured = points.filter((p) => !p.extrapolated);
  const fitted = points.filter((p) => p.extrapolated);
  const options = useCallback((width: number) => {
    const rows = points.map((p) => p.rows);
    const [least, most] = [Math.min(...rows), Math.max(...rows)];
    const decade = (width - 80) / Math.log10(most / least);
    const powers = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9].flatMap((p) => (decade < 150 ? [p] : [p, 2 * p, 5 * p])).filter((v) => v >= least && v <= most);
    const y = numberAxis([...points.flatMap((p) => [p.value, p.low, p.high]), report.target].filter(present), 6);
    return {
      height: 300, marginLeft: y.room, marginTop: 22, marginRight: 14, x: { type: 'log' as const, label: null, grid: true, ticks: powers }, y: { label: report.metric, grid: true, domain: y.domain, ticks: y.ticks, tickFormat: y.tickFormat },
      marks: [
        // The scale's own axis would leave out labels of a logarithm's ticks.
        Plot.axisX(powers, { label: 'training rows', labelOffset: 38, text: (v: number) => (v >= 1e3 && v < 1e4 ? `${readable(v / 1e3)} k` : shortNumber(v)) }),
        Plot.areaY(fitted.filter((p) => p.low !== null), { x: 'rows', y1: 'low', y2: 'high', fill: 'var(--mute)', fillOpacity: 0.2 }),
        Plot.lineY(fitted, { x: 'rows', y: 'value', stroke: 'var(--mute)', strokeWidth: 1.6, strokeDasharray: '6 4' }),
        present(report.target) ? Plot.ruleY([report.target], { stroke: 'var(--good)', strokeDasharray: '5 3', strokeWidth: 1.5 }) : null,
        present(report.target) ? Plot.text([report.target], { x: () => least, y: (v) => v, text: () => `target ${readable(report.target)}`, dy: -8, textAnchor: 'start', fill: 'var(--good)', fontWeight: 600 }) : null,
        Plot.ruleX(measured.filter((p) => p.low !== null), { x: 'rows', y1: 'low', y2: 'high', stroke: 'var(--accent)', strokeWidth: 4, strokeOpacity: 0.45 }),
        Plot.lineY(measured, { x: 'rows', y: 'value', stroke: 'var(--accent)', strokeWidth: 1.6 }),
        Plot.dot(measured, { x: 'rows', y: 'value', fill: 'var(--accent)', r: 5 }),
        Plot.tip(points, Plot.pointerX({ x: 'rows', y: 'value', title: (p: (typeof points)[number]) => `${readable(p.rows, 7)} rows, ${p.extrapolated ? 'fitted' : 'measured'}\n${report.metric} ${inLine(p)}`, fill: 'var(--card)' })),
      ],
    };
  }, [item]);
  if (measured.length === 0) return null;
  return (
    <Figure
      name={`learning curve${report.objective ? ` of ${report.objective}` : ''}`}
      label={`Learning curve: ${report.metric} against training rows, measured from ${readable(measured[0].rows, 7)} rows (${inLine(measured[0])}) to ${readable(measured[measured.length - 1].rows, 7)} rows (${inLine(measured[measured.length - 1])})${fitted.length > 0 ? ', and the fitted power law beyond' : ''}.`}
      caption={`What more rows would bring: measured points with 95 % intervals${fitted.length > 0 ? '; dashed with its band: the fitted power law' : '; no curve is fitted'}${present(report.target) ? `; the target is ${readable(report.target)}` : ''}.`}
      options={options}
      table={{ head: ['training rows', `${report.metric} (95 % interval)`, 'how'], body: points.filter((p) => !p.extrapolated || p.rows > measured[measured.length - 1].rows).map((p) => [readable(p.rows, 7), inLine(p), p.extrapolated ? 'fitted' : 'measured']) }}
    />
  );
}

const axes: Record<string, string> = { single_feature: 'skill of each feature alone', group: 'error in each group', proxy: 'how well the features tell it (AUC)' };

/** Groups, proxies and single features with their figures: a picture per kind. */
function Findings({ item, kind, findings }: { item: FeasibilityItem; kind: string; findings: Finding[] }) {
  const drawn = findings.filter((f) => present(f.estimate.value)).slice(0, 20);
  // One level for all is said once, below.
  const levels = [...new Set(drawn.map((f) => unusualLevel(f.estimate.level)))];
  const level = levels.length === 1 ? levels[0] : '';
  const rows = drawn.map((f) => {
    const row = rowOf(f.name, f.estimate);
    return { ...row, text: level ? row.text.replace(` at ${level}`, '') : row.text, tone: f.accused ? ('bad' as const) : undefined };
  });
  const stated = kind === 'group' ? item.figures.find((f) => f.name === 'error_cap')?.estimate.value : undefined;
  const cap = present(stated) ? stated : undefined;
  const options = useCallback((width: number) => intervalRows({ rows, width, axis: axes[kind] ?? inWords(kind), line: cap === undefined ? undefined : { at: cap, name: 'the charter’s cap' } }), [item]);
  // Where a picture stands, the list names only what it does not show.
  const named = rows.length < 2 ? findings : findings.filter((f) => f.accused || !drawn.includes(f));
  const told = named.length > 0 && <ul class="plain">{named.map((f) => <li class={f.accused ? 'accused' : ''}>{f.accused && <span class="bad"><b>✕ </b></span>}{sentence(f.message)}</li>)}</ul>;
  if (rows.length < 2) return told || null;
  return (
    <>
      <Figure name={inWords(kind)} label={`${sentence(inWords(item.id))} ${inWords(kind)}, with intervals where there are any: ${rows.map((r) => `${r.label} ${r.text}`).join('; ')}.`} caption={`${(axes[kind] ?? inWords(kind)).replace(/^./, (c) => c.toUpperCase())}: ■ ${cap === undefined ? 'called out' : `its interval reaches beyond the charter’s cap of ${readable(cap)} (line)`}, ● not.${level ? ` Intervals at ${level}.` : ''}${findings.length > rows.length ? ` ${rows.length} of ${findings.length}.` : ''}${whyNone(drawn.map((f) => ({ label: f.name, of: f.estimate })))}${goesOn(rows, domainOf(rows, cap === undefined ? [] : [cap]))}`} options={options} said table={{ head: [inWords(kind), 'figure (interval)', 'called out'], body: drawn.map((f) => [f.name, inLine(f.estimate), f.accused ? 'yes' : 'no']) }} />
      {told}
    </>
  );
}

function Figures({ figures }: { figures: Measured[] }) {
  return <dl class="figures">{figures.map((f) => <Key name={`${f.label}${f.unit && f.unit !== 'share' && !f.label.includes(f.unit) ? ` (${f.unit})` : ''}`}><Number of={f.estimate} as={reading(f.unit)} /></Key>)}</dl>;
}

function Item({ item, report }: { item: FeasibilityItem; report: FeasibilityReport }) {
  const kinds = [...new Set(item.findings.map((f) => f.kind))];
  return (
    <li class={tone(item.verdict)} id={`item-${report.objective}-${item.id}`}>
      <Mark state={item.verdict} />
      <h4>{item.question}</h4>
      <p>{sentence(item.answer)}</p>
      <LearningCurve item={item} report={report} />
      <details>
        <summary>Figures and method: {inWords(item.id)}</summary>
        <Figures figures={item.figures} />
        {kinds.map((kind) => <Findings item={item} kind={kind} findings={item.findings.filter((f) => f.kind === kind)} />)}
        <p class="quiet">{sentence(item.method)}</p>
      </details>
    </li>
  );
}

export function Feasibility({ project, report, first }: { project: ProjectReport; report: FeasibilityReport; first: boolean }) {
  // The wide ones (with a picture) end the list, so that the grid has no holes.
  const items = [...report.items].sort((a, b) => Math.sign(a.curve.length) - Math.sign(b.curve.length));
  return (
    <section id={first ? 'feasibility' : `feasibility-${report.objective}`}>
      <h2>Is machine learning right?{report.objective ? <small> {report.objective}</small> : null}</h2>
      <p class={`verdict ${tone(report.verdict)}`}><Mark state={report.verdict} /> <span>{sentence(report.reason)}</span></p>
      <dl class="figures">
        <Key name={`gain over the constant (${report.metric})`}><Number of={report.gain} /></Key>
        <Key name="the same with leaky columns"><Number of={report.gain_with_leaks} /></Key>
        <Key name="least gain worth having"><span class="number"><b>{readable(report.least_gain)}</b> <span class="interval">{statedLeast(project, report.objective) ? 'stated, not estimated' : 'Assay’s default; the charter states none'}</span></span></Key>
        <Key name="leaky columns, left out"><span class="number"><b>{report.leaky_columns.join(', ') || 'none'}</b></span></Key>
      </dl>
      <h3>Nine questions</h3>
      <ul class="cards">{items.map((item) => <Item item={item} report={report} />)}</ul>
      {report.notes.map((n) => <p class="quiet">{sentence(n)}</p>)}
    </section>
  );
}
