// assay value from outside: Elkan's reference, brute force over all thresholds, money per day of a charter, messages, the same bytes with 1 and 2 threads.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { assay, draws, json, scratchFolder, valid } from './support.mjs';

const folder = scratchFolder('value');
const file = (name, text) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const withoutTimes = (report) => {
  delete report.timing;
  return report;
};
const policy = (report, name) => report.policies.find((p) => p.name === name);

// 4,000 decisions about 300 customers: p is the chance of a loss, the loan is the amount at stake.
const random = draws(11);
const loans = Array.from({ length: 4000 }, (_, i) => {
  const p = Math.floor(random() * 500) / 500;
  return { p, lost: random() < p ? 1 : 0, loan: Math.round(100 * Math.exp(random() * 2)) / 100, customer: `c${Math.floor(random() * 300)}`, day: `2001-0${1 + Math.floor(random() * 6)}-${10 + Math.floor(random() * 18)}`, kind: 'ab'[i % 2] };
});
const csv = (rows) => `p,lost,loan,customer,day,kind\n${rows.map((r) => `${r.p},${r.lost},${r.loan},${r.customer},${r.day},${r.kind}`).join('\n')}\n`;
const good = file('loans.csv', csv(loans));
const elkan = ['--gain', 'tp=0,fp=-10', '--gain', 'fn=-90'];

test("Elkan's costs of 10 and 90 give a break-even chance of 0.1, and calibrated scores bear it out", () => {
  const report = json('value', good, '--score', 'p', '--outcome', 'lost', ...elkan, '--currency', 'USD');
  valid(report, 'decision-value');
  assert.equal(report.report, 'decision-value');
  assert.ok(Math.abs(report.break_even_chance - 0.1) < 1e-12);
  assert.equal(report.calibration.verdict, 'supported');
  assert.ok(report.calibration.p_value > 0.05);
  assert.equal(report.verdict, 'supported');
  // The true cost is 4.5 a decision.
  const even = policy(report, 'break_even').money_per_decision;
  assert.ok(even.low < -4.5 && -4.5 < even.high, JSON.stringify(even));
  assert.ok(report.best_thresholds.intervals.some((i) => (i.low ?? -1) < 0.1 && 0.1 <= (i.high ?? 2)));
});

test('the threshold, the curve and the halves are those of brute force', () => {
  const report = json('value', good, '--score', 'p', '--outcome', 'lost', '--gain', 'tp=loan,fp=-2,tn=0.5,fn=-loan');
  const money = (r, acts) => (acts ? (r.lost ? r.loan : -2) : r.lost ? -r.loan : 0.5);
  const at = (threshold) => loans.reduce((sum, r) => sum + money(r, r.p >= threshold), 0) / loans.length;
  const thresholds = [...new Set(loans.map((r) => r.p))];
  const best = thresholds.reduce((a, b) => (at(b) > at(a) ? b : a), Infinity);
  assert.equal(report.threshold, best);
  assert.ok(Math.abs(report.threshold_money_where_chosen - at(best)) < 1e-9);
  assert.equal(report.curve_thresholds, thresholds.length + 1);
  assert.equal(report.curve.length, thresholds.length + 1);
  for (const point of report.curve.filter((_, i) => i % 20 === 0)) {
    assert.ok(Math.abs(point.money_per_decision - at(point.threshold ?? Infinity)) < 1e-9);
    assert.ok(Math.abs(point.share_acted - loans.filter((r) => r.p >= (point.threshold ?? Infinity)).length / loans.length) < 1e-12);
  }
  for (const point of report.curve_grid) assert.ok(Math.abs(point.money_per_decision.value - at(point.threshold ?? Infinity)) < 1e-9 && point.share_acted >= point.share_asked);
  assert.ok(Math.abs(policy(report, 'never').money_per_decision.value - at(Infinity)) < 1e-9);
  assert.ok(Math.abs(policy(report, 'always').money_per_decision.value - at(-1)) < 1e-9);
  // Of the two halves' own figures the value is the mean by rows.
  const [a, b] = report.halves;
  assert.ok(Math.abs(policy(report, 'threshold').money_per_decision.value - (a.rows * b.money_on_the_other + b.rows * a.money_on_the_other) / loans.length) < 1e-9);
  // Each row decided by its own amounts: acts where p (loan + loan) + (1 - p) (-2 - 0.5) > 0.
  const byRow = loans.reduce((sum, r) => sum + money(r, r.p * 2 * r.loan - (1 - r.p) * 2.5 > 0), 0) / loans.length;
  assert.ok(Math.abs(policy(report, 'break_even').money_per_decision.value - byRow) < 1e-9);
  assert.match(report.break_even_chance_reason, /every row has its own/);
});

test('a score that is not calibrated is told to be so, and that the break-even threshold would be wrong', () => {
  const report = json('value', good, '--score', 'p * p', '--outcome', 'lost = 1', '--gain', 'tp=1,fp=-1');
  valid(report, 'decision-value');
  assert.equal(report.calibration.verdict, 'refuted');
  assert.match(report.summary, /not calibrated \(p below 0.0001\): the break-even chance of 0.5 would be the wrong threshold/);
  const ranked = json('value', good, '--score', '10 * p - 3', '--outcome', 'lost', '--gain', 'tp=1,fp=-1');
  valid(ranked, 'decision-value');
  assert.equal(ranked.calibration.verdict, 'inconclusive');
  assert.equal(policy(ranked, 'break_even'), undefined);
  assert.match(ranked.break_even_missing, /do not lie between 0 and 1/);
});

test('valid reports, the same with 1 and 2 threads, with every kind of flag', () => {
  for (const flags of [[], ['--unit', 'customer'], ['--time', 'day'], ['--unit', 'customer', '--time', 'day'], ['--where', "kind = 'a'", '--sample', '1500'], ['--decisions-per-day', '200', '--cost-per-day', '30', '--currency', 'EUR', '--seed', '7']]) {
    const words = ['value', good, '--score', 'p', '--outcome', 'lost', '--gain', 'tp=loan,fp=-1', ...flags];
    const one = json(...words, '--threads', '1');
    valid(one, 'decision-value');
    assert.deepEqual(withoutTimes(one), withoutTimes(json(...words, '--threads', '2')), flags.join(' '));
  }
});

test('whole units lie on one side, and intervals by unit say so', () => {
  const report = json('value', good, '--score', 'p', '--outcome', 'lost', ...elkan, '--unit', 'customer');
  assert.equal(report.units, new Set(loans.map((r) => r.customer)).size);
  assert.match(report.dependence, /by unit \(customer, /);
  assert.match(report.split, /two halves of whole units/);
});

test('laws: cents, a constant for all four, rows in another order', () => {
  const value = (gain, path = good) => json('value', path, '--score', 'p', '--outcome', 'lost', '--gain', gain, '--unit', 'customer');
  const plain = value('tp=4,fp=-1');
  const cents = value('tp=400,fp=-100');
  const more = value('tp=14,fp=9,tn=10,fn=10');
  const of = (report) => policy(report, 'threshold').money_per_decision;
  assert.equal(cents.threshold, plain.threshold);
  assert.ok(Math.abs(of(cents).low - 100 * of(plain).low) < 1e-7 && Math.abs(of(cents).high - 100 * of(plain).high) < 1e-7);
  assert.equal(more.threshold, plain.threshold);
  assert.ok(Math.abs(of(more).value - of(plain).value - 10) < 1e-9);
  assert.ok(Math.abs(policy(more, 'threshold').against_never.low - policy(plain, 'threshold').against_never.low) < 1e-9);
  assert.deepEqual(more.best_thresholds.intervals, plain.best_thresholds.intervals);
  const turned = value('tp=4,fp=-1', file('turned.csv', csv([...loans].reverse())));
  assert.equal(turned.threshold, plain.threshold);
  assert.deepEqual(turned.curve, plain.curve);
  assert.equal(policy(turned, 'never').money_per_decision.value, policy(plain, 'never').money_per_decision.value);
});

test('rows without a score or an outcome are left out and counted', () => {
  const path = file('missing.csv', `p,y\n${Array.from({ length: 200 }, (_, i) => `${i % 10 === 0 ? '' : (i % 97) / 100},${i % 25 === 1 ? '' : i % 2}`).join('\n')}\n`);
  const report = json('value', path, '--score', 'p', '--outcome', 'y', '--gain', 'tp=1,fp=-1');
  assert.equal(report.data.rows, 172);
  assert.match(report.data.notes.join(), /20 rows have no score/);
  assert.match(report.data.notes.join(), /8 rows have no outcome/);
});

test('an amount that belongs to the other outcome may be missing; then no row is decided by its own', () => {
  const path = file('half.csv', `p,y,won\n${Array.from({ length: 300 }, (_, i) => `${(i % 97) / 100},${i % 2},${i % 2 ? 3 : ''}`).join('\n')}\n`);
  const report = json('value', path, '--score', 'p', '--outcome', 'y', '--gain', 'tp=won,fp=-1');
  assert.match(report.break_even_missing, /--gain tp is missing in row 1, where the outcome is not positive/);
  assert.equal(report.policies.length, 3);
});

test('an expression that is the same in every row is one amount for all', () => {
  const report = json('value', good, '--score', 'p', '--outcome', 'lost', '--gain', 'tp=0,fp=-(2 * 5),fn=-90');
  assert.ok(Math.abs(report.break_even_chance - 0.1) < 1e-12);
});

const project = join(folder, 'project');
mkdirSync(project);
writeFileSync(join(project, 'assay.toml'), '[value]\ncurrency = "USD"\ntrue_positive = 4\nfalse_positive = -1\ndecisions_per_day = 1000\ncost_per_month = 3043.75\n');

test('money per day from the charter', () => {
  const report = json('value', good, '--score', 'p', '--outcome', 'lost', '--charter', project);
  valid(report, 'decision-value');
  assert.deepEqual([report.true_positive, report.false_positive, report.true_negative, report.false_negative], ['4', '-1', '0', '0']);
  assert.equal(report.currency, 'USD');
  assert.ok(Math.abs(report.cost_per_day - 100) < 1e-9, report.cost_per_day);
  const chosen = policy(report, 'threshold');
  assert.ok(Math.abs(chosen.against_never_per_day.value - (1000 * chosen.against_never.value - 100)) < 1e-9);
  assert.ok(Math.abs(chosen.money_per_day.low - (1000 * chosen.money_per_decision.low - 100)) < 1e-9);
  assert.match(report.summary, /At 1,000 decisions a day, less 100 a day of cost/);
  assert.match(report.amounts_from, /assay\.toml/);
  // Amounts per row in place of the charter's one for all; its decisions per day stay.
  const own = json('value', good, '--score', 'p', '--outcome', 'lost', '--charter', project, '--gain', 'tp=loan,fp=-1');
  assert.equal(own.true_positive, 'loan');
  assert.equal(own.decisions_per_day, 1000);
});

test('--least is a gate: 0 where the whole interval reaches it, else 1', () => {
  const words = ['value', good, '--score', 'p', '--outcome', 'lost', '--charter', project, '--quiet'];
  const gain = policy(json(...words), 'threshold').against_never_per_day;
  assert.equal(assay(...words, '--least', String(Math.floor(gain.low) - 1)).status, 0);
  assert.equal(assay(...words, '--least', String(Math.round(gain.value))).status, 1);
  const refused = assay(...words, '--least', String(Math.ceil(gain.high) + 1));
  assert.equal(refused.status, 1);
  assert.match(refused.stdout.replace(/\s+/g, ' '), /over never acting is not reached/);
  // Without a gate an honest "not shown" is an answer like any other.
  const nothing = file('nothing.csv', `p,y\n${Array.from({ length: 400 }, () => `${random().toFixed(3)},${random() < 0.5 ? 1 : 0}`).join('\n')}\n`);
  const run = assay('value', nothing, '--score', 'p', '--outcome', 'y', '--gain', 'tp=1,fp=-1.2', '--quiet');
  assert.equal(run.status, 0, run.stderr);
  assert.match(run.stdout.replace(/\s+/g, ' '), /is not shown to pay|No threshold brings more|does not pay/);
});

test('a terminal gets sentences, a table, the profit curve and what to do next', () => {
  for (const columns of ['80', '120']) {
    process.env.COLUMNS = columns;
    const run = assay('value', good, '--score', 'p', '--outcome', 'lost', ...elkan, '--currency', 'USD', '--quiet');
    delete process.env.COLUMNS;
    assert.equal(run.status, 0, run.stderr);
    assert.match(run.stdout.replace(/\s+/g, ' '), /Acting from a score of 0\.\d+ on .* pays/);
    assert.match(run.stdout, /chosen threshold/);
    assert.match(run.stdout, /━●━/);
    assert.match(run.stdout, /Next:/);
    for (const line of run.stdout.split('\n')) assert.ok([...line].length <= Number(columns), line);
  }
});

test('help teaches with examples', () => {
  const help = assay('value', '--help').stdout;
  for (const word of ['--gain', '--charter', '--least', '--decisions-per-day', 'Examples:', 'docs/value.md']) assert.ok(help.includes(word), word);
});

const base = ['--score', 'p', '--outcome', 'lost'];
const gain = ['--gain', 'tp=1,fp=-1'];
const hole = file('hole.csv', `p,lost,loan\n${Array.from({ length: 50 }, (_, i) => `${i / 50},${i % 2},${i === 7 ? '' : i}`).join('\n')}\n`);
for (const [what, words, message] of [
  ['no score', [good, '--outcome', 'lost', ...gain], /--score is required/],
  ['no outcome', [good, '--score', 'p', ...gain], /--outcome is required/],
  ['no amounts', [good, ...base], /--gain is missing.*--charter DIR/],
  ['an unknown score', [good, '--score', 'pp', '--outcome', 'lost', ...gain], /--score.*Did you mean 'p'/],
  ['an unknown column in an amount', [good, ...base, '--gain', 'tp=laon,fp=-1'], /--gain tp.*Did you mean 'loan'/],
  ['a score that is a text', [good, '--score', 'kind', '--outcome', 'lost', ...gain], /--score: 'kind' is a category, expected a number/],
  ['an outcome that is a text', [good, '--score', 'p', '--outcome', 'kind', ...gain], /--outcome: 'kind' is a category, expected a condition/],
  ['an outcome that is not 0 or 1', [good, '--score', 'p', '--outcome', 'lost * 2', ...gain], /--outcome: row \d+ has the outcome 2, expected 0 or 1/],
  ['an amount that is a text', [good, ...base, '--gain', 'tp=kind,fp=-1'], /--gain tp: 'kind' is a category, expected an amount of money/],
  ['an amount that is missing', [hole, ...base, '--gain', 'tp=loan,fp=-1'], /--gain tp: row 8 has no amount/],
  ['an amount that is not finite', [hole, ...base, '--gain', 'tp=1,fp=1 / loan'], /--gain fp: row 1 has no amount/],
  ['an amount beyond all bounds', [good, ...base, '--gain', 'tp=1e200,fp=-1'], /--gain tp: the amount is 1e\+200, beyond/],
  ['an amount per row beyond all bounds', [good, ...base, '--gain', 'tp=loan * 1e150,fp=-1'], /--gain tp: row \d+ has the amount .*, beyond/],
  ['half the amounts', [good, ...base, '--gain', 'tp=1'], /--gain: 'fp' is missing/],
  ['an unknown cell', [good, ...base, '--gain', 'tp=1,fpr=2'], /'fpr=2' does not begin with/],
  ['a cell twice', [good, ...base, ...gain, '--gain', 'fp=2'], /'fp' is given twice/],
  ['a where that is no condition', [good, ...base, ...gain, '--where', 'p'], /--where: 'p' is a number, expected a condition/],
  ['a where that keeps nothing', [good, ...base, ...gain, '--where', 'p > 5'], /keeps no row/],
  ['a time that is none', [good, ...base, ...gain, '--time', 'p'], /--time: 'p' is a number, expected a time/],
  ['two units', [good, ...base, ...gain, '--unit', 'kind'], /the rows are of 2 units, and a threshold .* needs four at least/],
  ['a cost without decisions', [good, ...base, ...gain, '--cost-per-day', '5'], /no decisions per day/],
  ['a negative cost', [good, ...base, ...gain, '--cost-per-day', '-5', '--decisions-per-day', '10'], /--cost-per-day: '-5' is not a number of at least 0/],
  ['no decisions', [good, ...base, ...gain, '--decisions-per-day', '0'], /--decisions-per-day/],
  ['a currency stated twice', [good, ...base, '--charter', project, '--currency', 'EUR'], /--currency is also stated in the charter/],
  ['decisions stated twice', [good, ...base, '--charter', project, '--decisions-per-day', '5'], /--decisions-per-day is also stated/],
  ['no charter', [good, ...base, '--charter', join(folder, 'none')], /--charter/],
  ['a folder', [project, ...base, ...gain], /is a folder; name a data file.*assay score/],
  ['a file that is not there', [join(folder, 'none.csv'), ...base, ...gain], /none.csv/],
  ['no score in any row', [good, '--score', 'p / 0', '--outcome', 'lost', ...gain], /--score: 'p \/ 0' is missing in every row/],
]) {
  test(`refused: ${what}`, () => {
    const run = assay('value', ...words, '--quiet');
    assert.equal(run.status, 2, run.stdout.slice(0, 300) + run.stderr);
    assert.match(run.stderr.replace(/\s+/g, ' '), message);
    assert.equal(run.stdout, '');
  });
}

test('a charter without amounts is named with its key', () => {
  const poor = join(folder, 'poor');
  mkdirSync(poor);
  writeFileSync(join(poor, 'assay.toml'), '[value]\ntrue_positive = 4\n');
  const run = assay('value', good, ...base, '--charter', poor, '--quiet');
  assert.equal(run.status, 2);
  assert.match(run.stderr.replace(/\s+/g, ' '), /assay\.toml: the charter does not say value\.false_positive, the money for a false alarm/);
});
