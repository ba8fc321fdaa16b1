// assay ope from outside: published reference values, the guard, every form of a policy, messages, the same bytes with 1 and 2 threads.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';

import { assay, draws, json, scratchFolder, valid } from './support.mjs';

const folder = scratchFolder('ope');
const file = (name, text) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const shared = new URL('../../shared/data/', import.meta.url).pathname;
const needs = (name) => (existsSync(join(shared, name)) ? {} : { skip: `SKIPPED: needs ${name} of the shared data, which is not beside this tree` });
const by = (report, name) => report.estimates.find((e) => e.name === name);
const near = (value, expected, slack, what) => assert.ok(Math.abs(value - expected) <= slack, `${what}: ${value}, expected ${expected}`);
const withoutTiming = (report) => {
  delete report.timing;
  return report;
};

// Two contexts, three actions; the reward of an action depends on the context. `rows` decisions of a policy that leans to one action of each context.
const actions = ['north', 'east', 'south'];
const world = {
  logged: { day: [0.6, 0.3, 0.1], night: [0.2, 0.2, 0.6] },
  target: { day: [0.1, 0.8, 0.1], night: [0.8, 0.1, 0.1] },
  reward: { day: [0.2, 0.5, 0.3], night: [0.4, 0.1, 0.2] },
};
function logOf(rows, seed) {
  const draw = draws(seed);
  return Array.from({ length: rows }, () => {
    const context = draw() < 0.5 ? 'day' : 'night';
    const u = draw();
    const [a, b] = world.logged[context];
    const action = u < a ? 0 : u < a + b ? 1 : 2;
    return { context, item: actions[action], p: world.logged[context][action], t: world.target[context][action], click: draw() < world.reward[context][action] ? 1 : 0 };
  });
}
const csv = (rows) => `${Object.keys(rows[0]).join(',')}\n${rows.map((row) => Object.values(row).join(',')).join('\n')}\n`;
const log = logOf(3000, 1);
const path = file('log.csv', csv(log));
const flags = ['--reward', 'click', '--propensity', 'p', '--action', 'item'];
const expression = "case when context = 'day' and item = 'east' or context = 'night' and item = 'north' then 0.8 else 0.1 end";

test('Open Bandit Dataset, men, logged by Thompson sampling, evaluated for the uniform policy: the reference values', needs('obd_bts_men.csv.gz'), () => {
  const report = json('ope', join(shared, 'obd_bts_men.csv.gz'), '--reward', 'click', '--propensity', 'propensity_score', '--action', 'item_id', '--position', 'position', '--target-policy', 'uniform', '--features', 'user_feature_0,user_feature_1');
  valid(report, 'ope');
  assert.equal(report.rows, 10000);
  assert.equal(report.actions, 34);
  near(by(report, 'ipw').value, 0.003008626, 5e-10, 'IPW');
  near(by(report, 'snipw').value, 0.003189423, 5e-10, 'SNIPW');
  near(by(report, 'ipw').standard_error, 0.000773935, 5e-10, 'standard error');
  near(report.mean_weight, 0.943314, 5e-7, 'mean weight');
  near(report.max_weight, 178.253, 5e-4, 'largest weight');
  near(report.max_weight_share, 0.0189, 5e-5, 'its share');
  near(report.effective_sample_size, 655.71, 5e-3, 'effective size');
  near(report.on_policy.value, 0.0069, 1e-12, 'on-policy mean');
  // 69 clicks with these weights are worth 15: values, but no interval.
  for (const estimate of report.estimates) {
    assert.ok(estimate.evaluable, estimate.name);
    assert.equal(estimate.low, null);
    assert.equal(estimate.high, null);
    assert.match(estimate.reason, estimate.name === 'dm' ? /the reward model's own error/ : /too few rewards for an interval: .* 15\.1 rows, at least 30/);
  }
  assert.deepEqual(report.estimates.map((e) => e.name), ['ipw', 'snipw', 'dm', 'dr', 'switch-dr', 'dros']);
  assert.deepEqual(report.warnings, []);
});

test('Open Bandit Dataset, logged at random: weights are 1 and every weighted estimate is the mean of the log', needs('obd_random_men.csv.gz'), () => {
  const report = json('ope', join(shared, 'obd_random_men.csv.gz'), '--reward', 'click', '--propensity', 'propensity_score', '--action', 'item_id', '--target-policy', 'uniform');
  near(by(report, 'ipw').value, 0.0046, 1e-12, 'IPW');
  near(by(report, 'snipw').value, 0.0046, 1e-12, 'SNIPW');
  near(report.effective_sample_size, 10000, 1e-6, 'effective size');
  assert.ok(by(report, 'ipw').low > 0.003 && by(report, 'ipw').high < 0.007);
  // The difference to the log is nothing at all, and says so.
  assert.equal(by(report, 'ipw').difference.low, null);
  assert.notEqual(by(report, 'ipw').difference.reason, '');
});

test('the estimates are those of the formulas, computed here', () => {
  const report = json('ope', path, ...flags, '--target-policy', expression, '--features', 'context');
  valid(report, 'ope');
  const w = log.map((row) => row.t / row.p);
  const sum = (values) => values.reduce((a, b) => a + b, 0);
  const wr = w.map((weight, i) => weight * log[i].click);
  near(by(report, 'ipw').value, sum(wr) / 3000, 1e-12, 'IPW');
  near(by(report, 'snipw').value, sum(wr) / sum(w), 1e-12, 'SNIPW');
  near(report.effective_sample_size, sum(w) ** 2 / sum(w.map((x) => x * x)), 1e-8, 'effective size');
  const truth = 0.5 * sum(actions.map((_, a) => world.target.day[a] * world.reward.day[a] + world.target.night[a] * world.reward.night[a]));
  for (const name of ['ipw', 'snipw', 'dr', 'switch-dr', 'dros']) {
    const e = by(report, name);
    assert.ok(e.evaluable && e.low <= truth && truth <= e.high, `${name}: ${e.low} to ${e.high}, truth ${truth}`);
    assert.ok(e.low < e.value && e.value < e.high && e.reason === '');
    assert.ok(e.difference.low > 0, 'better than the log, beyond chance');
  }
  assert.match(report.answer, /by dr, against .*: more, beyond chance/);
});

test('a policy as a column says nothing of other actions; as an expression over the action or a table it says all', () => {
  const column = json('ope', path, ...flags, '--target-policy', 't');
  for (const name of ['dm', 'dr', 'switch-dr', 'dros']) {
    const e = by(column, name);
    assert.deepEqual([e.evaluable, e.value, e.low, e.high], [false, null, null, null]);
    assert.match(e.reason, /does not name the action's column 'item'/);
  }
  assert.ok(by(column, 'ipw').evaluable && by(column, 'snipw').evaluable);
  const table = file('policy.csv', csv(['day', 'night'].flatMap((context) => actions.map((item, a) => ({ context, item, probability: world.target[context][a] })))));
  const of = (...words) => json('ope', path, ...flags, ...words, '--features', 'context').estimates.map((e) => e.value);
  const expected = of('--target-policy', expression);
  for (const words of [['--target-table', table], ['--target-policy', 't', '--target-table', table]]) of(...words).forEach((value, i) => near(value, expected[i], 1e-12, words.join(' ')));
  // By row number, and one distribution for all rows.
  const byRow = file('by_row.csv', csv(log.flatMap((row, i) => actions.map((item, a) => ({ row: i + 1, item, probability: world.target[row.context][a] })))));
  of('--target-table', byRow).forEach((value, i) => near(value, expected[i], 1e-12, 'by row'));
  const third = file('third.csv', 'item,probability\nnorth,0.25\neast,0.25\nsouth,0.5\n');
  const one = json('ope', path, ...flags, '--target-table', third);
  const same = json('ope', path, ...flags, '--target-policy', "case when item = 'south' then 0.5 else 0.25 end");
  one.estimates.forEach((e, i) => near(e.value, same.estimates[i].value, 1e-12, e.name));
  assert.match(one.actions_from, /third\.csv/);
  assert.match(same.actions_from, /distinct values of item in the log/);
});

test('an expression over the action that is no distribution: said, with the row', () => {
  const report = json('ope', path, ...flags, '--target-policy', "case when item = 'south' then 0.5 else 0.1 end");
  assert.ok(!by(report, 'dr').evaluable);
  assert.match(by(report, 'dr').reason, /3 actions of the log probabilities that add up to 0\.7 in row 1, not to 1/);
  assert.ok(by(report, 'ipw').evaluable);
  assert.match(report.warnings.join(), /mean weight is .* but 1 where propensities are right/);
});

test('actions of a table that the log never took are a warning', () => {
  const table = file('new_action.csv', 'item,probability\nnorth,0.3\neast,0.3\nsouth,0.3\nwest,0.1\n');
  const report = json('ope', path, ...flags, '--target-table', table);
  assert.equal(report.actions, 4);
  assert.match(report.warnings.join(' '), /gives 10 % of its decisions to 1 action that the log never took \(west\)/);
});

test('the guard: few effective rows and a heavy row are not evaluated', () => {
  const heavy = file('heavy.csv', csv(log.map((row, i) => ({ ...row, p: i === 5 ? 1e-6 : row.p }))));
  const few = file('few.csv', csv(log.slice(0, 90)));
  for (const [source, reason] of [[heavy, /one row has .* % of the weight, at most 10 %/], [few, /effective sample too small: the weights are worth .* rows, at least 100/]]) {
    const report = json('ope', source, ...flags, '--target-policy', 't');
    valid(report, 'ope');
    for (const name of ['ipw', 'snipw']) {
      const e = by(report, name);
      assert.deepEqual([e.evaluable, e.value, e.low, e.high, e.standard_error], [false, null, null, null, null], source);
      assert.match(e.reason, reason);
    }
    assert.match(report.answer, /cannot be told from this log/);
  }
  const none = json('ope', path, ...flags, '--target-policy', '0 * p');
  assert.match(by(none, 'snipw').reason, /none of the logged actions/);
});

test('without propensities: replay, labelled so', () => {
  const report = json('ope', path, '--reward', 'click', '--action', 'item', '--target-policy', "item = 'east'");
  valid(report, 'ope');
  assert.equal(report.metrics, 'replay');
  assert.equal(report.effective_sample_size, null);
  const east = log.filter((row) => row.item === 'east');
  near(by(report, 'replay').value, east.reduce((a, row) => a + row.click, 0) / east.length, 1e-12, 'replay');
  assert.match(by(report, 'replay').reason, /replay only: .* no estimate of what the target policy would earn/);
  for (const name of ['ipw', 'snipw', 'dm', 'dr', 'switch-dr', 'dros']) {
    assert.equal(by(report, name).evaluable, false);
    assert.equal(by(report, name).value, null);
    assert.match(by(report, name).reason, /^no logged propensities: /);
  }
  near(by(json('ope', path, '--reward', 'click', '--action', 'item', '--target-policy', 'uniform'), 'replay').value, report.on_policy.value, 1e-12, 'a uniform policy agrees with every row alike');
});

test('estimators, tau and lambda', () => {
  const of = (...words) => json('ope', path, ...flags, '--target-policy', expression, '--features', 'context', ...words);
  assert.deepEqual(of('--estimators', 'dr,ipw').estimates.map((e) => e.name), ['dr', 'ipw']);
  const all = of();
  near(by(of('--tau', '1e9'), 'switch-dr').value, by(all, 'dr').value, 1e-12, 'no weight is above tau');
  near(by(of('--tau', '0'), 'switch-dr').value, by(all, 'dm').value, 1e-12, 'every weight is above tau');
  near(by(of('--lambda', '0'), 'dros').value, by(all, 'dm').value, 1e-12, 'weights shrunk to nothing');
  const cut = by(of('--tau', '1'), 'switch-dr');
  assert.equal(cut.rows_changed, log.filter((row) => row.t / row.p > 1).length);
  assert.match(cut.reason, /tau may bring a bias of up to/);
  assert.equal(cut.low, null);
});

test('rows of a unit depend on each other', () => {
  const copies = log.slice(0, 750).flatMap((row, i) => Array.from({ length: 4 }, () => ({ ...row, user: `u${i}` })));
  const source = file('users.csv', csv(copies));
  const rows = by(json('ope', source, ...flags, '--target-policy', 't'), 'ipw');
  const units = json('ope', source, ...flags, '--target-policy', 't', '--unit', 'user');
  near(by(units, 'ipw').standard_error / rows.standard_error, 2, 0.01, 'four copies of a row are one');
  assert.match(units.dependence, /by user \(750 units\)/);
});

test('the guard counts units too, and allows for rounded propensities', () => {
  const source = file('big_user.csv', csv(log.map((row, i) => ({ ...row, third: 0.3333, user: i < 2700 ? 'big' : `u${i}` }))));
  const one = json('ope', source, ...flags, '--target-policy', 't', '--unit', 'user');
  valid(one, 'ope');
  assert.deepEqual([by(one, 'ipw').evaluable, by(one, 'ipw').value, by(one, 'ipw').low], [false, null, null]);
  assert.match(by(one, 'ipw').reason, /one unit has [89]\d\.?\d? % of the weight, at most 10 % may hang on one/);
  const thirds = json('ope', source, '--reward', 'click', '--propensity', 'third', '--action', 'item', '--target-policy', 'uniform');
  assert.deepEqual(thirds.warnings, []);
  assert.ok(by(thirds, 'ipw').low < by(thirds, 'ipw').value);
});

test('columns that nothing names are not read, and still counted', () => {
  const source = file('junk.csv', csv(log.map((row, i) => ({ ...row, probability: 1, row: 'x', junk: i === 9 ? 'inf' : 0.5 }))));
  const run = (...words) => assay('ope', source, ...flags, ...words, '--features', 'context', '--json');
  const junk = run('--target-policy', 'junk');
  assert.equal(junk.status, 2, junk.stdout);
  const table = file('junk_table.csv', csv(['day', 'night'].flatMap((context) => actions.map((item, a) => ({ context, item, probability: world.target[context][a] })))));
  for (const words of [['--target-policy', expression], ['--target-policy', 'uniform'], ['--target-table', table]]) {
    const there = run(...words);
    assert.equal(there.status, 0, there.stderr);
    const report = JSON.parse(there.stdout);
    assert.equal(report.data.columns, 8);
    assert.deepEqual(report.estimates, json('ope', path, ...flags, ...words, '--features', 'context').estimates);
  }
});

test('the same bytes with 1 and 2 threads, and from a gzip file whose first column has no name', () => {
  const words = [...flags, '--target-policy', expression, '--features', 'context', '--json'];
  const one = withoutTiming(JSON.parse(assay('ope', path, ...words, '--threads', '1').stdout));
  const two = withoutTiming(JSON.parse(assay('ope', path, ...words, '--threads', '2').stdout));
  assert.deepEqual(one, two);
  const zipped = join(folder, 'log.csv.gz');
  writeFileSync(zipped, gzipSync(csv(log).split('\n').map((line, i) => (i === 0 ? `,${line}` : line && `${i - 1},${line}`)).join('\n')));
  const third = JSON.parse(assay('ope', zipped, ...words).stdout);
  assert.deepEqual(third.estimates, one.estimates);
  assert.match(third.data.notes.join(), /field 1 of the header has no name/);
});

test('what is wrong is named: flag, row, what was expected', () => {
  const changed = (name, change) => file(name, csv(log.slice(0, 200).map((row, i) => (i === 6 ? { ...row, ...change } : row))));
  const table = (name, text) => ['--target-table', file(name, text)];
  const uniform = ['--target-policy', 'uniform'];
  const cases = [
    [[path, '--reward', 'clik', '--propensity', 'p', '--action', 'item', ...uniform], /--reward.*click/s],
    [[path, '--reward', 'context', '--propensity', 'p', '--action', 'item', ...uniform], /--reward: 'context' is a category, expected a number/],
    [[changed('zero.csv', { p: 0 }), ...flags, ...uniform], /--propensity: row 7 has the propensity 0, expected a probability above 0 and at most 1/],
    [[changed('two.csv', { p: 1.5 }), ...flags, ...uniform], /--propensity: row 7 has the propensity 1\.5/],
    [[file('tiny.csv', csv(log.slice(0, 200).map((row) => ({ ...row, p: 1e-307 })))), ...flags, ...uniform], /--propensity: row 1 has the propensity 1e-307, so small that .* is above 1e\+?30; mend it/],
    [[changed('none.csv', { p: '' }), ...flags, ...uniform], /--propensity: row 7 has no propensity.*--where 'p is not null'/s],
    [[changed('no_action.csv', { item: '' }), ...flags, ...uniform], /--action: row 7 has no action/],
    [[changed('minus.csv', { t: -0.1 }), ...flags, '--target-policy', 't'], /--target-policy: 't' is -0\.1 in row 7, expected a probability from 0 to 1/],
    [[changed('above.csv', { t: 2 }), ...flags, '--target-policy', 't'], /'t' is 2 in row 7/],
    [[changed('null.csv', { t: '' }), ...flags, '--target-policy', 't'], /'t' has no value in row 7/],
    [[path, ...flags, '--target-policy', "case when item = 'east' then 3 else 0.1 end"], /is 3 in row \d+/],
    [[path, ...flags, '--target-policy', 'click'], /names 'click' of the reward, which no policy knows/],
    [[path, ...flags], /--target-policy is missing/],
    [[path, '--reward', 'click', '--propensity', 'p', ...uniform], /needs --action COL/],
    [[path, ...flags, ...uniform, '--estimators', 'drr'], /--estimators: there is no 'drr'\. Did you mean 'dr'/],
    [[path, ...flags, ...uniform, '--features', 'click'], /--features: 'click' is \(part of\) the reward/],
    [[path, ...flags, ...uniform, '--features', 'item'], /--features: 'item' is the action/],
    [[path, ...flags, ...uniform, '--tau', '-1'], /--tau.*-1/],
    [[path, ...flags, ...table('a.csv', 'item,p2\nnorth,1\n')], /there is no column 'probability'/],
    [[path, ...flags, ...table('b.csv', 'itm,probability\nnorth,1\n')], /there is no column 'item'/],
    [[path, ...flags, ...table('c.csv', 'item,probability\nnorth,0.5\neast,0.4\n')], /add up to 0\.9, expected 1/],
    [[path, ...flags, ...table('d.csv', 'item,probability\nnorth,1.5\neast,-0.5\n')], /row 1 has the probability 1\.5, expected a number from 0 to 1/],
    [[path, ...flags, ...table('e.csv', 'context,item,probability\nday,north,1\n')], /it has nothing for row \d+ of the log \(context = night\)/],
    [[path, ...flags, ...table('f.csv', 'contxt,item,probability\nday,north,1\n')], /the column 'contxt' is not in the log.*Did you mean 'context'/s],
    [[path, ...flags, ...table('g.csv', 'item,probability\nnorth,0.5\nnorth,0.5\n')], /row 2 gives the one distribution the action 'north' a second time/],
    [[path, ...flags, ...table('h.csv', 'item,probability\n1,1\n')], /its 'item' is a number, that of the log a category/],
    [[path, ...flags, '--target-policy', 't', ...table('i.csv', 'item,probability\nnorth,1\n')], /make them agree/],
    [[join(folder, 'absent.csv'), ...flags, ...uniform], /absent\.csv/],
  ];
  for (const [words, message] of cases) {
    const run = assay('ope', ...words);
    assert.equal(run.status, 2, `${words.join(' ')}: ${run.stdout}`);
    assert.equal(run.stdout, '');
    assert.match(run.stderr, message);
  }
});

test('for people: the finding first, then the figures; the help teaches', () => {
  const run = assay('ope', path, ...flags, '--target-policy', expression, '--features', 'context');
  assert.equal(run.status, 0, run.stderr);
  assert.match(run.stdout, /What another policy would earn\s+Under the target policy/);
  assert.match(run.stdout, /ipw .*━━●━━/);
  assert.match(run.stdout, /the mean weight [\d.]+; it should be\s+1\./);
  const help = assay('ope', '--help').stdout;
  for (const word of ['--reward', '--propensity', '--target-policy', '--action', '--position', '--features', '--target-table', '--estimators', 'Examples:', 'docs/ope.md']) assert.ok(help.includes(word), word);
});
