// assay slices from outside: published reference values, brute force over real data, messages, the same bytes with 1 and 2 threads.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gunzipSync } from 'node:zlib';

import { assay, draws, json, program, scratchFolder, valid } from './support.mjs';

const folder = scratchFolder('slices');
const file = (name, text) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const shared = new URL('../../shared/data/', import.meta.url).pathname;
const needs = (name) => (existsSync(join(shared, name)) ? {} : { skip: `SKIPPED: needs ${name} of the shared data, which is not beside this tree` });
const withoutTimes = (report) => {
  delete report.timing;
  delete report.search.seconds;
  return report;
};

// Every conjunction of at most `level` values, by brute force over sets of rows as bits; the k best scores of distinct row sets.
function bestScores(columns, losses, { alpha, support, level, k }) {
  const n = losses.length;
  const words = Math.ceil(n / 32);
  const total = losses.reduce((a, b) => a + b, 0);
  const items = columns.map((column) => {
    const bits = new Map();
    column.forEach((value, i) => {
      if (!bits.has(value)) bits.set(value, new Uint32Array(words));
      bits.get(value)[i >> 5] |= 1 << (i & 31);
    });
    return [...bits.values()];
  });
  const found = new Map();
  const visit = (feature, rows, chosen) => {
    for (let f = feature; f < items.length; f += 1) {
      for (const item of items[f]) {
        const next = new Uint32Array(words);
        let size = 0;
        let sum = 0;
        for (let w = 0; w < words; w += 1) {
          next[w] = rows ? rows[w] & item[w] : item[w];
          for (let bits = next[w]; bits !== 0; bits &= bits - 1) {
            size += 1;
            sum += losses[w * 32 + 31 - Math.clz32(bits & -bits)];
          }
        }
        if (size < support) continue;
        const score = alpha * (sum / size / (total / n) - 1) - (1 - alpha) * (n / size - 1);
        if (score > 1e-12) found.set(Buffer.from(next.buffer).toString('latin1'), { score, size, sum });
        if (chosen + 1 < level) visit(f + 1, next, chosen + 1);
      }
    }
  };
  visit(0, null, 0);
  return [...found.values()].sort((a, b) => b.score - a.score).slice(0, k);
}

const parse = (text) => {
  const [head, ...rows] = text.trim().split('\n').map((line) => line.split(','));
  return { head, rows };
};

for (const name of ['slice_custom1.csv', 'slice_custom3.csv']) {
  test(`${name}: the slices of brute force`, needs(name), () => {
    const { head, rows } = parse(readFileSync(join(shared, name), 'utf8'));
    const losses = rows.map((row) => Number(row.at(-1)));
    const columns = head.slice(0, -1).map((_, c) => rows.map((row) => row[c]));
    const report = json('slices', join(shared, name), '--loss', 'loss', '--min-support', '4', '--max-level', '0');
    valid(report, 'slices');
    const expected = bestScores(columns, losses, { alpha: 0.95, support: 4, level: 10, k: 10 });
    assert.equal(report.slices.length, expected.length);
    report.slices.forEach((slice, i) => {
      assert.ok(Math.abs(slice.score - expected[i].score) < 1e-9, `slice ${i}`);
      assert.ok(Math.abs(slice.loss_sum / slice.size - slice.loss_mean) < 1e-9);
    });
  });
}

test('adult: the slices of brute force over all conjunctions of three', needs('adult_rf.csv.gz'), () => {
  const { rows } = parse(gunzipSync(readFileSync(join(shared, 'adult_rf.csv.gz'))).toString());
  const losses = rows.map((row) => (row[11] === row[12] ? 0 : 1));
  const columns = Array.from({ length: 11 }, (_, c) => rows.map((row) => row[c]));
  const expected = bestScores(columns, losses, { alpha: 0.95, support: Math.ceil(rows.length / 100), level: 3, k: 10 });
  const report = json('slices', join(shared, 'adult_rf.csv.gz'), '--loss', 'class != predicted', '--max-level', '3');
  report.slices.forEach((slice, i) => {
    assert.equal(slice.size, expected[i].size, `slice ${i}`);
    assert.equal(slice.loss_sum, expected[i].sum);
    assert.ok(Math.abs(slice.score - expected[i].score) < 1e-9);
  });
});

// Salaries: SystemDS' own expected result (BuiltinSliceLineTest.java, EXPECTED_TOPK), prepared as there: codes in order of appearance,
// equi-width bins, least squares without an intercept (ridge 1e-7) on the codes, squared errors.
test('salaries: the published ten slices', needs('salaries.csv'), () => {
  const rows = readFileSync(join(shared, 'salaries.csv'), 'utf8').trim().split('\n').slice(1).map((line) => line.replaceAll('"', '').split(','));
  const appearance = (c) => {
    const codes = new Map();
    return rows.map((row) => codes.get(row[c]) ?? codes.set(row[c], codes.size + 1).get(row[c]));
  };
  const binned = (c, bins) => {
    const values = rows.map((row) => Number(row[c]));
    const least = Math.min(...values);
    const width = (Math.max(...values) - least) / bins;
    return values.map((v) => Math.max(1, Math.ceil((v - least) / width)));
  };
  const columns = [appearance(1), appearance(2), binned(3, 14), binned(4, 12), appearance(5)];
  const y = rows.map((row) => Number(row[6]));
  // Normal equations by Gauss.
  const m = columns.length;
  const a = columns.map((u, i) => [...columns.map((v, j) => u.reduce((sum, x, k) => sum + x * v[k], i === j ? 1e-7 : 0)), u.reduce((sum, x, k) => sum + x * y[k], 0)]);
  for (let i = 0; i < m; i += 1) {
    for (let r = 0; r < m; r += 1) {
      if (r === i) continue;
      const factor = a[r][i] / a[i][i];
      for (let c = i; c <= m; c += 1) a[r][c] -= factor * a[i][c];
    }
  }
  const weights = a.map((row, i) => row[m] / row[i]);
  const losses = y.map((value, k) => (value - columns.reduce((sum, column, i) => sum + weights[i] * column[k], 0)) ** 2);
  const path = file('salaries.csv', `rank,discipline,phd,service,sex,loss\n${losses.map((loss, k) => `${columns.map((column) => column[k]).join(',')},${loss}`).join('\n')}\n`);
  const report = json('slices', path, '--loss', 'loss', '--min-support', '4', '--max-level', '0', '--bins', '20');
  const published = [[1.042, 18], [0.478, 39], [0.316, 10], [0.262, 29], [0.224, 125], [0.218, 31], [0.164, 135], [0.122, 34], [0.098, 266], [0.092, 39]];
  assert.deepEqual(report.slices.map((s) => [Number(s.score.toFixed(3)), s.size]), published);
  assert.ok(Math.abs(report.slices[0].loss_sum - 69210699988.477) < 1e-4 * 69210699988);
  assert.ok(Math.abs(report.slices[0].loss_max - 11078019685.642) < 1e-4 * 11078019685);
});

// 4,000 rows of 100 users over 50 days: the answer is wrong more often where kind = b and 30 <= age < 60.
const random = draws(7);
const rows = Array.from({ length: 4000 }, (_, i) => {
  const age = 18 + Math.floor(random() * 70);
  const kind = ['a', 'b', 'c'][Math.floor(random() * 3)];
  const wrong = random() < (kind === 'b' && age >= 30 && age < 60 ? 0.7 : 0.1) ? 1 : 0;
  const day = new Date(Date.UTC(2001, 0, 1 + Math.floor(random() * 50))).toISOString().slice(0, 10);
  return `${age},${kind},${random() < 0.1 ? '' : ['x', 'y'][Math.floor(random() * 2)]},u${Math.floor(random() * 100)},${day},${wrong}`;
});
const good = file('good.csv', `age,kind,other,user,day,wrong\n${rows.join('\n')}\n`);

test('a planted slice is found as people would say it, and holds on unseen rows', () => {
  const report = json('slices', good, '--loss', 'wrong', '--exclude', 'user,day', '--ranges', '--honest', '0.5', '--distinct', '0.8');
  valid(report, 'slices');
  const [first] = report.slices;
  assert.match(first.text, /^(2\d|3\d) <= age < (5\d|6\d) and kind = b$/);
  assert.deepEqual(first.predicates.map((p) => p.op), ['range', '=']);
  assert.equal(first.predicates[1].value, 'b');
  assert.ok(first.q_value < 0.001 && first.low > 0.4 && first.high < 0.8, JSON.stringify(first));
  assert.ok(first.size < report.rows / 4 && Math.abs(report.rows - 2000) < 5);
  assert.ok(first.found.size > 0 && first.found.loss_mean > 0.5);
  // The EXPR keeps just its rows.
  const inside = json('slices', good, '--loss', 'wrong', '--where', first.expression, '--features', 'other');
  assert.ok(Math.abs(inside.mean_loss - 0.7) < 0.08);
});

test('valid reports, the same with 1 and 2 threads, with every kind of flag', () => {
  for (const flags of [[], ['--honest', '0.5'], ['--honest', '0.5', '--unit', 'user', '--time', 'day'], ['--time', 'day', '--honest', '0.3'], ['--ranges', '--ties', 'all', '--k', '3'], ['--max-level', '0', '--distinct', '0.5', '--min-support', '200'], ['--features', 'kind', '--max-level', '1', '--bins', '3', '--alpha', '1'], ['--sample', '1000']]) {
    const one = json('slices', good, '--loss', 'wrong', ...flags, '--threads', '1');
    valid(one, 'slices');
    const two = json('slices', good, '--loss', 'wrong', ...flags, '--threads', '2');
    assert.deepEqual(withoutTimes(one), withoutTimes(two), flags.join(' '));
  }
});

test('without --honest nothing is tested, and it says so', () => {
  const report = json('slices', good, '--loss', 'wrong');
  for (const slice of report.slices) {
    assert.deepEqual([slice.low, slice.high, slice.p_value, slice.q_value], [null, null, null, null]);
    assert.equal(slice.reason, 'searched and measured on the same rows');
  }
  assert.match(report.summary, /looks worse than it is/);
});

test('missing values are a value of their own', () => {
  const path = file('missing.csv', `a,b,loss\n${Array.from({ length: 200 }, (_, i) => `${i % 4 === 0 ? '' : i % 7},${i % 3},${i % 4 === 0 ? 1 : 0}`).join('\n')}\n`);
  const report = json('slices', path, '--loss', 'loss');
  assert.equal(report.slices[0].text, 'a is missing');
  assert.equal(report.slices[0].predicates[0].op, 'missing');
  assert.equal(report.slices[0].expression, 'a is null');
});

test('a terminal gets sentences, bars and what holds', () => {
  const run = assay('slices', good, '--loss', 'wrong', '--exclude', 'user,day', '--honest', '0.5', '--distinct', '0.8', '--ranges', '--quiet');
  assert.equal(run.status, 0, run.stderr);
  assert.match(run.stdout, /Where it goes wrong/);
  assert.match(run.stdout, /━●━.*holds/);
  assert.match(run.stdout, /exact: no other conjunction/);
  for (const line of run.stdout.split('\n')) assert.ok([...line].length <= 80, line);
});

for (const [what, words, message] of [
  ['no loss', [good], /--loss is required/],
  ['a loss that is no expression', [good, '--loss', 'wrong +'], /--loss/],
  ['an unknown column', [good, '--loss', 'wrogn'], /Did you mean 'wrong'/],
  ['a loss that is a text', [good, '--loss', 'kind'], /--loss: 'kind' is a category, expected a number of at least 0/],
  ['a negative loss', [good, '--loss', 'wrong - 0.5'], /--loss: row 1 has the loss -0.5, expected at least 0/],
  ['a loss that no float holds', [good, '--loss', 'wrong * 1e200'], /--loss: row \d+ has the loss 1e\+200, beyond the largest number/],
  ['an unknown feature', [good, '--loss', 'wrong', '--features', 'aeg'], /--features.*Did you mean 'age'/s],
  ['an alpha beyond 1', [good, '--loss', 'wrong', '--alpha', '1.5'], /--alpha: 1.5 is not above 0 and at most 1/],
  ['a support of half a row', [good, '--loss', 'wrong', '--min-support', '2.5'], /--min-support: 2.5 is neither a whole number of rows nor a share below 1/],
  ['an honest share of 1', [good, '--loss', 'wrong', '--honest', '1'], /--honest: 1 is no share of the rows/],
  ['no bins', [good, '--loss', 'wrong', '--bins', '0'], /--bins/],
  ['a where that is no condition', [good, '--loss', 'wrong', '--where', 'age'], /--where: 'age' is a number, expected a condition/],
  ['a where that keeps nothing', [good, '--loss', 'wrong', '--where', 'age > 1000'], /keeps no row/],
  ['a time that is none', [good, '--loss', 'wrong', '--time', 'age'], /--time: 'age' is a number, expected a time/],
  ['a file that is not there', [join(folder, 'none.csv'), '--loss', 'x'], /none.csv/],
  ['a folder', [folder, '--loss', 'x'], /is a folder/],
  ['one unit', [good, '--loss', 'wrong', '--unit', "'all'", '--honest', '0.5'], /--honest: the rows are of 1 unit, and each half needs two/],
  ['too little memory', [good, '--loss', 'wrong', '--memory', '1MB'], /memory/i],
]) {
  test(`refused: ${what}`, () => {
    const run = assay('slices', ...words, '--quiet');
    assert.equal(run.status, 2, run.stdout.slice(0, 300) + run.stderr);
    assert.match(run.stderr.replace(/\n/g, ' '), message);
    assert.equal(run.stdout, '');
  });
}

test('a text column of ids makes no conditions and is named', () => {
  const path = file('ids.csv', `id,kind,loss\n${Array.from({ length: 3000 }, (_, i) => `id${i},${'ab'[i % 2]},${i % 2}`).join('\n')}\n`);
  const report = json('slices', path, '--loss', 'loss');
  assert.match(report.notes.join(), /no value of 'id' has 32 rows/);
  assert.equal(report.slices[0].text, 'kind = b');
});

test('a loss that is no finite number is left out and counted; a support above the rows is named', () => {
  const path = file('infinite.csv', `kind,loss\n${Array.from({ length: 100 }, (_, i) => `${'ab'[i % 2]},${i % 4}`).join('\n')}\n`);
  assert.match(json('slices', path, '--loss', '1 / loss').data.notes.join(), /25 rows have no loss \(missing, or not a finite number\) and are left out/);
  assert.match(json('slices', path, '--loss', 'loss', '--min-support', '500').reason, /minimum support of 500 rows: only 100 rows were searched/);
});

test('nothing to find is an answer with a reason', () => {
  const path = file('zero.csv', `kind,loss\n${Array.from({ length: 100 }, (_, i) => `${'ab'[i % 2]},0`).join('\n')}\n`);
  const report = json('slices', path, '--loss', 'loss');
  assert.deepEqual(report.slices, []);
  assert.match(report.reason, /no row has a loss above 0/);
  const even = file('even.csv', `kind,loss\n${Array.from({ length: 100 }, (_, i) => `${'ab'[i % 2]},2`).join('\n')}\n`);
  assert.match(json('slices', even, '--loss', 'loss').reason, /spread evenly/);
});

// A weight of 1 and a minimum of one row leave the bounds nothing to cut: 2^20 conjunctions and more.
test('a long search shows its progress and stops on request, with nothing printed', async () => {
  const names = Array.from({ length: 24 }, (_, i) => `c${i}`);
  const next = draws(11);
  const path = file('long.csv', `${names.join(',')},loss\n${Array.from({ length: 4000 }, () => `${names.map(() => Math.floor(next() * 3)).join(',')},${next().toFixed(4)}`).join('\n')}\n`);
  const child = spawn(program, ['slices', path, '--loss', 'loss', '--alpha', '1', '--min-support', '1', '--max-level', '0'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => { out += text; });
  child.stderr.on('data', (text) => { err += text; });
  const ended = new Promise((resolve) => { child.on('close', resolve); });
  const begun = Date.now();
  while (!/searching slices/.test(err) && Date.now() - begun < 60_000) await new Promise((resolve) => { setTimeout(resolve, 100); });
  assert.match(err, /searching slices/);
  child.kill('SIGINT');
  assert.equal(await ended, 130);
  assert.equal(out, '');
  assert.match(err, /stopped/);
});
