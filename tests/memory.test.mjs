// --memory: a command keeps to the cap, or says before it starts what it needs and what to do. Never a kill half-way.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { assay, draws, json, program, scratchFolder } from './support.mjs';

const folder = scratchFolder('memory');
const path = (name) => join(folder, name);

// y goes with x; 1,400,000 rows, of which an analysis is taken to need 270 MB and a training 380.
const rows = 1_400_000;
const data = path('rows.csv');
writeFileSync(data, `y,x,z\n${Array.from({ length: rows }, (_, i) => `${(i * 7919) % 100 < (i % 10) * 10 ? 1 : 0},${i % 10},${(i * 31) % 7}`).join('\n')}\n`);
const problem = [data, '--outcome', 'y = 1'];
const models = path('models');

// Runs under a cap. Fits: keeps to it, and gives the report. Does not: a sentence with what it needs, and nothing was begun.
function run(cap, ...words) {
  const ran = assay(...words, '--memory', `${cap}MB`, '--json', '--quiet');
  if (ran.status === 2) {
    assert.match(ran.stderr, new RegExp(`^assay: .*(takes about [\\d,]+ MB, more than the ${cap} MB of --memory|its columns take more than).*; raise --memory`));
    if (words[0] !== 'run') assert.equal(ran.stdout, '');  // a run reports the steps that were done
    return { refused: ran.stderr, sample: ran.stderr.match(/--sample (\d+)/)?.[1] };
  }
  // "Stop" is an answer of feasibility and of a run.
  assert.ok(ran.status === 0 || (ran.status === 1 && ['feasibility', 'run'].includes(words[0])), `${words[0]} with ${cap} MB: ${ran.status} ${ran.signal} ${ran.stderr}`);
  const report = JSON.parse(ran.stdout);
  assert.ok(report.timing.peak_bytes <= cap * 1e6, `${words[0]} took ${report.timing.peak_bytes} of ${cap} MB`);
  return { report };
}

test('understand keeps to every cap or says the need', () => {
  for (const cap of [255, 300]) run(cap, 'understand', ...problem);
  assert.ok(run(400, 'understand', ...problem).report, '400 MB are enough');
});

test('understand says which sample fits, and that sample does', () => {
  const wide = path('wide.csv');
  writeFileSync(wide, `y,${Array.from({ length: 10 }, (_, i) => `x${i}`).join()}\n${Array.from({ length: 1_500_000 }, (_, i) => `${i % 2},${i % 3},${i % 5},${i % 7},${i % 9},${i % 4},1,2,3,4,${i % 6}`).join('\n')}\n`);
  const { sample } = run(300, 'understand', wide, '--outcome', 'y = 1');
  assert.ok(sample);
  assert.ok(run(300, 'understand', wide, '--outcome', 'y = 1', '--sample', sample).report);
});

test('a training is refused before it begins, first for the analysis, then for the training, each with a sample', () => {
  const first = run(250, 'train', ...problem);
  assert.match(first.refused, /to analyse its 1,400,000 rows takes about/);
  const second = run(250, 'train', ...problem, '--sample', first.sample);
  assert.match(second.refused, /to train on its [\d,]+ rows \(2 encoded columns\) takes about/);
  assert.ok(Number(second.sample) > 300_000, second.sample);
});

test('a training keeps to its cap with the sample that the refusals name', { skip: !process.env.ASSAY_LONG && 'a minute; with ASSAY_LONG=1' }, () => {
  let { sample, report } = run(250, 'train', ...problem);
  for (let step = 0; step < 2 && !report; ++step) ({ sample, report } = run(250, 'train', ...problem, '--sample', sample));
  assert.ok(report, `${sample} was refused a third time`);
  assert.ok(report.data.notes.some((note) => note.startsWith('a random sample of')), report.data.notes.join());
});

test('feasibility and a project are refused in the same words', () => {
  const project = path('project');
  mkdirSync(project);
  writeFileSync(join(project, 'assay.toml'), `[project]\nname = "Rows"\n[data]\nsource = "${data}"\n[[objectives]]\nname = "y"\noutcome = "y = 1"\n`);
  assert.ok(run(250, 'feasibility', ...problem).sample);
  assert.ok(run(250, 'run', project).sample);
});

test('score keeps to its cap, or says to cut the file', () => {
  const model = join(models, 'linear.json');
  assert.equal(assay('train', ...problem, '--sample', '5000', '--models', models, '--quiet').status, 0);
  const { refused } = run(260, 'score', model, data, '--out', path('small.parquet'));
  assert.match(refused, /to score its 1,400,000 rows .*cut the file into parts/);
  assert.ok(!existsSync(path('small.parquet')));
  assert.ok(run(500, 'score', model, data, '--out', path('scores.parquet')).report);
  assert.ok(existsSync(path('scores.parquet')));
});

// Lists as long as their query change at nearly every swap of two items, of which 40,000 items have hundreds of millions.
const csv = (name, head, rows) => {
  writeFileSync(path(name), `${head}\n${rows.join('\n')}\n`);
  return path(name);
};
const ranking = (source, k) => ['frontier', source, '--query', 'q', '--objective', 'one=a', '--objective', 'two=b', '--k', k];

test('a frontier of more changes than the memory holds is refused, with what to do', () => {
  const value = draws(12);
  const long = csv('long.csv', 'q,a,b', Array.from({ length: 40_000 }, () => `1,${value().toFixed(9)},${value().toFixed(9)}`));
  const refused = assay(...ranking(long, '1000000'), '--memory', '300MB', '--quiet');
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /the lists of the first 40,000 change more than [\d,]+ times, more than can be held; take a smaller --k, fewer rows by --where, or raise --memory/);
  const fits = json(...ranking(long, '10'), '--memory', '300MB');
  assert.ok(fits.timing.peak_bytes < 300e6, `${fits.timing.peak_bytes}`);
  assert.deepEqual([fits.orderings, fits.breakpoints + 1], [-1, fits.distinct_top_k]);
  assert.match(fits.orderings_reason, /too many pairs of items to count/);
});

test('rows of a frontier that do not fit are refused before they are ranked', () => {
  const value = draws(13);
  const wide = csv('wide.csv', 'q,a,b', Array.from({ length: 1_000_000 }, (_, i) => `${i % 5000},${value().toFixed(5)},${value().toFixed(5)}`));
  const refused = assay(...ranking(wide, '3'), '--memory', '250MB', '--quiet');
  assert.equal(refused.status, 2, refused.stderr);
  assert.match(refused.stderr, /to rank its 1,000,000 rows takes about [\d,]+ MB, more than the 250 MB of --memory; raise --memory, or keep fewer queries in the file/);
  assert.ok(json(...ranking(wide, '3'), '--memory', '400MB').timing.peak_bytes < 400e6);
  // A sample would fit, but is of rows: it says what that does to lists.
  assert.match(json(...ranking(wide, '3'), '--memory', '250MB', '--sample', '300000').notes.join(), /a sample takes rows, not queries/);
});

// A sample of the leak search looks at every character and part of such texts.
test('feasibility keeps to its cap with ids of many characters', () => {
  const hex = '0123456789abcdef';
  const ids = path('ids.csv');
  writeFileSync(ids, `y,x,id\n${Array.from({ length: 60_000 }, (_, i) => `${(i * 7919) % 100 < (i % 10) * 10 ? 1 : 0},${i % 10},${Array.from({ length: 128 }, (_, c) => hex[((i + 1) * (2 * c + 3) * 2654435761 >>> (c % 24)) & 15]).join('')}`).join('\n')}\n`);
  assert.ok(run(250, 'feasibility', ids, '--outcome', 'y = 1').report);
});

// The system says no instead of the cap: an address space that is too small.
for (const megabytes of [180, 260, 400]) {
  test(`an address space of ${megabytes} MB: done, or out of memory in a sentence`, () => {
    const ran = spawnSync('bash', ['-c', `ulimit -v ${megabytes * 1000}; exec "$@"`, 'bash', program, 'train', ...problem, '--sample', '5000', '--threads', '1', '--quiet', '--json'], { encoding: 'utf8', maxBuffer: 1 << 28 });
    assert.equal(ran.signal, null, ran.stderr);
    assert.ok(ran.status === 0 || ran.status === 2, `${ran.status} ${ran.stderr}`);
    if (ran.status === 2) assert.match(ran.stderr, /^assay: .*(out of memory|memory)/i);
  });
}
