// The charter, held against the data: what is contradicted or vague, and whether the planned proof has power.
import { count, inLine, readable, sentence } from './format';
import type { CheckReport } from './generated/reports';
import { Key, Mark } from './parts';

function Proof({ report }: { report: CheckReport }) {
  const proof = report.proof;
  const share = proof.metric_kind === 'share';
  const figure = (value: number | null, unit = '', times = 1) => <span class="number">{value === null ? <span class="interval">{proof.reason || 'the charter says too little'}</span> : <><b>{readable(times * value)}{unit}</b> <span class="interval">from the charter’s figures, not estimated</span></>}</span>;
  // There are whole days and units, and fewer than needed would not do.
  const whole = (value: number | null) => value === null ? figure(value) : <span class="number"><b>{count(Math.ceil(value - 1e-9))}</b> <span class="interval">from the charter’s figures, rounded up</span></span>;
  return (
    <>
      <h3>Can the planned A/B test prove it?</h3>
      <dl class="figures">
        <Key name={`power of the test as planned (wanted: ${readable(100 * (proof.wanted_power ?? NaN))}\u00a0%)`}>{figure(proof.power, '\u00a0%', 100)}</Key>
        <Key name="smallest effect it can see">{share ? figure(proof.visible_effect, ' percentage points', 100) : figure(proof.visible_effect)}</Key>
        <Key name="units needed per variant">{whole(proof.units_needed)}</Key>
        <Key name="days needed">{whole(proof.days_needed)}</Key>
      </dl>
      {proof.method && <p class="quiet">{sentence(proof.method)}</p>}
    </>
  );
}

export function Check({ report }: { report: CheckReport }) {
  return (
    <section id="check">
      <h2>The charter, held against the data</h2>
      <p class="lead">{sentence(report.summary)}</p>
      {report.findings.length > 0 && (
        <ul class="cards">
          {report.findings.map((f) => (
            <li class={f.status === 'contradicted' ? 'bad' : 'warn'}>
              <Mark state={f.status} />
              <h3>{sentence(f.message)}</h3>
              {f.evidence && <p>{sentence(f.evidence)}</p>}
              {f.advice && <p class="quiet">{sentence(f.advice)}</p>}
              <p class="source"><code>{f.key}</code>{(f.line ?? 0) > 0 ? `, line ${f.line}` : ''}</p>
            </li>
          ))}
        </ul>
      )}
      {report.rows_per_day.value !== null && <p class="quiet">Rows per day in the data: {inLine(report.rows_per_day)}.</p>}
      <Proof report={report} />
    </section>
  );
}
