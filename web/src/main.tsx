// The report: reads the run from the page itself and draws it. Nothing is loaded from anywhere.
import { render } from 'preact';
import './report.css';
import { Board } from './board';
import { Feasibility } from './feasibility';
import { inWords, readable, sign, tone } from './format';
import type { ProjectReport } from './generated/reports';
import { Ladder } from './ladder';
import { Understand } from './understand';

function Results({ report }: { report: ProjectReport }) {
  if (report.options.length === 0 && report.steps.length === 0) return null;
  return (
    <section id="results">
      <h2>Options and steps</h2>
      {report.options.length > 0 && (
        <div class="scroll"><table>
          <thead><tr><th>option</th><th>stated cost</th><th>stated time</th><th>measured</th><th>value per day</th></tr></thead>
          <tbody>{report.options.map((o) => <tr><td><b>{o.name}</b><br /><span class="quiet">{o.note}</span></td><td>{o.stated_cost}</td><td>{o.stated_time}</td><td>{o.measured.value === null ? <span class="quiet">{o.measured.reason || 'n/a'}</span> : readable(o.measured.value)}</td><td>{o.value_per_day.value === null ? <span class="quiet">{o.value_per_day.reason || 'n/a'}</span> : readable(o.value_per_day.value)}</td></tr>)}</tbody>
        </table></div>
      )}
      <ul class="cards">{report.steps.map((s) => <li><span class={`mark ${tone(s.state)}`}>{sign(s.state)} {inWords(s.state)}</span><b>{s.name}</b><p><code>{s.criterion}</code></p><p class="quiet">{s.detail}</p></li>)}</ul>
    </section>
  );
}

function Report({ report }: { report: ProjectReport }) {
  return (
    <>
      <header>
        <p class="brand">Assay</p>
        <h1>{report.name}</h1>
        {report.why && <p class="lead">{report.why}</p>}
        <p class="headline">{report.headline}</p>
        <nav aria-label="sections">
          {report.board.length > 0 && <a href="#board">Life cycle</a>}
          {report.understand && <a href="#understand">What happens</a>}
          {report.feasibility.length > 0 && <a href="#feasibility">Is ML right?</a>}
          {report.train.length > 0 && <a href="#ladder">The ladder</a>}
          {report.steps.length > 0 && <a href="#results">Options and steps</a>}
          <a href="#evidence">Evidence</a>
        </nav>
      </header>
      <main>
        <Board report={report} />
        {report.understand && <Understand report={report.understand} />}
        {report.feasibility.map((f) => <Feasibility report={f} />)}
        {report.train.map((t) => <Ladder report={t} />)}
        <Results report={report} />
        <section id="evidence">
          <h2>Evidence</h2>
          <dl class="figures">
            <div><dt>data</dt><dd>{report.data.source}</dd></div>
            <div><dt>rows</dt><dd>{report.data.rows.toLocaleString('en-US')}</dd></div>
            <div><dt>fingerprint</dt><dd class="hash">{report.data.fingerprint}</dd></div>
            <div><dt>seed</dt><dd>{report.seed}</dd></div>
            <div><dt>version</dt><dd>{report.assay_version}</dd></div>
            <div><dt>ledger</dt><dd>{report.ledger.records} records, head <span class="hash">{report.ledger.head}</span></dd></div>
            <div><dt>time</dt><dd>{report.timing.started}, {readable(report.timing.seconds)} s, {readable((report.timing.peak_bytes ?? 0) / 1e9)} GB at most</dd></div>
            <div><dt>again with</dt><dd><code>{report.command}</code></dd></div>
          </dl>
          {[...report.data.notes, ...report.notes].map((n) => <p class="quiet">{n}</p>)}
        </section>
      </main>
    </>
  );
}

const data = document.getElementById('assay-data')?.textContent ?? '';
const root = document.getElementById('report');
if (root) {
  root.textContent = '';
  render(<Report report={JSON.parse(data) as ProjectReport} />, root);
}
