// Is machine learning right? The verdict, nine questions, the learning curve.
import { useCallback } from 'preact/hooks';
import type { FeasibilityItem, FeasibilityReport } from './generated/reports';
import { inWords, readable, sign, tone, withInterval } from './format';
import { Figure, Plot } from './plot';

function LearningCurve({ item, metric }: { item: FeasibilityItem; metric: string }) {
  const options = useCallback(() => {
    const points = item.curve.filter((p) => p.rows !== null && p.score.value !== null).map((p) => ({ rows: p.rows as number, score: p.score.value as number, low: p.score.low, high: p.score.high, extrapolated: p.extrapolated }));
    const measured = points.filter((p) => !p.extrapolated);
    const fitted = points.filter((p) => p.extrapolated);
    return {
      height: 240, marginLeft: 52, x: { type: 'log' as const, label: 'training rows', grid: true }, y: { label: metric, grid: true, nice: true },
      marks: [
        Plot.areaY(fitted.filter((p) => p.low !== null), { x: 'rows', y1: 'low', y2: 'high', fill: 'var(--mute)', fillOpacity: 0.15 }),
        Plot.lineY(fitted, { x: 'rows', y: 'score', stroke: 'var(--mute)', strokeDasharray: '5 3' }),
        Plot.ruleX(measured.filter((p) => p.low !== null), { x: 'rows', y1: 'low', y2: 'high', stroke: 'var(--accent)', strokeWidth: 3, strokeOpacity: 0.4 }),
        Plot.lineY(measured, { x: 'rows', y: 'score', stroke: 'var(--accent)' }),
        Plot.dot(measured, { x: 'rows', y: 'score', fill: 'var(--accent)', r: 4 }),
      ],
    };
  }, [item, metric]);
  if (item.curve.length === 0) return null;
  return <Figure label="Learning curve: measured points with intervals, and the fitted power law beyond them (dashed)." options={options} />;
}

export function Feasibility({ report }: { report: FeasibilityReport }) {
  return (
    <section id="feasibility">
      <h2>Is machine learning right?{report.objective ? <small> {report.objective}</small> : null}</h2>
      <p class={`verdict ${tone(report.verdict)}`}><b>{sign(report.verdict)} {inWords(report.verdict)}</b> {report.reason}</p>
      <dl class="figures">
        <div><dt>gain over the constant ({report.metric})</dt><dd>{withInterval(report.gain)}</dd></div>
        {report.gain_with_leaks.value !== null && <div><dt>the same with leaky columns</dt><dd>{withInterval(report.gain_with_leaks)}</dd></div>}
        <div><dt>least gain worth having</dt><dd>{readable(report.least_gain)}</dd></div>
        {report.leaky_columns.length > 0 && <div><dt>leaky columns, left out</dt><dd>{report.leaky_columns.join(', ')}</dd></div>}
      </dl>
      <ul class="cards">
        {report.items.map((item) => (
          <li>
            <span class={`mark ${tone(item.verdict)}`}>{sign(item.verdict)} {inWords(item.verdict)}</span>
            <b>{item.question}</b>
            <p>{item.answer}</p>
            <details>
              <summary>Figures and method</summary>
              <dl class="figures">{item.figures.map((f) => <div><dt>{f.label}{f.unit ? ` (${f.unit})` : ''}</dt><dd>{withInterval(f.estimate)}{f.estimate.reason ? <span class="quiet"> {f.estimate.reason}</span> : null}</dd></div>)}</dl>
              {item.findings.length > 0 && <ul>{item.findings.map((f) => <li>{f.message}</li>)}</ul>}
              <p class="quiet">{item.method}</p>
            </details>
            <LearningCurve item={item} metric={report.metric} />
          </li>
        ))}
      </ul>
      {report.notes.map((n) => <p class="quiet">{n}</p>)}
    </section>
  );
}
