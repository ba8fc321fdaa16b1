// The real program, from outside: exit codes, messages, JSON valid against its schema, the same bytes twice.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { assay, draws, program, scratchFolder, valid } from './support.mjs';

const folder = scratchFolder('cli');
const file = (name, text) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
// 1,500 rows: y goes with x above 60, "noise" with nothing.
const random = draws(12345);
const rows = Array.from({ length: 1500 }, (_, i) => {
  const x = Math.floor(random() * 100);
  return `${random() < (x > 60 ? 0.8 : 0.2) ? 1 : 0},${x},${['a', 'b', 'c'][Math.floor(random() * 3)]},2001-0${1 + Math.floor(i / 300)}-${String(1 + (i % 28)).padStart(2, '0')}`;
});
const good = file('good.csv', `y,x,noise,day\n${rows.join('\n')}\n`);

test('schema/ equals what the program prints', () => {
  const out = join(folder, 'schema');
  assert.equal(assay('schema', '--out', out).status, 0);
  const names = readdirSync(new URL('../schema', import.meta.url)).sort();
  assert.deepEqual(readdirSync(out).sort(), names);
  for (const name of names) assert.equal(readFileSync(join(out, name), 'utf8'), readFileSync(new URL(`../schema/${name}`, import.meta.url), 'utf8'), `${name}: run build/dev/assay schema --out schema`);
});

for (const command of ['understand', 'feasibility', 'train']) {
  test(`${command} prints a valid report, the same with 1 and 2 threads`, () => {
    const run = (threads) => assay(command, good, '--outcome', 'y = 1', '--json', '--threads', threads);
    const one = run('1');
    assert.ok(one.status === 0, one.stderr);
    const a = JSON.parse(one.stdout);
    valid(a, command);
    const b = JSON.parse(run('2').stdout);
    for (const report of [a, b]) delete report.timing, delete report.command;
    assert.equal(JSON.stringify(a), JSON.stringify(b));
  });
}

test('train recommends the rule that was planted', () => {
  const report = JSON.parse(assay('train', good, '--outcome', 'y = 1', '--json').stdout);
  assert.equal(report.recommended, 'best rule', report.reason);
});

const bad = [
  ['no file', ['understand', join(folder, 'none.csv'), '--outcome', 'y = 1'], 'there is no such file'],
  ['a slip in the name', ['understand', join(folder, 'god.csv'), '--outcome', 'y = 1'], "Did you mean 'good.csv'"],
  ['an empty file', ['understand', file('empty.csv', ''), '--outcome', 'y = 1'], 'is empty'],
  ['a header only', ['understand', file('header.csv', 'y,x\n'), '--outcome', 'y = 1'], 'no rows'],
  ['a folder', ['understand', folder, '--outcome', 'y = 1'], 'is a folder'],
  ['a ragged CSV', ['understand', file('ragged.csv', 'y,x\n1,2\n0,3,4\n1,5\n'), '--outcome', 'y = 1'], 'line 3 has 3 fields, the header has 2'],
  ['not UTF-8', ['understand', file('latin.csv', Buffer.from([0x79, 0x2c, 0x78, 0x0a, 0x31, 0x2c, 0xe9, 0x0a, 0x30, 0x2c, 0x61, 0x0a])), '--outcome', 'y = 1'], 'latin.csv'],
  ['an unknown column', ['understand', good, '--outcome', 'z = 1'], "there is no column 'z'"],
  ['an outcome missing everywhere', ['understand', good, '--outcome', 'y / 0'], 'missing in every row'],
  ['one class', ['understand', good, '--outcome', 'y > 7'], 'the same value'],
  ['infinities', ['understand', file('infinite.csv', 'y,x\n1,inf\n0,2\n'), '--outcome', 'y = 1'], "column 'x'"],
  ['an expression with an error', ['train', good, '--outcome', 'y >'], '(position 4)'],
  ['a bad duration', ['train', good, '--outcome', 'y = 1', '--wait', 'soon'], '--wait'],
  ['an unknown metric', ['train', good, '--outcome', 'y = 1', '--metric', 'acu'], "Did you mean 'auc'"],
  ['bad memory', ['understand', good, '--outcome', 'y = 1', '--memory', 'much'], 'like 4GB'],
  ['no charter', ['run', folder], 'assay init'],
  ['an unknown flag', ['understand', good, '--outcom', 'y'], '--outcom'],
];
for (const [what, words, says] of bad) {
  test(`bad input: ${what}`, () => {
    const run = assay(...words);
    assert.equal(run.status, 2, `${run.stdout}\n${run.stderr}`);
    assert.ok(run.stderr.includes(says), run.stderr);
    assert.equal(run.stdout, '');
  });
}

test('a project runs to a report, a ledger and steps; a broken charter names its line', () => {
  const project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'assay.toml'), `[project]\nname = "Test </script>"\n[data]\nsource = "../good.csv"\n[[objectives]]\nname = "y"\noutcome = "y = 1"\n[[problem.steps]]\nname = "works"\nexit = "recommended_auc > 0.6"\n`);
  const run = assay('run', project, '--json');
  assert.equal(run.status, 0, run.stderr);
  const report = JSON.parse(run.stdout);
  valid(report, 'project');
  assert.equal(report.steps[0].state, 'met', report.steps[0].detail);
  assert.equal(report.train[0].split.holdout_openings, 1);
  assert.ok(existsSync(join(project, '.assay', 'report.html')));
  const ledger = JSON.parse(assay('ledger', project, '--json').stdout);
  assert.equal(ledger.head, report.ledger.head);
  const again = JSON.parse(assay('run', project, '--fresh', '--json').stdout);
  assert.equal(again.train[0].split.holdout_openings, 2, 'the second run opens the same holdout again');
  assert.equal(assay('ledger', project, '--head', report.ledger.head).status, 0);
  assert.equal(assay('ledger', project, '--head', 'f'.repeat(64)).status, 2);
  writeFileSync(join(project, 'assay.toml'), '[project]\nnmae = "x"\n');
  const broken = assay('run', project);
  assert.equal(broken.status, 2);
  assert.ok(broken.stderr.includes('line 2, column 1'), broken.stderr);
});

test('help teaches and every command has it', () => {
  const help = assay('--help').stdout;
  for (const command of ['run', 'report', 'understand', 'feasibility', 'train', 'ledger', 'schema']) {
    assert.ok(help.includes(command));
    assert.equal(assay(command, '--help').status, 0);
  }
});

test('docs/charter.md lists every key as the program knows it', () => {
  const text = readFileSync(new URL('../docs/charter.md', import.meta.url), 'utf8');
  assert.ok(text.endsWith(assay('charter-keys').stdout), 'append the output of build/dev/assay charter-keys to the head of docs/charter.md');
});
