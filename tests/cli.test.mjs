// The real program, from outside: exit codes, messages, JSON valid against its schema, the same bytes twice.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { assay, draws, program, scratchFolder, unexplained, valid } from './support.mjs';

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

test('a number that is null without a reason is noticed', () => {
  const schema = { $ref: '#/$defs/R', $defs: { R: { properties: { a: { type: ['number', 'null'] }, b: { type: ['number', 'null'] }, b_reason: { type: 'string' }, reason: { type: 'string' }, list: { items: { allOf: [{ $ref: '#/$defs/R' }] } }, of: { additionalProperties: { type: ['number', 'null'] } } } } } };
  assert.deepEqual(unexplained({ a: 1, b: null, b_reason: 'no b', reason: '' }, schema), []);
  assert.deepEqual(unexplained({ a: null, b: null, b_reason: '', reason: 'no a' }, schema), ['.b']);
  assert.deepEqual(unexplained({ a: null, b: 2, b_reason: '', reason: '', list: [{ a: null, reason: 'no a' }, { a: null, reason: '' }], of: { c: null } }, schema), ['.a', '.list[1].a', '.of.c']);
});

test('schema/ equals what the program prints', () => {
  const out = join(folder, 'schema');
  assert.equal(assay('schema', '--out', out).status, 0);
  const names = readdirSync(new URL('../schema', import.meta.url)).sort();
  assert.deepEqual(readdirSync(out).sort(), names);
  for (const name of names) assert.equal(readFileSync(join(out, name), 'utf8'), readFileSync(new URL(`../schema/${name}`, import.meta.url), 'utf8'), `${name}: run cmake --build --preset dev --target schema`);
});

for (const command of ['understand', 'feasibility', 'train']) {
  test(`${command} prints a valid report, the same with 1 and 2 threads`, () => {
    const run = (threads) => assay(command, good, '--outcome', 'y = 1', '--json', '--threads', threads);
    const one = run('1');
    assert.ok(one.status === 0, one.stderr);
    const a = JSON.parse(one.stdout);
    valid(a, command);
    const b = JSON.parse(run('2').stdout);
    for (const report of [a, b]) delete report.timing;
    assert.equal(JSON.stringify(a), JSON.stringify(b), 'whole documents, timing aside');
    assert.equal(a.command, `assay ${command} ${good} --outcome 'y = 1'`, 'flags that cannot change the result are left out');
  });
}

// valid() also asks that every number that is null says why; here where many are: no time, one value, a single class of rows.
const other = file('other.csv', `day,x,empty,kind,same,list\n${Array.from({ length: 400 }, (_, i) => `2001-01-${String(1 + (i % 28)).padStart(2, '0')},${(i * 37) % 100},${i === 3 ? 5 : ''},${['a', 'b', 'c'][i % 3]},7,q${Math.floor(i / 8)}`).join('\n')}\n`);
for (const [what, flags] of [['a number over time', ['--outcome', 'x', '--time', 'day']], ['classes', ['--outcome', 'kind']], ['ranks', ['--outcome', 'x', '--query', 'list', '--task', 'ranking']]]) {
  test(`reports on ${what} are valid, and what is null says why`, () => {
    for (const command of ['understand', 'feasibility', 'train']) {
      const run = assay(command, other, ...flags, '--quiet', '--json');
      assert.ok(run.status === 0 || run.status === 1, run.stderr);
      valid(JSON.parse(run.stdout), command);
    }
  });
}

test('train recommends the rule that was planted', () => {
  const report = JSON.parse(assay('train', good, '--outcome', 'y = 1', '--json').stdout);
  assert.equal(report.recommended, 'best rule', report.reason);
});

test('train says how the recommended rung stands to the target, and counts no openings that no ledger knows', () => {
  for (const [target, says] of [['0.01', 'is reached'], ['0.999', 'is not reached']]) {
    const notes = JSON.parse(assay('train', good, '--outcome', 'y = 1', '--target', target, '--repeats', '0', '--json').stdout).notes;
    assert.ok(notes.some((n) => n.startsWith(`The target ${target} ${says}: on the holdout 'best rule' has skill 0.`)), notes.join('\n'));
  }
  const text = assay('train', good, '--outcome', 'y = 1', '--repeats', '0').stdout.replaceAll(/\s+/g, ' ');
  assert.ok(!text.includes('opened 1 time') && text.includes('a bare file has no ledger'), text);
});

test('columns are named in flags as the data call them: commas in quotes, parts of times', () => {
  const rows = Array.from({ length: 300 }, (_, i) => `${i % 3 === 0 ? 1 : 0},${(i * 7) % 11},${(i * 5) % 13},2024-0${1 + (i % 3)}-1${i % 10} 0${i % 7}:00:00`);
  const named = file('named.csv', `y,"price, net",x,at\n${rows.join('\n')}\n`);
  const features = (...words) => JSON.parse(assay('understand', named, '--outcome', 'y = 1', '--json', ...words).stdout).associations.map((a) => a.feature).sort();
  assert.deepEqual(features('--features', '"price, net",x'), ['price, net', 'x']);
  assert.deepEqual(features('--features', 'month(at)'), ['month(at)']);
  assert.deepEqual(features('--exclude', '"price, net",at'), ['x']);
  const open = assay('understand', named, '--outcome', 'y = 1', '--exclude', '"price, net');
  assert.equal(open.status, 2);
  assert.ok(open.stderr.includes('a double quote is opened and not closed'), open.stderr);
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
  ['a least gain that is no number', ['train', good, '--outcome', 'y = 1', '--least-gain', 'nan'], "--least-gain: 'nan' is not a number above 0; write it like --least-gain 0.01"],
  ['a least gain of nothing', ['feasibility', good, '--outcome', 'y = 1', '--least-gain', '0'], "'0' is not a number above 0"],
  ['an infinite target', ['train', good, '--outcome', 'y = 1', '--target', 'inf'], "--target: 'inf' is not a number"],
  ['a target of 309 digits', ['train', good, '--outcome', 'y = 1', '--target', '9'.repeat(309)], `--target: '${'9'.repeat(40)}...' (309 characters) is not a number`],
  ['a target in hexadecimal', ['train', good, '--outcome', 'y = 1', '--target', '0x1p3'], "'0x1p3' is not a number"],
  ['a target beyond the metric', ['feasibility', good, '--outcome', 'y = 1', '--target', '5'], "--target is 5, but 'skill' is at most 1; write such a value, or another metric (--metric)"],
  ['a target below the metric', ['train', good, '--outcome', 'y = 1', '--metric', 'auc', '--target', '-0.5'], "--target is -0.5, but 'auc' is at least 0"],
  ['only the outcome as a feature', ['train', good, '--outcome', 'y = 1', '--features', 'y'], "no column is left as a feature ('y': it is part of the outcome)"],
  ['a negative seed', ['train', good, '--outcome', 'y = 1', '--seed', '-1'], "--seed: '-1' is not a whole number from 0 to 18446744073709551615; write it like --seed 42"],
  ['a seed of 309 digits', ['train', good, '--outcome', 'y = 1', '--seed', '1'.repeat(309)], 'is not a whole number'],
  ['half a row', ['understand', good, '--outcome', 'y = 1', '--sample', '0.5'], "--sample: '0.5' is not a whole number from 1"],
  ['no thread', ['understand', good, '--outcome', 'y = 1', '--threads', '0'], "--threads: '0' is not a whole number from 1 to 1024"],
  ['too many repeats', ['train', good, '--outcome', 'y = 1', '--repeats', '1e3'], "--repeats: '1e3' is not a whole number from 0 to 1000"],
  ['two own rules of one name', ['train', good, '--outcome', 'y = 1', '--own-rule', 'r=x > 1', '--own-rule', 'r=x > 2'], "two rungs are called 'r'"],
  ['an own rule called like a rung', ['train', good, '--outcome', 'y = 1', '--own-rule', 'linear=x > 1'], "'linear' is that of a rung of every ladder"],
  ['own rules that would share a file', ['train', good, '--outcome', 'y = 1', '--own-rule', 'a b=x > 1', '--own-rule', 'a-b=x > 2'], 'would be kept in the same file (own_rule-a-b.json)'],
  ['a wait that outlives the data', ['train', good, '--outcome', 'y = 1', '--time', 'day', '--wait', '20000 days'], 'the wait of 20000 days is too long for rows that span'],
  ['a single unit', ['train', good, '--outcome', 'y = 1', '--unit', "'one'"], 'belong to one unit'],
  ['two days, of which one judges', ['feasibility', file('two-days.csv', `y,x,day\n${Array.from({ length: 400 }, (_, i) => `${(i * 7) % 3 === 0 ? 1 : 0},${(i * 37) % 101},2024-01-0${i < 200 ? 1 : 2}`).join('\n')}\n`), '--outcome', 'y = 1', '--time', 'day'], 'belong to one day (2024-01-02), and an interval needs at least two. Without a unit'],
  ['no column but the outcome', ['train', file('only-y.csv', `y\n${'0\n1\n'.repeat(50)}`), '--outcome', 'y'], "assay: no column is left as a feature ('y': it is part of the outcome)"],
  ['rows alike within every query', ['train', file('alike.csv', `q,x,y\n${Array.from({ length: 400 }, (_, i) => `${i >> 3},${(i * 37) % 101},${(i >> 3) % 3}`).join('\n')}\n`), '--outcome', 'y', '--query', 'q'], "--outcome, --query: no query of 'q' holds two different values of 'y'"],
  ['no charter', ['run', folder], 'assay init'],
  ['an unknown flag', ['understand', good, '--outcom', 'y'], "assay: --outcom is no flag of 'assay understand'. Did you mean '--outcome'? The flags are listed by: assay understand --help"],
  ['an unknown flag of a command in a command', ['ledger', 'verify', '--haed=1'], "assay: --haed is no flag of 'assay ledger verify'. Did you mean '--head' or '--seed'?"],
  ['a word too many', ['understand', good, 'y', '=', '1'], "assay: 'y' is one word too many for 'assay understand': put quotes around what has blanks"],
  ['no file', ['understand'], 'assay: FILE is required; what it takes is listed by: assay understand --help'],
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
  const numbers = [
    ['least_gain = nan', "line 6, column 14: 'objectives.least_gain' must be a finite number"],
    ['least_gain = 0', "line 6, column 14: 'objectives.least_gain' is 0: the smallest gain worth having must be above 0; write for example: least_gain = 0.01"],
    [`target = ${'9'.repeat(309)}`, 'line 6, column 10: a number is too large or has too many digits to be held'],
  ];
  for (const [line, says] of numbers) {
    writeFileSync(join(project, 'assay.toml'), `[data]\nsource = "../good.csv"\n[[objectives]]\nname = "y"\noutcome = "y = 1"\n${line}\n`);
    const refused = assay('run', project);
    assert.equal(refused.status, 2, line);
    assert.ok(refused.stderr.includes(says), refused.stderr);
  }
});

test('a flag that a project states in its charter is refused with its key', () => {
  const project = join(folder, 'stated');
  mkdirSync(project);
  writeFileSync(join(project, 'assay.toml'), '[project]\nname = "Stated"\n[data]\nsource = "../good.csv"\n[[objectives]]\nname = "y"\noutcome = "y = 1"\n');
  const keys = { outcome: 'outcome', time: 'time', unit: 'unit', query: 'query', wait: 'wait', where: 'where', features: 'feature', exclude: 'feature', task: 'task', metric: 'metric', target: 'target', 'least-gain': 'least_gain' };
  for (const command of ['understand', 'feasibility']) {
    for (const [flag, key] of Object.entries(keys)) {
      const run = assay(command, project, `--${flag}`, flag === 'target' || flag === 'least-gain' ? '0.01' : 'x');
      assert.equal(run.status, 2, `${command} --${flag}: ${run.stdout}`);
      assert.ok(run.stderr.includes(`--${flag}: ${project} is a project`) && run.stderr.includes(`'${key}' in [`), run.stderr);
    }
  }
  const none = assay('understand', good, '--outcome', 'y = 1', '--objective', 'y');
  assert.equal(none.status, 2);
  assert.ok(none.stderr.includes('--objective') && none.stderr.includes('no project'), none.stderr);
});

test('help teaches and every command has it', () => {
  const help = assay('--help').stdout;
  for (const command of ['run', 'report', 'understand', 'feasibility', 'train', 'ledger', 'schema']) {
    assert.ok(help.includes(command));
    assert.equal(assay(command, '--help').status, 0);
  }
});

test('train offers no project: that is for assay run', () => {
  const help = assay('train', '--help').stdout;
  assert.ok(!help.includes('--objective') && !help.includes("project's folder"), help);
  assert.ok(assay('feasibility', '--help').stdout.includes('--objective'));
});

test('docs/charter.md lists every key as the program knows it', () => {
  const text = readFileSync(new URL('../docs/charter.md', import.meta.url), 'utf8');
  assert.ok(text.endsWith(assay('charter-keys').stdout), 'append the output of build/dev/assay charter-keys to the head of docs/charter.md');
});
