// assay change from outside: what adds up, what is found, what is noise, what is refused.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { assay as run, dayOf, draws, json as report, scratchFolder, valid } from './support.mjs';

const folder = scratchFolder('change');
const path = (name) => join(folder, name);
const assay = (...words) => run(...words, '--quiet');
const json = (...words) => report(...words, '--quiet');
const normal = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const table = (rows) => `${Object.keys(rows[0]).join(',')}\n${rows.map((row) => Object.values(row).join(',')).join('\n')}\n`;

// 60 days; after the 30th orders of 'web' by 'paid' are worth more. Days share a shock.
const random = draws(2026);
const orders = [];
for (let day = 0; day < 60; day += 1) {
  const shock = normal(random);
  for (let i = 0; i < 150; i += 1) {
    const row = { day: dayOf(2024, day), country: ['DE', 'FR', 'IT', 'ES'][Math.floor(random() * 4)], source: random() < 0.6 ? 'free' : 'paid', device: ['web', 'phone'][Math.floor(random() * 2)], age: 18 + Math.floor(random() * 60) };
    row.revenue = (20 + shock + 4 * normal(random) + (day >= 30 && row.source === 'paid' && row.device === 'web' ? 8 : 0)).toFixed(3);
    row.weight = (1 + random()).toFixed(3);
    row.visit = i % 3 === 0 ? 1 : 0;
    orders.push(row);
  }
}
writeFileSync(path('orders.csv'), table(orders));
const sides = ['--before', "day < '2024-01-31'", '--after', "day >= '2024-01-31'", '--time', 'day'];
const change = (metric, ...more) => json('change', path('orders.csv'), '--metric', metric, ...sides, ...more);

function addsUp(r) {
  const sum = r.parts.reduce((total, part) => total + part.contribution, 0) + r.unexplained;
  assert.ok(Math.abs(sum - r.total.change) <= 1e-9 * Math.max(Math.abs(r.total.change), 1e-12), `${sum} is not ${r.total.change}`);
  assert.ok(Math.abs(r.total.after - r.total.before - r.total.change) <= 1e-9 * Math.abs(r.total.after));
  for (const part of r.parts) assert.ok(Math.abs(part.mix + part.rate - part.contribution) <= 1e-9 * Math.max(1, Math.abs(part.contribution)), part.text);
  if (r.metrics.length === 0) assert.ok(Math.abs(r.total.mix + r.total.rate - r.total.change) <= 1e-9 * Math.max(1, Math.abs(r.total.change)));
}

for (const metric of ['avg(revenue)', 'sum(revenue)', 'sum(revenue)/sum(weight)', 'sum(revenue > 25)/count()', 'count()']) {
  test(`${metric}: parts and what is left add up to the change`, () => {
    const r = change(metric);
    valid(r, 'change');
    addsUp(r);
    for (const f of r.features) assert.ok(Math.abs(f.mix + f.rate - r.total.change) <= 1e-9 * Math.abs(r.total.change) + 1e-12, f.feature);
  });
}

test('the planted cause is found, with its conditions, its interval and its q', () => {
  const r = change('avg(revenue)');
  assert.equal(r.parts.length, 1, r.answer);
  const [part] = r.parts;
  assert.deepEqual(part.predicates.map((p) => [p.feature, p.op, p.value, p.low, p.high]), [['source', '=', 'paid', null, null], ['device', '=', 'web', null, null]]);
  assert.equal(part.text, 'source = paid and device = web');
  assert.ok(part.q_value < 0.001 && part.low > 1 && part.high < 2.2 && part.low <= part.estimate && part.estimate <= part.high, JSON.stringify(part));
  assert.ok(part.rate > 1 && Math.abs(part.mix) < 0.2);
  assert.equal(part.outside_earlier_parts, false);
  assert.equal(r.tested, true);
  assert.match(r.unit_of_noise, /by day \(day; 30 before, 30 after\)/);
});

test('a range of a number is a part too', () => {
  const rows = orders.map((row, i) => ({ ...row, revenue: (20 + (row.age >= 40 && row.age < 60 && row.day >= '2024-01-31' ? 5 : 0) + ((i * 7919) % 100) / 50).toFixed(3) }));
  writeFileSync(path('ages.csv'), table(rows));
  const r = json('change', path('ages.csv'), '--metric', 'avg(revenue)', ...sides, '--features', 'age,country');
  const range = r.parts[0].predicates[0];
  assert.deepEqual([range.feature, range.op, range.value], ['age', 'range', null]);
  assert.ok(Math.abs(range.low - 40) <= 6 && Math.abs(range.high - 60) <= 6, range.text);
  addsUp(r);
});

test('nothing but noise is said to be noise', () => {
  const noise = draws(7);
  const rows = orders.map((row) => ({ ...row, revenue: (20 + 5 * normal(noise)).toFixed(3) }));
  writeFileSync(path('noise.csv'), table(rows));
  const r = json('change', path('noise.csv'), '--metric', 'avg(revenue)', ...sides);
  assert.deepEqual(r.parts, []);
  assert.ok(r.total.low < 0 && r.total.high > 0);
  assert.match(r.answer, /within noise.*nothing to explain/);
  assert.match(r.unexplained_text, /too noisy to explain: 100 %/);
  assert.equal(r.unexplained, r.total.change);
});

test("mix and rate of Kitagawa's kind, and the reversal", () => {
  // Weights .5/.5 to .3/.7, rates .10/.02 to .11/.03.
  const rows = [];
  const add = (side, group, of, yes) => {
    for (let i = 0; i < of; i += 1) rows.push({ side, group, other: i % 2, late: i < yes ? 1 : 0 });
  };
  add(0, 'a', 5000, 500);
  add(0, 'b', 5000, 100);
  add(1, 'a', 3000, 330);
  add(1, 'b', 7000, 210);
  writeFileSync(path('reversal.csv'), table(rows));
  const r = json('change', path('reversal.csv'), '--metric', 'avg(late)', '--before', 'side = 0', '--after', 'side = 1', '--features', 'group,other');
  const group = r.features.find((f) => f.feature === 'group');
  assert.ok(Math.abs(group.mix + 0.016) < 1e-12 && Math.abs(group.rate - 0.01) < 1e-12, JSON.stringify(group));
  assert.ok(Math.abs(r.total.change + 0.006) < 1e-12);
  assert.deepEqual([r.total.mix_by, r.total.mix, r.total.rate], ['group', group.mix, group.rate]);
  assert.equal(group.reversal, true);
  assert.match(group.text, /within every value of 'group' it rose/);
  assert.equal(r.features.find((f) => f.feature === 'other').reversal, false);
  assert.match(r.answer, /A reversal/);
  addsUp(r);
});

test('the same from four rows of counts: nothing can be tested, the values of the column add up', () => {
  writeFileSync(path('four.csv'), 'side,group,rides,late\n0,a,5000,500\n0,b,5000,100\n1,a,3000,330\n1,b,7000,210\n');
  const r = json('change', path('four.csv'), '--metric', 'sum(late)/sum(rides)', '--before', 'side = 0', '--after', 'side = 1');
  assert.equal(r.tested, false);
  assert.deepEqual(r.parts.map((p) => p.text).sort(), ['group = a', 'group = b']);
  const near = (a, b) => Math.abs(a - b) < 1e-12;
  assert.ok(near(r.total.mix, -0.016) && near(r.total.rate, 0.01) && near(r.total.change, -0.006), JSON.stringify(r.total));
  valid(r, 'change');
  addsUp(r);
});

test('too few days: parts without intervals, and it is said that nothing was tested', () => {
  const r = json('change', path('orders.csv'), '--metric', 'avg(revenue)', '--before', "day between '2024-01-26' and '2024-01-30'", '--after', "day between '2024-01-31' and '2024-02-04'", '--time', 'day');
  assert.equal(r.tested, false);
  assert.match(r.answer, /Nothing was tested, because noise between blocks cannot be told from 5 on a side; it takes 8/);
  for (const part of r.parts) {
    assert.deepEqual([part.low, part.high, part.q_value], [null, null, null]);
    assert.match(part.reason, /it takes 8/);
  }
  valid(r, 'change');
  addsUp(r);
});

test('the same bytes with 1 and 2 threads; rows in another order give the same parts', () => {
  const text = (...more) => {
    const r = change('sum(revenue)/sum(weight)', ...more);
    delete r.timing;
    return JSON.stringify(r);
  };
  assert.equal(text('--threads', '1'), text('--threads', '2'));
  writeFileSync(path('reversed.csv'), table([...orders].reverse()));
  const [a, b] = ['orders.csv', 'reversed.csv'].map((file) => json('change', path(file), '--metric', 'sum(revenue)', ...sides));
  assert.ok(Math.abs(a.total.change - b.total.change) < 1e-6 * Math.abs(a.total.change));
});

test('missing values are counted and left out; days of different number are noted', () => {
  writeFileSync(path('missing.csv'), table(orders.map((row, i) => ({ ...row, revenue: i % 10 === 0 ? '' : row.revenue }))));
  const r = json('change', path('missing.csv'), '--metric', 'sum(revenue)', '--before', "day < '2024-01-21'", '--after', "day >= '2024-01-31'", '--time', 'day');
  assert.ok(r.header === undefined && r.data.notes.some((n) => /rows left out, because 'sum\(revenue\)' has no value there \(300 before, 450 after\)/.test(n)), r.data.notes.join('\n'));
  assert.ok(r.data.notes.some((n) => /before spans 20 days, after 30/.test(n)));
});

test('a column that tells the sides apart describes no parts', () => {
  const r = change('avg(revenue)', '--features', 'source,device,month(day)');
  assert.ok(r.data.notes.some((n) => /'month\(day\)' describes no parts: its values tell the two sides apart/.test(n)) || r.features.length === 3, r.data.notes.join('\n'));
});

test('for people: a waterfall that says it in words', () => {
  const shown = assay('change', path('orders.csv'), '--metric', 'avg(revenue)', ...sides);
  assert.equal(shown.status, 0, shown.stderr);
  for (const line of [/Why avg\(revenue\) moved/, /source = paid and\s+device = web/, /before .*█/, /after .*█/, /More of them, or another level\?/]) assert.match(shown.stdout.replace(/\n +/g, ' '), line);
});

// A project: revenue = orders x conversion x basket.
mkdirSync(path('shop'));
writeFileSync(path('shop/orders.csv'), table(orders));
const charter = (metrics) => `[project]\nname = "Shop"\n\n[data]\nsource = "orders.csv"\ntime = "day"\n\n${metrics.map(([name, is]) => `[[metrics]]\nname = "${name}"\nis = "${is}"\n`).join('\n')}`;
writeFileSync(path('shop/assay.toml'), charter([['revenue', 'visits * conversion * basket'], ['visits', 'count()'], ['conversion', 'avg(visit)'], ['basket', 'sum(revenue * visit)/sum(visit)']]));
const tree = (...more) => json('change', path('shop'), '--before', "day < '2024-01-31'", '--after', "day >= '2024-01-31'", ...more);

test('a tree of metrics is divided exactly, each leaf by rows', () => {
  const r = tree();
  valid(r, 'change');
  assert.equal(r.metric, 'revenue');
  const leaves = r.metrics.filter((m) => m.leaf);
  assert.deepEqual(leaves.map((m) => m.name), ['visits', 'conversion', 'basket']);
  const sum = leaves.reduce((total, m) => total + m.contribution, 0);
  assert.ok(Math.abs(sum - r.total.change) < 1e-9 * Math.abs(r.total.change), `${sum} ${r.total.change}`);
  assert.ok(leaves.find((m) => m.name === 'basket').share > 0.9);
  addsUp(r);
  assert.ok(r.parts.some((part) => part.metric === 'basket' && part.text === 'source = paid and device = web'), JSON.stringify(r.parts.map((p) => [p.metric, p.text])));
});

test('one metric of the tree, or one of the data', () => {
  assert.equal(tree('--metric', 'basket').metrics.length, 1);
  assert.equal(tree('--metric', 'avg(age)').metrics.length, 0);
});

test('a project states its data in the charter, not by flags', () => {
  const refused = assay('change', path('shop'), ...sides);
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /--time: .* is a project, whose data is described in its assay.toml/);
});

test('days that resemble their neighbours are joined to runs, and the report says so', () => {
  const drawn = draws(11);
  let level = 0;
  const rows = [];
  for (let day = 0; day < 80; day += 1) {
    level = 0.8 * level + normal(drawn);
    for (let i = 0; i < 40; i += 1) rows.push({ day: dayOf(2024, day), group: i % 4, value: (10 + level + 0.5 * normal(drawn)).toFixed(3) });
  }
  writeFileSync(path('series.csv'), table(rows));
  const r = json('change', path('series.csv'), '--metric', 'avg(value)', '--before', "day < '2024-02-10'", '--after', "day >= '2024-02-10'", '--time', 'day');
  assert.match(r.unit_of_noise, /40 before, 40 after\); that of the metric itself in runs of [345], because neighbouring ones resemble each other \(autocorrelation 0\.[5-9]/);
  valid(r, 'change');
});

// Users on both sides; what happens on a day happens to all users of a group.
test('with unit and time what rows of a day share is noise as well', () => {
  const drawn = draws(5);
  const rows = [];
  for (let day = 0; day < 28; day += 1) {
    const shock = [0, 1, 2, 3].map(() => normal(drawn));
    for (let i = 0; i < 200; i += 1) {
      const group = Math.floor(drawn() * 4);
      rows.push({ day: dayOf(2024, day), user: Math.floor(drawn() * 1500), group: `g${group}`, value: (10 + shock[group] + normal(drawn)).toFixed(3) });
    }
  }
  writeFileSync(path('users.csv'), table(rows));
  const words = ['change', path('users.csv'), '--metric', 'avg(value)', '--before', "day < '2024-01-15'", '--after', "day >= '2024-01-15'", '--features', 'group', '--unit', 'user'];
  const both = json(...words, '--time', 'day');
  assert.match(both.unit_of_noise, /^by day \(day; 14 before, 14 after\), because rows of one day share more noise than those of one unit \(user\)/);
  assert.deepEqual(both.parts, []);
  const alone = json(...words);
  assert.match(alone.unit_of_noise, /^by unit \(user; /);
  const width = (r) => r.total.high - r.total.low;
  assert.ok(width(both) > 2 * width(alone), `${width(both)} against ${width(alone)}`);
});

test('times that are missing, or that add nothing, are told of', () => {
  const rows = orders.map((row, i) => ({ ...row, user: i % 700, at: i % 2 === 0 ? '' : row.day }));
  writeFileSync(path('timeless.csv'), table(rows));
  const words = ['change', path('timeless.csv'), '--metric', 'avg(revenue)', '--before', "day < '2024-01-31'", '--after', "day >= '2024-01-31'", '--features', 'source,device'];
  const half = json(...words, '--unit', 'user', '--time', 'at');
  assert.ok(half.data.notes.includes('4,500 rows have no time: noise is measured by unit alone (--time)'), half.data.notes.join('\n'));
  assert.match(half.unit_of_noise, /^by unit \(user; /);
  const stretches = json(...words, '--unit', 'date(day)', '--time', 'day');
  assert.ok(stretches.data.notes.some((note) => /--time adds nothing/.test(note)), stretches.data.notes.join('\n'));
});

test('a sum whose shares hide it is explained by its mean, and a note says so', () => {
  const drawn = draws(3);
  const rows = [];
  for (let day = 0; day < 48; day += 1) {
    for (let i = 0; i < 100; i += 1) {
      const kind = 'abcde'[Math.floor(drawn() * 5)];
      rows.push({ day: dayOf(2024, day), kind, value: ((10 + normal(drawn)) * (kind === 'b' && day >= 24 ? 1.1 : 1)).toFixed(3) });
    }
  }
  writeFileSync(path('sums.csv'), table(rows));
  const r = json('change', path('sums.csv'), '--metric', 'sum(value)', '--before', "day < '2024-01-25'", '--after', "day >= '2024-01-25'", '--time', 'day');
  assert.deepEqual(r.parts.map((part) => part.text), ['kind = b'], r.answer);
  assert.ok(r.data.notes.some((note) => /no share of sum\(value\) moved beyond noise.*whose mean moved/.test(note)), r.data.notes.join('\n'));
  addsUp(r);
});

for (const [name, words, says] of [
  ['values too small for their squares', ['--metric', 'avg(revenue * 1e-200)', ...sides], "--metric: no value of 'avg(revenue * 1e-200)' is larger than"],
  ['no metric', ['--metric', 'revenue', ...sides], "--metric: 'revenue' is no metric; write sum(revenue), avg(revenue)"],
  ['none given', [...sides], '--metric is missing'],
  ['no before', ['--metric', 'avg(revenue)', '--after', "day >= '2024-01-31'"], '--before is missing'],
  ['no after', ['--metric', 'avg(revenue)', '--before', "day >= '2024-01-31'"], '--after is missing'],
  ['an unknown column', ['--metric', 'avg(revenu)', ...sides], "Did you mean 'revenue'"],
  ['an unknown column of the features', ['--metric', 'avg(revenue)', ...sides, '--features', 'county'], "--features: there is no column 'county'. Did you mean 'country'"],
  ['an unknown column to exclude', ['--metric', 'avg(revenue)', ...sides, '--exclude', 'county'], '--exclude'],
  ['a text as a metric', ['--metric', 'avg(country)', ...sides], "--metric: 'country' is a category"],
  ['a condition that is none', ['--metric', 'avg(revenue)', '--before', 'country', '--after', 'age > 3'], "--before: 'country' is a category"],
  ['overlap', ['--metric', 'avg(revenue)', '--before', "day <= '2024-01-31'", '--after', "day >= '2024-01-31'"], 'overlap: 150 rows fit both, the first is row 4501'],
  ['nothing before', ['--metric', 'avg(revenue)', '--before', "day < '2020-01-01'", '--after', "day >= '2024-01-31'"], '--before: no row of'],
  ['nothing after', ['--metric', 'avg(revenue)', '--before', "day < '2024-01-31'", '--after', 'age > 200'], '--after: no row of'],
  ['a denominator of 0', ['--metric', 'sum(revenue)/sum(age > 200)', ...sides], 'the denominator sums to 0 before'],
  ['no value', ['--metric', 'avg(age / 0)', ...sides], "'avg(age / 0)' has no value in any row before"],
  ['a value beyond all bounds', ['--metric', 'avg(revenue * 1e60)', ...sides], '--metric: row 1 has the value'],
  ['a depth of 4', ['--metric', 'avg(revenue)', ...sides, '--depth', '4'], '--depth'],
  ['a time that is none', ['--metric', 'avg(revenue)', '--before', 'age < 30', '--after', 'age >= 30', '--time', 'country'], '--time'],
  ['no features', ['--metric', 'avg(revenue)', '--before', 'age < 30', '--after', 'age >= 30', '--features', 'age >= 30'], 'no column is left'],
]) {
  test(`refused: ${name}`, () => {
    const refused = assay('change', path('orders.csv'), ...words);
    assert.equal(refused.status, 2, refused.stdout);
    assert.ok(refused.stderr.includes(says), refused.stderr);
    assert.equal(refused.stdout, '');
  });
}

for (const [name, metrics, says] of [
  ['a circle', [['a', 'b * 2'], ['b', 'a + 1']], 'go round in a circle'],
  ['an unknown name', [['revenue', 'visit * 2'], ['visits', 'count()']], "speaks of 'visit', which is no metric. Did you mean 'visits'"],
  ['a division by 0', [['rate', 'a / b'], ['a', 'sum(revenue)'], ['b', 'sum(age > 200)']], "'rate' has no value"],
  ['no metrics', [], 'there are no [[metrics]]'],
]) {
  test(`a charter with ${name} is refused`, () => {
    mkdirSync(path(name));
    writeFileSync(join(path(name), 'orders.csv'), table(orders.slice(0, 9000)));
    writeFileSync(join(path(name), 'assay.toml'), charter(metrics));
    const refused = assay('change', path(name), '--before', "day < '2024-01-31'", '--after', "day >= '2024-01-31'");
    assert.equal(refused.status, 2, refused.stdout);
    assert.ok(refused.stderr.includes(says), refused.stderr);
  });
}
