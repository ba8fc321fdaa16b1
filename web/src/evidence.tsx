// Where the figures come from: data, ledger, what the page leaves out, how to get the same again.
import { bytes, count, readable, sentence } from './format';
import type { ProjectReport } from './generated/reports';
import { Table } from './figure';
import { Key, Notes } from './parts';

export function Evidence({ report }: { report: ProjectReport }) {
  const openings = report.train.map((t) => `${t.objective}: ${t.split.holdout_openings}`);
  const steps = Object.entries(report.timing.steps).sort((a, b) => (b[1] ?? 0) - (a[1] ?? 0));
  return (
    <section id="evidence">
      <h2>Evidence</h2>
      <p class="lead">Every conclusion stands in an append-only ledger whose records are bound to each other by hashes. Note the head elsewhere: this command then tells whether anything was changed or cut off.{report.ledger.verify && <><br /><code>{report.ledger.verify}</code></>}</p>
      <dl class="figures">
        <Key name="ledger head"><span class="hash">{report.ledger.head || 'empty'}</span></Key>
        <Key name="ledger records">{count(report.ledger.records)}{report.ledger.notice ? `; ${report.ledger.notice}` : ''}</Key>
        <Key name="openings of the holdout">{openings.join(', ') || 'none yet'}</Key>
        <Key name="data">{report.data.source}</Key>
        <Key name="rows and columns">{count(report.data.rows)} rows, {count(report.data.columns)} columns</Key>
        <Key name="fingerprint of the data"><span class="hash">{report.data.fingerprint}</span></Key>
        <Key name="again with"><code>{report.command}</code></Key>
        <Key name="seed and version">{report.seed}, assay {report.assay_version}</Key>
        <Key name="time and memory">{report.timing.started}, {readable(report.timing.seconds)}&nbsp;s, {bytes(report.timing.peak_bytes ?? 0)} at most</Key>
      </dl>
      <Notes notes={[...report.data.notes, ...report.notes].map(sentence)} />
      <h3>What this page shows less of</h3>
      {report.page.thinned.length + report.page.left_out.length === 0
        ? <p class="quiet">Nothing: every point and every row of the run is in this page.</p>
        : <ul class="plain">{report.page.thinned.map((t) => <li>{sentence(`${t.name}: ${count(t.drawn)} of ${count(t.points)} points are drawn; no point left out lies farther than ${readable(t.largest_error)} from the lines`)}</li>)}{report.page.left_out.map((text) => <li>{sentence(`The page holds ${text}; the rest is in the output of assay report --json`)}</li>)}</ul>}
      {steps.length > 0 && <details><summary>Seconds per step</summary><Table label="Seconds per step" head={['step', 'seconds']} body={steps.map(([name, seconds]) => [name, readable(seconds)])} /></details>}
    </section>
  );
}
