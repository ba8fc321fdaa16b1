// The ladder: dots with intervals per metric, what each rung is, what it adds to the one below.
import { useCallback, useState } from 'preact/hooks';
import { Calibration } from './calibration';
import { Figure, Table } from './figure';
import { inLine, readable, readEstimate, sentence, whyNone } from './format';
import type { Comparison, RungReport, TrainReport } from './generated/reports';
import { domainOf, intervalRows, rowOf, type IntervalRow } from './interval_rows';
import { Explained, Mark, Number } from './parts';

const meanings: Record<string, string> = {
  skill: '0 is the constant answer, 1 is perfect', auc: 'chance that a true case is ranked above a false one; 0.5 is chance', log_loss: 'less is better', brier: 'mean squared error of the chances; less is better',
  accuracy: 'share of right answers', rmse: 'typical error, in units of the outcome; less is better', mae: 'mean absolute error, in units of the outcome; less is better', r2: 'share of the variance explained', ndcg: 'how near the best order; 1 is perfect',
};

const p = (value: number): string => `p ${value < 0.001 ? '< 0.001' : `= ${readable(value, 2)}`}`;

/** An interval that says something, also where nothing could be tested. */
const hasWidth = (c: Comparison): boolean => c.low !== null && c.high !== null && c.low < c.high;

/** A comparison's figures in a line: "−0.0012 (−0.0037 to 0.0013), p = 0.35". */
function figures(c: Comparison): string {
  const difference = inLine({ value: c.difference, low: c.low, high: c.high, level: 0.95, reason: c.reason });
  if (c.p_value === null) return hasWidth(c) ? `${difference}; ${c.reason}` : c.reason || 'not tested';
  const drawn = c.bootstrap?.low != null ? `; units drawn again: ${readEstimate(c.bootstrap).interval}` : '';
  return `${difference}, ${p(c.p_value)}${drawn}`;
}

/** Better than the rung below? Said once, in words. */
function Below({ r }: { r: RungReport }) {
  const c = r.against_previous;
  if (!c) return <p>{r.kind === 'published' ? 'Published elsewhere: not tested here.' : 'The lowest rung: nothing stands below it.'}</p>;
  const again = r.procedure_against_previous;
  const state = !hasWidth(c) ? 'not_compared' : c.low !== null && c.low > 0 ? 'supported' : c.high !== null && c.high < 0 ? 'worse' : 'unclear';
  const said: Record<string, string> = { supported: 'yes', worse: 'no, it is worse', unclear: 'unclear', not_compared: c.reason || 'not tested' };
  return (
    <>
      <p>Better than {c.other}? <Mark state={state} words={said[state]} /></p>
      {(hasWidth(c) || again) && (
        <details>
          <summary>Figures: {r.name} against {c.other}</summary>
          {hasWidth(c) && <p class="quiet">These two models: {figures(c)}.</p>}
          {again && <p class="quiet">Both fitted anew: {figures(again)}.</p>}
        </details>
      )}
    </>
  );
}

/** A published result stands by the metric that was published; all others by the run's own. */
const metricOf = (report: TrainReport, r: RungReport): string => (r.metrics[report.metric] ? report.metric : Object.keys(r.metrics).find((name) => r.metrics[name]?.value != null) ?? report.metric);

function Rungs({ report }: { report: TrainReport }) {
  const unclear = report.rungs.filter((r) => r.status === 'unclear' && r.rows_to_decide.value !== null);
  const open = [...new Set(unclear.map((r) => r.rows_to_decide.reason).filter(Boolean))];
  return (
    <>
      <div class="rungs">
        {[...report.rungs].reverse().map((r) => (
          <article class={r.name === report.recommended ? 'rung chosen' : 'rung'}>
            <div><h4>{r.name}{r.name === report.recommended ? <span class="badge">recommended</span> : null}</h4><Explained text={r.explain || r.kind} />{r.source && <p class="quiet">{sentence(r.source)}</p>}</div>
            <div><p class="label">{metricOf(report, r)}</p><Number of={r.metrics[metricOf(report, r)] ?? { value: null, low: null, high: null, level: 0.95, reason: 'not measured for this rung' }} /></div>
            <div><p class="label">against the rung below</p><Below r={r} /></div>
            <div><p class="label">against the best</p><Mark state={r.status} /><p class="quiet">{sentence(r.status_text.replace(/^[a-z ]+: /, ''))}{unclear.includes(r) ? ` About ${readable(+(r.rows_to_decide.value as number).toPrecision(2))} holdout rows would decide${r.rows_to_decide.reason ? '' : ` (${readEstimate(r.rows_to_decide).interval || 'no interval'})`}.` : ''}</p></div>
          </article>
        ))}
      </div>
      {open.map((reason) => <p class="quiet">{sentence(reason.startsWith('no upper end: ') ? `The number of rows that would decide has ${reason.replace('end', 'limit')}` : `On the number of rows that would decide: ${reason}`)}</p>)}
    </>
  );
}

// Errors in units of the outcome.
const measured = ['rmse', 'mae'];

/** `idle`: the recommended rung never acts at the stated values of decisions; `unit`: that of the outcome, where it is a number. */
export function Ladder({ report, id, idle, unit }: { report: TrainReport; id: string; idle: boolean; unit: string }) {
  const [metric, setMetric] = useState(report.metric);
  const names = [...new Set(report.rungs.flatMap((r) => Object.keys(r.metrics)))];
  const rows: IntervalRow[] = [...report.rungs].reverse().filter((r) => r.metrics[metric]?.value != null).map((r) => {
    return { ...rowOf(r.name, r.metrics[metric]), tone: r.name === report.recommended ? 'good' : undefined, foreign: r.kind === 'published' };
  });
  const elsewhere = report.rungs.filter((r) => r.kind === 'published' && !r.metrics[metric]).map((r) => `${r.name}, published as ${Object.keys(r.metrics).map((name) => `${name} ${readable(r.metrics[name]?.value)}`).join(', ')}`);
  const options = useCallback((width: number) => {
    // The random rung lies so far off that it would squeeze all others; its figure stands beside it.
    const near = rows.filter((r) => report.rungs.find((g) => g.name === r.label)?.kind !== 'random');
    return intervalRows({ rows, width, axis: `${metric} on the holdout${unit && measured.includes(metric) ? `, ${unit}` : ''}`, domain: domainOf(near.length > 0 ? near : rows), line: metric === 'skill' ? { at: 0, name: 'the constant' } : metric === 'auc' ? { at: 0.5, name: 'chance' } : undefined, from: metric === report.metric && report.target !== null ? { at: report.target, name: 'target' } : undefined });
  }, [report, metric]);
  return (
    <section id={id}>
      <h2>The ladder: better than what?<small> {report.objective}</small></h2>
      <p class={`verdict ${!report.recommended ? 'bad' : idle ? 'warn' : 'good'}`}><b>{report.recommended ? `Recommended: ${report.recommended}.` : 'No rung is recommended.'}</b> <span>{sentence(report.reason)}{idle && <> <b>At the stated values of right and wrong decisions it never acts: using it is doing nothing.</b></>}</span></p>
      <div class="tabs" role="group" aria-label="Metric of the ladder">{names.map((n) => <button aria-pressed={n === metric} onClick={() => setMetric(n)}>{n}</button>)}</div>
      <Figure name={`${metric} of each rung${report.objective ? ` for ${report.objective}` : ''}`} label={`Each rung's ${metric} on the holdout, with 95 % intervals: ${rows.map((r) => `${r.label} ${r.text}`).join('; ')}.`} caption={`Each rung's ${metric}${meanings[metric] ? ` (${meanings[metric]})` : ''} on rows that nothing was chosen by, with 95 % intervals. ● green: recommended; ×: published elsewhere.${elsewhere.length > 0 ? ` Not drawn: ${elsewhere.join('; ')}.` : ''}${whyNone(report.rungs.filter((r) => r.metrics[metric]?.value != null).map((r) => ({ label: r.name, of: r.metrics[metric] })))}`} options={options} said table={{ head: ['rung', `${metric} (95 % interval)`], body: rows.map((r) => [r.label, r.text]) }} />
      <h3>Each rung, highest first</h3>
      <Rungs report={report} />
      <p class="quiet">{report.procedures.repeats > 0 ? `“Both fitted anew” compares the ways of learning instead of these two models. ${report.procedures.how}` : `Ways of learning are not compared: ${report.procedures.reason}.`}</p>
      <details>
        <summary>All metrics of all rungs</summary>
        <Table label="All metrics of all rungs" head={['rung', ...names]} body={report.rungs.map((r) => [r.name, ...names.map((n) => inLine(r.metrics[n]))])} />
      </details>
      <Calibration rungs={report.rungs} as={report.task === 'binary' ? 'share' : 'plain'} number={report.task === 'regression'} unit={unit} />
      <p class="quiet">{sentence(report.split.how)} This holdout has been opened {report.split.holdout_openings === 1 ? 'once' : `${report.split.holdout_openings} times`}{report.split.holdout_openings > 1 ? ': each opening makes its figures a little less trustworthy' : ''}.</p>
      {report.notes.map((n) => <p class="quiet">{sentence(n)}</p>)}
    </section>
  );
}
