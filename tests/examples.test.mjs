// The examples from outside: each charter is answered in concrete terms, runs to a valid report, gives the same bytes with 1 and 2
// threads, and says what its data are known for.
import assert from 'node:assert/strict';
import { cpSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { json, scratchFolder, valid } from './support.mjs';

const folder = scratchFolder('examples');

const examples = join(folder, 'examples');
cpSync('examples', examples, { recursive: true, filter: (path) => !path.includes('.assay') });
symlinkSync(join(process.cwd(), 'third_party'), join(folder, 'third_party'));

for (const [example, flags] of [['flights', ['--sample', '200000']], ['movies', []]]) {
  test(`examples/${example}: a valid report, the same bytes with 1 and 2 threads`, { timeout: 600_000 }, () => {
    const path = join(examples, example);
    const reports = ['1', '2'].map((threads) => {
      rmSync(join(path, '.assay'), { recursive: true, force: true });
      const report = json('run', path, '--threads', threads, ...flags);
      valid(report, 'project');
      delete report.timing;
      return report;
    });
    assert.equal(JSON.stringify(reports[0]), JSON.stringify(reports[1]));
    const report = reports[0];
    // A belief that no data can settle yet stands in both charters on purpose; everything else is answered in concrete terms.
    const open = (status) => report.check.fields.filter((f) => f.status === status && !f.key.startsWith('phenomenon.hypotheses')).map((f) => `${f.key}: ${f.note}`);
    const contradicted = report.check.findings.filter((f) => f.status === 'contradicted').map((f) => f.key);
    assert.deepEqual(contradicted, example === 'flights' ? ['data.columns[date].known'] : [], 'only the leak of the flights contradicts a charter');
    for (const status of ['empty', 'vague']) assert.deepEqual(open(status), [], `no field is ${status}`);
    if (example === 'flights') {
      assert.deepEqual(report.feasibility[0].leaky_columns, ['hour(date)'], 'the time of day is found to leak by itself');
      assert.ok(report.feasibility[0].gain_with_leaks.low > report.feasibility[0].gain.high, 'the gain with and without the leak');
      assert.ok(report.headline.includes('hour(date) leaks'), report.headline);
      assert.ok(report.options.find((o) => o.name === 'a model').value_per_day.value !== null);
    } else {
      const notes = report.data.notes.join('\n');
      for (const says of ['22 rows left out: the year of release', '8 rows left out: 1969-12-31', "'US Gross' is repaired", '66 of them to missing', 'fewer than 10 rows']) assert.ok(notes.includes(says), `${says} is not in\n${notes}`);
      assert.deepEqual(report.feasibility.map((f) => f.task), ['regression', 'ranking']);
      for (const f of report.feasibility) for (const late of ['IMDB Votes', 'Rotten Tomatoes Rating', 'IMDB Rating', 'US Gross', 'Worldwide Gross', 'Director']) assert.ok(!f.features.includes(late), late);
      assert.equal(report.understand.hypotheses.find((h) => h.name === 'Trailers').verdict, 'inconclusive');
      assert.equal(report.steps[0].state, 'met', report.steps[0].detail);
    }
  });
}
