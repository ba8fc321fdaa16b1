// What people read on a terminal: lines that fit, no escape codes where they would be noise, what to do next, help with examples.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';

import { program, scratchFolder } from './support.mjs';

const folder = scratchFolder('terminal');
const file = join(folder, 'data.csv');
// ESC [ ... m
const escapeCode = /\u001b\[[0-9;]*m/;

before(() => {
  const rows = Array.from({ length: 800 }, (_, i) => `2001-${String(1 + Math.floor(i / 200)).padStart(2, '0')}-${String(1 + (i % 28)).padStart(2, '0')},${['north', 'a place with a rather long name, which has to be wrapped somewhere'][i % 2]},${(i * 37) % 100},${(i * 7919) % 100 < 20 + ((i * 37) % 100) / 2 ? 1 : 0}`);
  writeFileSync(file, `day,place,x,late\n${rows.map((r) => r.replace(/,(a place[^"]*somewhere),/, ',"$1",')).join('\n')}\n`);
});

const run = (args, environment = {}) => {
  const done = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, ...environment } });
  assert.ok(done.status === 0 || done.status === 1, done.stderr);
  return done.stdout;
};
const problem = [file, '--outcome', 'late = 1', '--time', 'day', '--quiet'];

test('values and names of the data command no terminal', () => {
  const wild = join(folder, 'wild.csv');
  writeFileSync(wild, `late,"a\u001b[31mb"\n${Array.from({ length: 200 }, (_, i) => `${i % 2},\u001b]0;title\u0007\u001b[31m${i % 5}`).join('\n')}\n`);
  const text = run(['understand', wild, '--outcome', 'late = 1', '--quiet']);
  assert.ok(text.includes('title'), text);
  assert.doesNotMatch(text, /\u001b|\u0007/);
  const refused = spawnSync(program, ['understand', wild, '--outcome', 'lat = 1'], { encoding: 'utf8' });
  assert.equal(refused.status, 2);
  assert.doesNotMatch(refused.stderr, /\u001b/);
});

for (const command of ['understand', 'feasibility', 'train']) {
  test(`${command}: fits 80 and 120 columns, has no colour away from a terminal, says what to do next`, () => {
    // Where nothing says how wide a terminal is, 80.
    for (const [columns, said] of [[80, '80'], [120, '120'], [80, undefined]]) {
      const text = run([command, ...problem], { COLUMNS: said });
      for (const line of text.split('\n')) assert.ok([...line].length <= columns, `${[...line].length} columns: ${line}`);
      assert.doesNotMatch(text, escapeCode);
      assert.match(text, /\n {2}Next: \S/);
      // The same words in both widths: wrapping loses nothing (pictures made of characters aside).
      assert.match(text.replace(/\s+/g, ' '), command === 'train' ? /Split: the latest part, .* judge/ : /\d/);
    }
  });
}

test('a project with long names and many columns: every command fits 80 columns', () => {
  const project = join(folder, 'project');
  mkdirSync(project);
  const long = (word) => `${word} with a name that is rather longer than people usually give`;
  const names = Array.from({ length: 40 }, (_, i) => `column_number_${i}_of_a_wide_table`);
  writeFileSync(join(project, 'wide.csv'), `day,late,${names.join()}\n${Array.from({ length: 400 }, (_, i) => `2001-0${1 + Math.floor(i / 100)}-${String(1 + (i % 28)).padStart(2, '0')},${(i * 7919) % 100 < 30 + (i % 40) ? 1 : 0},${names.map((_n, c) => (i * (37 + c)) % (40 + c)).join()}`).join('\n')}\n`);
  writeFileSync(join(project, 'assay.toml'), `[project]
name = "${long('A project')}"
[phenomenon]
[[phenomenon.hypotheses]]
name = "${long('A hypothesis')}"
segment = "column_number_0_of_a_wide_table > 20"
[[problem.parts]]
name = "${long('A part')}"
what = "${long('Something')}"
[[problem.parts]]
name = "${long('A part of a part')}"
of = "${long('A part')}"
what = "${long('Something')}"
[[problem.options]]
name = "${long('Nothing')}"
kind = "nothing"
[[problem.options]]
name = "${long('A rule')}"
kind = "rule"
cost = "500 USD a month"
[[problem.options]]
name = "By hand"
kind = "own_rule"
[[problem.steps]]
name = "${long('A step')}"
exit = "recommended_skill >= 0.05 and recommended_auc >= 0.6 and recommended_skill >= 0.05"
[data]
source = "wide.csv"
time = "day"
[[objectives]]
name = "${long('An objective')}"
outcome = "late = 1"
${names.map((name) => `[[data.columns]]\nname = "${name}"\nmeaning = "m"\nknown = "before"\n`).join('')}`);
  const commands = [['check', project], ['run', project, '--repeats', '0'], ['run', project, '--repeats', '0', '--seed', '7'], ['understand', project], ['ledger', project], ['ledger', 'verify', project], ['ledger', 'diff', project], ['checklist', project], ['report', project]];
  for (const words of commands) {
    const text = run([...words, '--quiet'], { COLUMNS: undefined });
    // A path or a command that is to be copied is not broken.
    for (const line of text.split('\n').filter((l) => !l.includes(project))) assert.ok([...line].length <= 80, `${words[0]}: ${[...line].length} columns: ${line}`);
    // What stands nowhere in a table is said: features beyond the strongest, and why an option has no figures.
    if (words[0] === 'understand') assert.match(text, /^ {2}and 28 more$/m);
    if (words[0] === 'run') assert.match(text, /no rung of the/);
  }
});

test('progress never fills a line of the terminal, and what is done has no time left', () => {
  const wide = join(folder, 'a-folder-with-a-rather-long-name-for-a-line-of-sixty-columns');
  mkdirSync(wide);
  const large = join(wide, 'large.csv');
  writeFileSync(large, `x,z,late\n${Array.from({ length: 60000 }, (_, i) => `${(i * 37) % 1000},${(i * 91) % 777},${(i * 7919) % 100 < 20 + ((i * 37) % 1000) / 20 ? 1 : 0}`).join('\n')}\n`);
  const done = spawnSync('script', ['-qec', `stty cols 60; "${program}" train "${large}" --outcome 'late = 1'`, '/dev/null'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  assert.equal(done.status, 0, done.stderr);
  const drawn = done.stdout.split('\r\u001b[K').slice(1, -1);
  assert.ok(drawn.length > 3, `${drawn.length} lines of progress`);
  for (const line of drawn) assert.ok([...line.split('\r')[0]].length < 60, `${[...line].length} columns: ${line}`);
  for (const line of drawn) assert.doesNotMatch(line, /100 %, /);
  assert.ok(drawn.some((line) => line.includes('holdout')), drawn.join('\n'));
});

test('entries of a list hang under their first word', () => {
  const text = run(['feasibility', ...problem], { COLUMNS: '40' });
  const broken = [...text.matchAll(/^( *)([✓✕~?•]) \S.*\n( *)(?![ ✓✕~?•])\S/gm)].filter(([, margin, , next]) => next.length !== margin.length + 2);
  assert.deepEqual(broken.map(([lines]) => lines), []);
});

test('colours on a terminal only, and not where NO_COLOR is set', () => {
  const command = `"${program}" understand "${file}" --outcome 'late = 1' --quiet`;
  const onTerminal = (environment) => spawnSync('script', ['-qec', `stty cols 80; ${command}`, '/dev/null'], { encoding: 'utf8', env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  const coloured = onTerminal({ NO_COLOR: undefined });
  assert.equal(coloured.status, 0, coloured.stderr);
  assert.match(coloured.stdout, escapeCode);
  const lines = coloured.stdout.split('\n').map((line) => line.replaceAll(new RegExp(escapeCode, 'g'), '').replace('\r', ''));
  for (const line of lines) assert.ok([...line].length <= 80, line);
  assert.doesNotMatch(onTerminal({ NO_COLOR: '1' }).stdout, escapeCode);
});

test('the help of the analyses teaches by examples', () => {
  for (const command of ['understand', 'feasibility', 'train', 'run', 'report', 'ledger']) {
    const text = run([command, '--help']);
    assert.match(text, new RegExp(`Examples:\\n {2}assay ${command} `), command);
  }
});

test('no line of any help is wider than 80 columns, whatever the terminal', () => {
  const commands = [...run(['--help']).split('Subcommands:')[1].matchAll(/^ {2}(\S+)/gm)].map((match) => match[1]);
  assert.ok(commands.length >= 12, commands.join());
  const helps = [['--help'], ...commands.map((command) => [command, '--help']), ['ledger', 'diff', '--help'], ['ledger', 'verify', '--help']];
  for (const words of helps) {
    for (const environment of [{ COLUMNS: undefined }, { COLUMNS: '200' }]) {
      for (const line of run(words, environment).split('\n')) assert.ok([...line].length <= 80, `${words.join(' ')}: ${line}`);
    }
  }
  for (const line of run(['--help'], { COLUMNS: '60' }).split('\n')) assert.ok([...line].length <= 60, line);
});
