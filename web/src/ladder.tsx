// The ladder: dots with intervals per metric, what each rung is, what it adds to the one below.
import { useCallback, useState } from 'preact/hooks';
import { Calibration } from './calibration';
import { Figure, Table } from './figure';
import { inLine, readable, readEstimate, sentence } from './format';
import type { Comparison, RungReport, TrainReport } from './generated/reports';
import { domainOf, intervalRows, type IntervalRow } from './interval_rows';
import { Mark, Number } from './parts';

const meanings: Record<string, string> = {
  skill: '0 is the constant answer, 1 is perfect', auc: 'chance that a true case is ranked above a false one; 0.5 is chance', log_loss: 'less is better', brier: 'mean squared error of the chances; less is better',
  accuracy: 'share of right answers', rmse: 'typical error, in units of the outcome; less is better', mae: 'mean absolute error, in units of the outcome; less is better', r2: 'share of the variance explained', ndcg: 'how near the best order; 1 is perfect',
};

const status = (r: RungReport): string => (r.status === 'not_compared' && r.kind === 'published' ? 'not_compared' : r.status);

function Against({ c, exact }: { c: Comparison | null; exact: string }) {
  if (!c) return <span class="quiet">{exact}</span>;
  const estimate = { value: c.difference, low: c.low, high: c.high, level: 0.95, reason: c.reason || 'no interval was computed' };
  return <><Number of={estimate} /><br /><span class="quiet">{c.p_value !== null ? `p ${c.p_value < 0.001 ? '< 0.001' : `= ${readable(c.p_value, 2)}`}` : sentence(c.reason)}</span>{c.bootstrap?.low != null && c.p_value !== null ? <><br /><span class="quiet" title={c.bootstrap_method}>units drawn again: {readEstimate(c.bootstrap).interval}</span></> : null}</>;
}

function Rungs({ report }: { report: TrainReport }) {
  return (
    <div class="rungs">
      {[...report.rungs].reverse().map((r) => (
        <article class={r.name === report.recommended ? 'rung chosen' : 'rung'}>
          <div><h4>{r.name}{r.name === report.recommended ? <span class="badge">recommended</span> : null}</h4><p class="quiet">{sentence(r.explain || r.kind)}{r.source ? ` ${sentence(r.source)}` : ''}</p></div>
          <div><p class="label">{report.metric}</p><Number of={r.metrics[report.metric] ?? { value: null, low: null, high: null, level: 0.95, reason: 'not measured for this rung' }} /></div>
          <div><p class="label">against {r.against_previous?.other ?? 'the rung below'}</p><Against c={r.against_previous} exact={r.kind === 'published' ? 'published results are not tested' : 'nothing below it'} />{r.procedure_against_previous ? <p class="again"><span class="label">both fitted anew</span><br /><Against c={r.procedure_against_previous} exact="" /></p> : null}</div>
          <div><p class="label">against the best</p><Mark state={status(r)} /><p class="quiet">{sentence(r.status_text.replace(/^[a-z ]+: /, ''))}{r.rows_to_decide.value !== null && r.status === 'unclear' ? ` About ${readable(+r.rows_to_decide.value.toPrecision(2))} holdout rows would decide (${r.rows_to_decide.reason || inLine(r.rows_to_decide)}).` : ''}</p></div>
        </article>
      ))}
    </div>
  );
}

export function Ladder({ report, first }: { report: TrainReport; first: boolean }) {
  const [metric, setMetric] = useState(report.metric);
  const names = [...new Set(report.rungs.flatMap((r) => Object.keys(r.metrics)))];
  const rows: IntervalRow[] = [...report.rungs].reverse().filter((r) => r.metrics[metric]?.value != null).map((r) => {
    const e = r.metrics[metric];
    return { label: r.name, value: e.value, low: e.low, high: e.high, text: inLine(e), tone: r.name === report.recommended ? 'good' : undefined, foreign: r.kind === 'published' };
  });
  const options = useCallback((width: number) => {
    // The random rung lies so far off that it would squeeze all others; its figure stands beside it.
    const near = rows.filter((r) => report.rungs.find((g) => g.name === r.label)?.kind !== 'random');
    return intervalRows({ rows, width, axis: `${metric} on the holdout`, domain: domainOf(near.length > 0 ? near : rows), line: metric === 'skill' ? { at: 0, name: 'the constant' } : metric === 'auc' ? { at: 0.5, name: 'chance' } : undefined, from: metric === report.metric && report.target !== null ? { at: report.target, name: 'target' } : undefined });
  }, [report, metric]);
  return (
    <section id={first ? 'ladder' : `ladder-${report.objective}`}>
      <h2>The ladder: better than what?<small> {report.objective}</small></h2>
      <p class={`verdict ${report.recommended ? 'good' : 'bad'}`}><b>{report.recommended ? `Recommended: ${report.recommended}.` : 'No rung is recommended.'}</b> <span>{sentence(report.reason)}</span></p>
      <div class="tabs" role="group" aria-label="Metric of the ladder">{names.map((n) => <button aria-pressed={n === metric} onClick={() => setMetric(n)}>{n}</button>)}</div>
      <Figure label={`Each rung's ${metric} on the holdout, with 95 % intervals by unit: ${rows.map((r) => `${r.label} ${r.text}`).join('; ')}.`} caption={`Each rung's ${metric}${meanings[metric] ? ` (${meanings[metric]})` : ''} on rows that nothing was chosen by, with 95 % intervals by unit. ● green: recommended; ×: published elsewhere.`} options={options} said table={{ head: ['rung', `${metric} (95 % interval)`], body: rows.map((r) => [r.label, r.text]) }} />
      <h3>Each rung, highest first</h3>
      <Rungs report={report} />
      <p class="quiet">{report.procedures.repeats > 0 ? `"Both fitted anew" compares the ways of learning instead of these two models. ${report.procedures.how}` : `Ways of learning are not compared: ${report.procedures.reason}.`}</p>
      <details>
        <summary>All metrics of all rungs</summary>
        <Table label="All metrics of all rungs" head={['rung', ...names]} body={report.rungs.map((r) => [r.name, ...names.map((n) => inLine(r.metrics[n]))])} />
      </details>
      <Calibration rungs={report.rungs} />
      <p class="quiet">{sentence(report.split.how)} This holdout has been opened {report.split.holdout_openings === 1 ? 'once' : `${report.split.holdout_openings} times`}{report.split.holdout_openings > 1 ? ': each opening makes its figures a little less trustworthy' : ''}.</p>
      {report.notes.map((n) => <p class="quiet">{sentence(n)}</p>)}
    </section>
  );
}
