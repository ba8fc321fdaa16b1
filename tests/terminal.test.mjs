// What people read on a terminal: lines that fit, no escape codes where they would be noise, what to do next, help with examples.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
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

for (const command of ['understand', 'feasibility', 'train']) {
  test(`${command}: fits 80 and 120 columns, has no colour away from a terminal, says what to do next`, () => {
    for (const columns of [80, 120]) {
      const text = run([command, ...problem], { COLUMNS: String(columns) });
      for (const line of text.split('\n')) assert.ok([...line].length <= columns, `${[...line].length} columns: ${line}`);
      assert.doesNotMatch(text, escapeCode);
      assert.match(text, /\n {2}Next: \S/);
      // The same words in both widths: wrapping loses nothing (pictures made of characters aside).
      assert.match(text.replace(/\s+/g, ' '), command === 'train' ? /Split: the latest part, .* judge/ : /\d/);
    }
  });
}

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
    for (const line of text.split('\n')) assert.ok([...line].length <= 140, line);
  }
});
