// assay frontier from outside: ranking again at every lambda by whole numbers, Pareto points and hypervolume by brute force, messages, the same bytes
// with 1 and 2 threads.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { assay, draws, json, program, scratchFolder, valid } from './support.mjs';

const folder = scratchFolder('frontier');
const path = (name) => join(folder, name);
const file = (name, text) => {
  writeFileSync(path(name), text);
  return path(name);
};
const withoutTimes = (report) => {
  delete report.timing;
  return report;
};
const near = (a, b, what = '') => assert.ok(Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(b)), `${what}: ${a}, expected ${b}`);

// ---- The oracle: lambda is a fraction p / d, scores are whole numbers, so blends times d are whole numbers too and nothing is rounded.

const lambdaOf = ([p, d]) => p / d;
const ascending = (a, b) => a[0] * b[1] - b[0] * a[1];

/** The order of a query's items just above a fraction; at 1 the order at 1. */
function ordered(items, [p, d]) {
  const blend = (x) => (d - p) * x.a + p * x.b;
  return [...items].sort((x, y) => blend(y) - blend(x) || (p === d ? 0 : y.b - y.a - (x.b - x.a)) || x.row - y.row);
}

/** Metrics and guardrails of all queries at a fraction. Gains are eighths: their sums are exact. */
function measured(queries, lambda, { k, discount }) {
  const sums = [0, 0, 0, 0];
  for (const items of queries) {
    const top = ordered(items, lambda).slice(0, k);
    top.forEach((item, rank) => {
      const weight = discount === 'log2' ? 1 / Math.log2(rank + 2) : 1;
      sums[0] += weight * item.ga;
      sums[1] += weight * item.gb;
      sums[2] += item.bad / top.length;
      sums[3] += (item.ga + 1) / top.length;
    });
  }
  const divisor = queries.length * (discount === 'log2' ? 1 : k);
  return [sums[0] / divisor, sums[1] / divisor, sums[2] / queries.length, sums[3] / queries.length];
}

/** Everything about the curve, by looking at every lambda at which any two items of a query meet. */
function oracle(queries, settings) {
  const meetings = new Map();
  let orderings = 0;
  let lists = 0;
  const breaks = new Set();
  for (const items of queries) {
    const own = new Map();
    for (const x of items) {
      for (const y of items) {
        const lead = x.a - y.a;
        const gain = y.b - x.b;
        if (lead > 0 && gain > 0) own.set(lead / (lead + gain), [lead, lead + gain]);
      }
    }
    const names = (order) => order.map((item) => item.row).join();
    const start = ordered(items, [0, 1]);
    const orders = new Set([names(start)]);
    const tops = new Set([names(start.slice(0, settings.k))]);
    let top = names(start.slice(0, settings.k));
    for (const [lambda, fraction] of [...own].sort((x, y) => x[0] - y[0])) {
      meetings.set(lambda, fraction);
      const now = ordered(items, fraction);
      orders.add(names(now));
      const list = names(now.slice(0, settings.k));
      tops.add(list);
      if (list !== top) breaks.add(lambda);
      top = list;
    }
    orderings += orders.size;
    lists += tops.size;
  }
  const all = [[0, 1], ...[...meetings.values()].sort(ascending), [1, 1]];
  const breakpoints = [...breaks].sort((x, y) => x - y);
  // A piece from each breakpoint; the last one is the point 1.
  const begins = [0, ...breakpoints];
  const pieces = begins.map((low, i) => ({ low, high: begins[i + 1] ?? 1, values: measured(queries, low === 0 ? [0, 1] : meetings.get(low), settings) }));
  pieces.push({ low: 1, high: 1, values: measured(queries, [1, 1], settings) });
  return { meetings: all, orderings, lists, breakpoints, pieces };
}

const rounded = (value) => Number(value.toPrecision(13));
// A stretch ends at 1 only where 1 is part of it; one that ends just before it ends at the double before it.
const endOf = (piece) => (piece.low < 1 && piece.high === 1 ? 1 - 2 ** -53 : piece.high);

/** Points of the curve that no other point of it dominates; equal neighbours are one. */
function paretoOf(pieces) {
  const points = [];
  for (const piece of pieces) {
    const [x, y] = piece.values.map(rounded);
    const last = points.at(-1);
    if (last && last.x === x && last.y === y) last.high = endOf(piece);
    else points.push({ low: piece.low, high: endOf(piece), x, y });
  }
  return points.filter((p) => !points.some((o) => o.x >= p.x && o.y >= p.y && (o.x > p.x || o.y > p.y)));
}

/** The area that points dominate above a reference, cell by cell. */
function area(points, [rx, ry]) {
  const xs = [...new Set([rx, ...points.map((p) => p.x).filter((x) => x > rx)])].sort((a, b) => a - b);
  const ys = [...new Set([ry, ...points.map((p) => p.y).filter((y) => y > ry)])].sort((a, b) => a - b);
  let sum = 0;
  for (let i = 1; i < xs.length; i += 1) {
    for (let j = 1; j < ys.length; j += 1) {
      if (points.some((p) => p.x >= xs[i] && p.y >= ys[j])) sum += (xs[i] - xs[i - 1]) * (ys[j] - ys[j - 1]);
    }
  }
  return sum;
}

function stretches(pieces, holds) {
  const found = [];
  let open = false;
  for (const piece of pieces) {
    if (holds(piece) && open) found.at(-1).high = endOf(piece);
    else if (holds(piece)) found.push({ low: piece.low, high: endOf(piece) });
    open = holds(piece);
  }
  return found;
}

/** A random file: ties, several swaps at one lambda, queries of one item, missing values in every column, rows that --where drops. */
function randomFile(next, name) {
  const below = (n) => Math.floor(next() * n);
  const range = [3, 8, 50][below(3)];
  const gaps = below(2) === 0 ? 0 : 0.06;
  const sizes = Array.from({ length: 1 + below(5) }, () => 1 + below(13));
  const query = sizes.flatMap((size, q) => Array.from({ length: size }, () => `q${q}`)).map((q) => [next(), q]).sort((x, y) => x[0] - y[0]).map((pair) => pair[1]);
  const rows = query.map((q) => ({ q, a: below(range) - 1, b: below(range) - 1, ga: below(9) / 8, gb: below(9) / 8 - 0.25, bad: below(3) / 2, keep: below(8) > 0 ? 1 : 0 }));
  rows.push({ q: 'q0', a: 0, b: 0, ga: 0.5, gb: 0.5, bad: 0, keep: 1 });
  for (const row of rows.slice(0, -1)) {
    for (const column of ['q', 'a', 'b', 'ga', 'gb', 'bad']) if (next() < gaps) row[column] = null;
  }
  const columns = ['q', 'a', 'b', 'ga', 'gb', 'bad', 'keep'];
  return { rows, path: file(name, `${columns.join()}\n${rows.map((row) => columns.map((c) => row[c] ?? '').join()).join('\n')}\n`) };
}

/** Which rows are ranked, by query in order of appearance, and how many each reason leaves out. */
function rankedRows(rows, where) {
  const dropped = { query: 0, score: 0, gain: 0, guardrail: 0 };
  const queries = new Map();
  rows.forEach((row, i) => {
    if (where && row.keep !== 1) return;
    if (row.q === null) dropped.query += 1;
    else if (row.a === null || row.b === null) dropped.score += 1;
    else if (row.ga === null || row.gb === null) dropped.gain += 1;
    else if (row.bad === null) dropped.guardrail += 1;
    else queries.set(row.q, [...(queries.get(row.q) ?? []), { ...row, row: i }]);
  });
  return { queries: [...queries.values()], dropped };
}

const readCurve = (name) => {
  const [head, ...rows] = readFileSync(path(name), 'utf8').trim().split('\n').map((line) => line.split(','));
  return rows.map((row) => Object.fromEntries(row.map((text, i) => [head[i], text === 'true' ? true : text === 'false' ? false : Number(text)])));
};

test('ranking again at every breakpoint, between neighbours and at random lambdas gives the same figures', () => {
  const next = draws(5);
  let lambdas = 0;
  for (let repeat = 0; repeat < 150; repeat += 1) {
    const { rows, path: data } = randomFile(next, 'random.csv');
    const settings = { k: 1 + Math.floor(next() * 6), discount: next() < 0.5 ? 'none' : 'log2' };
    const where = next() < 0.4;
    const { queries, dropped } = rankedRows(rows, where);
    const expected = oracle(queries, settings);
    const asked = [...expected.meetings];
    expected.meetings.slice(1).forEach((high, i) => {
      const low = expected.meetings[i];
      asked.push([low[0] * high[1] + high[0] * low[1], 2 * low[1] * high[1]]);
    });
    for (let i = 0; i < 10; i += 1) asked.push([Math.floor(next() * 2 ** 20), 2 ** 20]);
    const at = asked.slice(0, 1000);
    lambdas += at.length;
    // No sum of eighths over at most six shown items and five queries comes as near.
    const most = rounded(next()) + 1e-7;
    const least = 1 + rounded(next() * 0.6) + 1e-7;
    const reference = [rounded(next() * 0.3), rounded(next() * 0.3)];
    const report = json('frontier', data, '--query', 'q', '--objective', 'first=a,ga', '--objective', 'second=b,gb', '--k', `${settings.k}`, '--discount', settings.discount, '--guardrail', `bad: bad <= ${most}`,
      '--guardrail', `good: ga + 1 >= ${least}`, ...(where ? ['--where', 'keep = 1'] : []), '--at', at.map(lambdaOf).join(), '--reference', reference.join(), '--draws', '100', '--out', path('curve.csv'));
    if (repeat < 5) valid(report, 'frontier');
    assert.deepEqual([report.queries, report.items, report.dropped], [queries.length, queries.flat().length, dropped]);
    assert.deepEqual([report.orderings, report.distinct_top_k, report.breakpoints], [expected.orderings, expected.lists, expected.breakpoints.length], `table ${repeat}`);

    const holds = (values) => values[2] <= most && values[3] >= least;
    report.at.forEach((point, i) => {
      const values = measured(queries, at[i], settings);
      const what = `table ${repeat}, lambda ${point.lambda}`;
      assert.equal(point.lambda, lambdaOf(at[i]));
      near(point.metrics.first.value, values[0], what);
      near(point.metrics.second.value, values[1], what);
      near(point.guardrails.bad.value, values[2], what);
      near(point.guardrails.good.value, values[3], what);
      assert.deepEqual([point.guardrails.bad.holds, point.guardrails.good.holds, point.feasible], [values[2] <= most, values[3] >= least, holds(values)], what);
    });

    const curve = readCurve('curve.csv');
    assert.deepEqual(curve.map((row) => [row.lambda_low, row.lambda_high]), expected.pieces.map((piece) => [piece.low, piece.high]));
    const pareto = paretoOf(expected.pieces);
    curve.forEach((row, i) => {
      const { low, values } = expected.pieces[i];
      [row.first, row.second, row.bad, row.good].forEach((value, m) => near(value, values[m], `table ${repeat}, piece ${i}`));
      assert.equal(row.feasible, holds(values));
      assert.equal(row.pareto, pareto.some((point) => point.low <= low && (low < point.high || point.high === 1)), `table ${repeat}, piece ${i}`);
    });
    assert.deepEqual(report.feasible, stretches(expected.pieces, (piece) => holds(piece.values)));
    assert.deepEqual(report.pareto.map((p) => [p.lambda_low, p.lambda_high, rounded(p.metrics.first), rounded(p.metrics.second)]), pareto.map((p) => [p.low, p.high, p.x, p.y]), `table ${repeat}`);
    assert.ok(Math.abs(report.hypervolume - area(pareto, reference)) < 1e-11, `table ${repeat}: ${report.hypervolume}`);
  }
  assert.ok(lambdas > 5000, `${lambdas}`);
});

// ---- Real scores: 60 queries of 25 items.

const next = draws(6);
const columns = ['session', 'quality', 'click', 'rating', 'clicked', 'explicit', 'fresh'];
const feed = Array.from({ length: 60 * 25 }, (_, i) => {
  const quality = next();
  const click = 0.6 * next() + 0.4 * (1 - quality);
  return { session: Math.floor(i / 25), quality, click, rating: Math.floor(5 * (0.6 * quality + 0.4 * next())), clicked: next() < click ? 1 : 0, explicit: next() < 0.3 * click ? 1 : 0, fresh: next() };
});
const csvOf = (rows) => `${columns.join()}\n${rows.map((row) => columns.map((c) => row[c]).join()).join('\n')}\n`;
const good = file('feed.csv', csvOf(feed));
const two = ['--query', 'session', '--objective', 'quality=quality,rating', '--objective', 'engagement=click,clicked'];
const guarded = [...two, '--guardrail', 'explicit: explicit <= 0.12'];

test('valid reports, the same with 1 and 2 threads, with every kind of flag', () => {
  const three = [...two, '--objective', 'fresh=fresh', '--lines', '20'];
  for (const flags of [two, guarded, [...guarded, '--money', 'quality=1', '--money', 'engagement=10', '--current', '0.3'], [...two, '--discount', 'log2', '--k', '3', '--at', '0.5,0.1,0.5'], [...guarded, '--where', 'fresh > 0.5'], [...two, '--sample', '700'],
    [...two, '--k', '1000'], three, [...three, '--guardrail', 'explicit: explicit <= 0.12', '--reference', '1,0.1,0.2']]) {
    const one = json('frontier', good, ...flags, '--threads', '1');
    valid(one, 'frontier');
    assert.deepEqual(withoutTimes(one), withoutTimes(json('frontier', good, ...flags, '--threads', '2')), flags.join(' '));
  }
});

test('--at keeps the order asked, also of a lambda asked twice', () => {
  const report = json('frontier', good, ...two, '--at', '0.9, 0,0.25,0.25,1,1e-3');
  assert.deepEqual(report.at.map((point) => point.lambda), [0.9, 0, 0.25, 0.25, 1, 0.001]);
  assert.deepEqual(report.at[2], report.at[3]);
  assert.deepEqual(json('frontier', good, ...two).at.map((point) => point.lambda), [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
});

test('where rows of a query stand in the file says nothing but for ties', () => {
  const report = withoutTimes(json('frontier', good, ...guarded));
  // Queries appear in the same order, so that also the draws are the same.
  const waves = feed.map((row, i) => [i % 25, row]).sort((x, y) => x[0] - y[0]).map((pair) => pair[1]);
  const interleaved = withoutTimes(json('frontier', file('interleaved.csv', csvOf(waves)), ...guarded));
  const shuffle = draws(9);
  const mixed = withoutTimes(json('frontier', file('mixed.csv', csvOf(feed.map((row) => [shuffle(), row]).sort((x, y) => x[0] - y[0]).map((pair) => pair[1]))), ...guarded));
  const points = (r) => ({ ...r, data: null, command: null, at: r.at.map((point) => [Object.values(point.metrics).map((m) => m.value), point.guardrails.explicit.value]) });
  assert.deepEqual({ ...interleaved, data: null, command: null }, { ...report, data: null, command: null });
  assert.deepEqual(points(mixed), points(report));
});

test('the curve is written as Parquet, CSV and JSON alike, and --out leaves no trace of a run that failed', () => {
  for (const ending of ['csv', 'json', 'parquet']) json('frontier', good, ...guarded, '--out', path(`written.${ending}`));
  assert.deepEqual(JSON.parse(readFileSync(path('written.json'), 'utf8')), readCurve('written.csv'));
  assert.equal(readFileSync(path('written.parquet')).subarray(0, 4).toString(), 'PAR1');
  const rows = json('frontier', path('written.parquet'), '--query', 'pareto', '--objective', 'a=quality', '--objective', 'b=engagement').items;
  assert.equal(rows, readCurve('written.csv').length);
  assert.equal(assay('frontier', good, ...two, '--out', path('failed.csv'), '--where', 'fresh > 2', '--quiet').status, 2);
  assert.ok(!existsSync(path('failed.csv')));
});

test('few queries have Student\'s interval, one has none and says why, alike ones have no width', () => {
  // Gains 0, 1, 2, 3, 4 of five queries with one item: mean 2, standard error sqrt(2.5 / 5), t(0.975, 4) = 2.7764451.
  const five = file('five.csv', `q,a,b,g\n${[0, 1, 2, 3, 4].map((g) => `${g},1,2,${g}`).join('\n')}\n`);
  const metrics = ['--query', 'q', '--objective', 'one=a,g', '--objective', 'two=b,b', '--k', '1', '--at', '0.5'];
  const report = json('frontier', five, ...metrics);
  const { value, low, high } = report.at[0].metrics.one;
  assert.equal(value, 2);
  assert.ok(Math.abs(high - (2 + 2.7764451 * Math.sqrt(0.5))) < 1e-6 && Math.abs(low - (2 - 2.7764451 * Math.sqrt(0.5))) < 1e-6, `${low} ${high}`);
  assert.deepEqual([report.at[0].metrics.two.low, report.at[0].metrics.two.high], [null, null]);
  assert.notEqual(report.at[0].metrics.two.reason, '');
  assert.deepEqual([report.orderings, report.distinct_top_k, report.breakpoints, report.pareto.length], [5, 5, 0, 1]);
  const single = json('frontier', five, ...metrics, '--where', 'q = 3');
  valid(single, 'frontier');
  assert.deepEqual([single.queries, single.at[0].metrics.one.low], [1, null]);
  assert.match(single.at[0].metrics.one.reason, /one query alone has no scatter/);
});

test('money: the difference to the current lambda, and where its sign is certain', () => {
  const report = json('frontier', good, ...two, '--at', Array.from({ length: 201 }, (_, i) => i / 200).join(), '--money', 'quality=2', '--money', 'engagement=30', '--current', '0');
  const amount = (point) => 2 * point.metrics.quality.value + 30 * point.metrics.engagement.value;
  const now = amount(report.at[0]);
  assert.equal(report.money.at.length, 201);
  report.money.at.forEach((point, i) => {
    assert.ok(Math.abs(point.difference.value - (amount(report.at[i]) - now)) < 1e-12);
    const within = (ranges) => ranges.some((range) => range.low <= point.lambda && point.lambda <= range.high);
    assert.equal(within(report.money.more), point.difference.low > 0, `${point.lambda}`);
    assert.equal(within(report.money.less), point.difference.high !== null && point.difference.high < 0, `${point.lambda}`);
  });
  assert.equal(report.money.at[0].difference.value, 0);
  assert.ok(report.money.more.length > 0 && report.money.more[0].low > 0, JSON.stringify(report.money.more));
  assert.match(report.summary, /More money than at lambda 0 is certain for lambda/);
});

// ---- Three objectives.

const blendedTop = (items, weights, k) => [...items].sort((x, y) => weights.reduce((sum, w, i) => sum + w * (y[['quality', 'click', 'fresh'][i]] - x[['quality', 'click', 'fresh'][i]]), 0)).slice(0, k);

test('three objectives: what the search found is true, and no worse than each edge alone', () => {
  const names = ['quality', 'engagement', 'fresh'];
  const report = json('frontier', good, ...two, '--objective', 'fresh=fresh', '--guardrail', 'explicit: explicit <= 0.12', '--k', '5', '--lines', '30');
  assert.deepEqual([report.lines, report.at, report.feasible, report.money, report.orderings], [30, [], [], null, -1]);
  assert.match(report.summary, /not exhaustive/);
  const sessions = Array.from({ length: 60 }, (_, s) => feed.filter((row) => row.session === s));
  const vector = (point) => names.map((name) => point.metrics[name]);
  report.pareto.forEach((point, i) => {
    assert.ok(Math.abs(names.reduce((sum, name) => sum + point.weights[name], 0) - 1) < 1e-12);
    if (i % 20 !== 0) return;
    const sums = [0, 0, 0, 0];
    for (const items of sessions) {
      for (const item of blendedTop(items, names.map((name) => point.weights[name]), 5)) [item.rating, item.clicked, item.fresh, item.explicit].forEach((value, m) => { sums[m] += value / 5 / 60; });
    }
    vector(point).forEach((value, m) => assert.ok(Math.abs(value - sums[m]) < 1e-12, `${JSON.stringify(point)} ${sums}`));
    assert.equal(point.feasible, sums[3] <= 0.12);
  });
  const points = report.pareto.map(vector);
  const dominates = (x, y) => x.every((v, i) => v >= y[i]) && x.some((v, i) => v > y[i]);
  assert.ok(!points.some((x) => points.some((y) => dominates(x, y))));
  // Both ends of every edge are covered.
  for (const item of ['quality', 'click', 'fresh']) {
    const weights = ['quality', 'click', 'fresh'].map((name) => (name === item ? 1 : 0));
    const sums = [0, 0, 0];
    for (const items of sessions) for (const shown of blendedTop(items, weights, 5)) [shown.rating, shown.clicked, shown.fresh].forEach((value, m) => { sums[m] += value / 5 / 60; });
    assert.ok(points.some((x) => x.every((v, m) => v >= sums[m] - 1e-12)), item);
  }
});

// ---- People.

test('a terminal gets the finding, a picture, figures with intervals and what to do next, in 80 columns', () => {
  for (const flags of [guarded, [...two, '--objective', 'fresh=fresh', '--lines', '10']]) {
    const run = assay('frontier', good, ...flags, '--quiet');
    assert.equal(run.status, 0, run.stderr);
    assert.match(run.stdout, /What quality(, engagement)? and (engagement|fresh) give and take/);
    assert.match(run.stdout, /Next: /);
    for (const line of run.stdout.split('\n')) assert.ok([...line].length <= 80, line);
  }
  const text = assay('frontier', good, ...guarded, '--quiet').stdout;
  assert.match(text, /└─{20}/);
  assert.match(text, /\d \(\d\S* to \d/);
  assert.match(text, /guardrail 'explicit' holds/);
});

test('--help teaches with examples', () => {
  const run = assay('frontier', '--help');
  assert.equal(run.status, 0);
  assert.match(run.stdout, /Examples:\n {2}assay frontier .*--query/);
  for (const flag of ['--query', '--objective', '--guardrail', '--k', '--discount', '--at', '--reference', '--out', '--money', '--current', '--lines', '--json']) assert.ok(run.stdout.includes(flag), flag);
});

mkdirSync(path('folder.csv'));
const twice = ['--query', 'session', '--objective', 'a=quality', '--objective', 'a=click'];
const quality = ['--query', 'session', '--objective', 'quality=quality,rating'];
for (const [what, words, message] of [
  ['no query', [good, ...two.slice(2)], /--query is required/],
  ['one objective', [good, ...quality], /--objective: give two or more, each NAME=SCORE\[,GAIN\]/],
  ['no objective', [good, '--query', 'session'], /--objective/],
  ['an unknown query', [good, '--query', 'sesion', ...two.slice(2)], /--query.*Did you mean 'session'/],
  ['an unknown score', [good, ...quality, '--objective', 'b=clik,clicked'], /--objective 'b'.*Did you mean 'click'/],
  ['an unknown gain', [good, ...quality, '--objective', 'b=click,cliked'], /--objective 'b'.*Did you mean 'clicked'/],
  ['an unknown column of a guardrail', [good, ...two, '--guardrail', 'g: explict <= 1'], /--guardrail 'g'.*Did you mean 'explicit'/],
  ['a name that stands twice', [good, ...twice], /--objective: the name 'a' stands twice/],
  ['a guardrail with the name of an objective', [good, ...two, '--guardrail', 'quality: explicit <= 1'], /--guardrail: the name 'quality' stands twice/],
  ['an objective without a score', [good, ...quality, '--objective', 'b='], /'b=' is no NAME=SCORE\[,GAIN\]/],
  ['an objective without a name', [good, ...quality, '--objective', '=click'], /'=click' is no NAME=SCORE/],
  ['an objective without an equals sign', [good, ...quality, '--objective', 'click'], /'click' is no NAME=SCORE/],
  ['an objective with two gains', [good, ...quality, '--objective', 'b=click,clicked,rating'], /is no NAME=SCORE\[,GAIN\]/],
  ['an objective with an empty gain', [good, ...quality, '--objective', 'b=click,'], /is no NAME=SCORE\[,GAIN\]/],
  ['a guardrail without a name', [good, ...two, '--guardrail', 'explicit <= 0.1'], /'explicit <= 0.1' is no 'NAME: EXPR <= X'/],
  ['a guardrail without a bound', [good, ...two, '--guardrail', 'g: explicit'], /is no 'NAME: EXPR <= X'/],
  ['a guardrail whose bound is no number', [good, ...two, '--guardrail', 'g: explicit <= rating'], /is no 'NAME: EXPR <= X'/],
  ['a guardrail with another comparison', [good, ...two, '--guardrail', 'g: explicit < 0.1'], /is no 'NAME: EXPR <= X' \(or >=\)/],
  ['a guardrail that is no expression', [good, ...two, '--guardrail', 'g: explicit + <= 0.1'], /--guardrail 'g'/],
  ['a text as a score', [file('text.csv', `session,quality,rating,click,kind\n${Array.from({ length: 20 }, (_, i) => `1,${i},1,${i},${'ab'[i % 2]}`).join('\n')}\n`), ...quality, '--objective', 'b=kind,rating'], /--objective 'b': 'kind' is a category, expected a number or a condition/],
  ['a score beyond 1e100', [file('huge.csv', 'session,quality,rating,click\n1,1,1,1\n1,2,1,-1e101\n'), ...quality, '--objective', 'b=click'], /--objective 'b': row 2 has the value -1e\+101, beyond 1e100 in size/],
  ['a gain beyond 1e100', [file('gain.csv', 'session,quality,rating,click\n1,1,1e200,1\n1,2,1,1\n'), ...quality, '--objective', 'b=click'], /--objective 'quality': row 1 has the value 1e\+200/],
  ['a lambda above 1', [good, ...two, '--at', '0.5,1.5'], /--at: 1.5 is no lambda, which lies between 0 and 1/],
  ['a lambda below 0', [good, ...two, '--at=-0.1'], /--at: -0.1 is no lambda/],
  ['a lambda that is no number', [good, ...two, '--at', '0.5;0.7'], /--at: '0.5;0.7' is no list of numbers/],
  ['an empty list of lambdas', [good, ...two, '--at', ''], /--at/],
  ['1,001 lambdas', [good, ...two, '--at', Array.from({ length: 1001 }, (_, i) => i / 1000).join()], /--at: 1,001 lambdas are more than the 1,000/],
  ['a reference of one number', [good, ...two, '--reference', '0'], /--reference: expected one number per objective \(2\), not 1/],
  ['no ranks', [good, ...two, '--k', '0'], /--k/],
  ['an unknown discount', [good, ...two, '--discount', 'ln'], /--discount.*none.*log2/],
  ['money of an unknown objective', [good, ...two, '--money', 'qualty=2'], /--money: there is no objective 'qualty'. Did you mean 'quality'/],
  ['money without an amount', [good, ...two, '--money', 'quality'], /--money: 'quality' is no NAME=AMOUNT/],
  ['money twice', [good, ...two, '--money', 'quality=1', '--money', 'quality=2'], /--money: 'quality' stands twice/],
  ['a current lambda outside', [good, ...two, '--money', 'quality=1', '--current', '3'], /--current: 3 is no lambda, which lies between 0 and 1/],
  ['a current lambda without money', [good, ...two, '--current', '0.2'], /--current is the lambda that --money compares with/],
  ['--at with three objectives', [good, ...two, '--objective', 'fresh=fresh', '--at', '0.5'], /--at is for two objectives/],
  ['--out with three objectives', [good, ...two, '--objective', 'fresh=fresh', '--out', path('x.csv')], /--out is for two objectives/],
  ['--lines with two objectives', [good, ...two, '--lines', '5'], /--lines is for three or more objectives/],
  ['an ending that says nothing', [good, ...two, '--out', path('x.xyz')], /x.xyz: its ending does not say what to write/],
  ['a file that cannot be written', [good, ...two, '--out', path('folder.csv')], /--out.*folder.csv/],
  ['the data as --out', [good, ...two, '--out', join(folder, '.', 'feed.csv')], /--out: .*feed.csv is the data itself/],
  ['names of the curve\'s own columns', [good, '--query', 'session', '--objective', 'feasible=quality', '--objective', 'b=click', '--out', path('x.csv')], /--out: 'feasible' is a column of the curve/],
  ['a where that is no condition', [good, ...two, '--where', 'rating'], /--where: 'rating' is a number, expected a condition/],
  ['a where that keeps nothing', [good, ...two, '--where', 'rating > 100'], /--where: 'rating > 100' keeps no row/],
  ['a file with a head only', [file('head.csv', `${columns.join()}\n`), ...two], /head.csv/],
  ['an empty file', [file('empty.csv', ''), ...two], /empty.csv/],
  ['a file that is not there', [path('none.csv'), ...two], /none.csv/],
  ['a folder', [folder, ...two], /is a folder/],
  ['nothing left to rank', [file('gaps.csv', 'session,quality,rating,click\n1,,1,1\n1,2,1,\n,3,1,2\n'), ...quality, '--objective', 'b=click'], /no row is left to rank: 1 without a query, 2 without a score/],
  ['too little memory', [good, ...two, '--memory', '1MB'], /memory/i],
]) {
  test(`refused: ${what}`, () => {
    const before = readFileSync(good);
    const run = assay('frontier', ...words, '--quiet');
    assert.equal(run.status, 2, run.stdout.slice(0, 300) + run.stderr);
    assert.match(run.stderr.replace(/\n/g, ' '), message);
    assert.equal(run.stdout, '');
    assert.deepEqual(readFileSync(good), before);
  });
}

// Lists as long as their query change at nearly every swap of two items, of which 40,000 items have hundreds of millions.
const long = (() => {
  const value = draws(12);
  return file('long.csv', `q,a,b\n${Array.from({ length: 40_000 }, () => `1,${value().toFixed(9)},${value().toFixed(9)}`).join('\n')}\n`);
})();
const longest = ['frontier', long, '--query', 'q', '--objective', 'one=a', '--objective', 'two=b', '--k', '1000000'];

test('a long sweep shows its progress and stops on request, within a query, with nothing printed', async () => {
  const child = spawn(program, longest, { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => { out += text; });
  child.stderr.on('data', (text) => { err += text; });
  const ended = new Promise((resolve) => { child.on('close', resolve); });
  const begun = Date.now();
  while (!/frontier/.test(err) && Date.now() - begun < 60_000) await new Promise((resolve) => { setTimeout(resolve, 100); });
  assert.match(err, /frontier/);
  child.kill('SIGINT');
  assert.equal(await ended, 130, err);
  assert.equal(out, '');
  assert.match(err, /stopped/);
});
