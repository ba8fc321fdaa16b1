// assay tradeoff from outside: a project of two objectives that pull apart, its policy file and its versions, messages, the same bytes with 1 and 2 threads.
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { assay, dayOf, draws, json, scratchFolder, valid } from './support.mjs';

const folder = scratchFolder('tradeoff');
const random = draws(11);
// Articles: depth makes them good, noise makes them clicked; the two pull apart. A tenth of the noisy ones is rude.
writeFileSync(join(folder, 'data.csv'), `day,depth,noise,topic,rating,clicked,rude\n${Array.from({ length: 4000 }, (_, i) => {
  const depth = random(), noise = 1 - depth + 0.4 * (random() - 0.5);
  return [dayOf(2024, Math.floor(i / 40)), depth.toFixed(3), noise.toFixed(3), ['a', 'b', 'c'][Math.floor(random() * 3)], (2 + 3 * depth + random()).toFixed(2), random() < 0.1 + 0.6 * noise ? 1 : 0, random() < 0.6 * noise ? 1 : 0].join(',');
}).join('\n')}\n`);
let made = 0;
function project({ limit = 0.35, rest = '', weights = [0.5, 0.5] } = {}) {
  const path = join(folder, `project-${(made += 1)}`);
  mkdirSync(path);
  writeFileSync(join(path, 'assay.toml'), `[project]
name = "Articles"
[data]
source = "../data.csv"
time = "day"
query = "day"
[[data.columns]]
name = "rude"
known = "after"
[[objectives]]
name = "quality"
outcome = "rating"
task = "regression"
weight = ${weights[0]}
[[objectives]]
name = "engagement"
outcome = "clicked = 1"
task = "binary"
weight = ${weights[1]}
[[guardrails]]
name = "rude"
expression = "rude = 1"
limit = ${limit}
${rest}`);
  return path;
}
const settled = (report) => JSON.stringify({ ...report, timing: 0 });

const path = project();
const run = json('run', path, '--repeats', '0');

test('a run weighs the objectives, and the command shows the same', () => {
  valid(run, 'project');
  assert.equal(run.tradeoff.reason, '');
  assert.equal(run.progress.at(-1).name, 'tradeoff');
  const shown = json('tradeoff', path);
  valid(shown, 'tradeoff');
  assert.equal(JSON.stringify(shown.frontier.at), JSON.stringify(run.tradeoff.frontier.at));
  assert.equal(shown.recommended.lambda, run.tradeoff.recommended.lambda);
  // They pull apart: each alone is the best at its own metric.
  const at = Object.fromEntries(shown.frontier.at.map((a) => [a.lambda, a.metrics]));
  assert.ok(at[0].quality.value > at[1].quality.value && at[1].engagement.value > at[0].engagement.value);
  const page = readFileSync(join(path, '.assay/report.html'), 'utf8');
  assert.ok(page.includes('"tradeoff":{'), 'the report holds it');
});

test('the curve for drawing says what the exact one says, of lists that stand whole', () => {
  const t = run.tradeoff;
  assert.equal(t.lines.length, 1);
  const [line] = t.lines;
  for (const query of t.lists) {
    assert.ok(query.items.length >= t.k, query.name);
    for (const item of query.items) assert.ok(item.scores.length === 2 && item.gains.length === 2 && item.guardrails.length === 1);
  }
  // The curve for drawing has the figures of at[] at its lambdas, however many pieces it was thinned to.
  const piece = (lambda) => line.curve.lambda.findLastIndex((l) => l <= lambda);
  for (const at of t.frontier.at) {
    assert.equal(line.curve.values.quality[piece(at.lambda)], at.metrics.quality.value);
    assert.equal(line.curve.values.rude[piece(at.lambda)], at.guardrails.rude.value);
  }
  assert.deepEqual(line.at, t.frontier.at);
  // Items of a day stand whole on one side: 40 of them.
  assert.ok(t.measured_on.items === 40 * t.measured_on.queries && t.chosen_on.items === 40 * t.chosen_on.queries);
});

test('other weights, without training; a broken guardrail is mended by the smallest change', () => {
  const other = json('tradeoff', path, '--weight', 'quality=0.1', '--weight', 'engagement=0.9');
  valid(other, 'tradeoff');
  assert.equal(other.current.lambda, 0.9);
  assert.equal(other.current.feasible, false);
  assert.equal(other.recommended.feasible, true);
  assert.ok(other.recommended.chosen_on.guardrails.rude.value <= 0.35);
  assert.match(other.nearest, /smallest change/);
  const impossible = project({ limit: -1 });
  assert.equal(assay('run', impossible, '--repeats', '0', '--quiet').status !== 2, true);
  const none = assay('tradeoff', impossible, '--json');
  assert.equal(none.status, 1, none.stderr);
  assert.match(JSON.parse(none.stdout).nearest, /No weights satisfy/);
});

test('the policy file: written, counted, changed by hand, taken back', () => {
  const file = join(path, '.assay/policy.toml');
  const policy = () => readFileSync(file, 'utf8');
  assert.equal(assay('tradeoff', path, '--weight', 'quality=0.7', '--weight', 'engagement=0.3', '--write').status, 0);
  assert.match(policy(), /^version = 1$/m);
  assert.match(policy(), /name = "quality"\nweight = 0\.7\nleast = 0\nmost = 1\n/);
  assert.match(policy(), /model = "[0-9a-f]{64}"/);
  // What is in use is where the next look starts.
  const inUse = json('tradeoff', path);
  assert.equal(inUse.weights_from, 'policy');
  assert.ok(Math.abs(inUse.current.lambda - 0.3) < 1e-9);
  // A bound set by hand is kept to, and the edit becomes a version of its own before anything is written.
  const edited = policy().replace(/name = "engagement"\nweight = 0\.3\nleast = 0\nmost = 1/, 'name = "engagement"\nweight = 0.3\nleast = 0\nmost = 0.6');
  writeFileSync(file, `# ours\n${edited}`);
  const beyond = assay('tradeoff', path, '--weight', 'quality=0.3', '--weight', 'engagement=0.7', '--write');
  assert.equal(beyond.status, 2);
  assert.match(beyond.stderr, /the weight of 'engagement' would be 0\.7, outside the bounds 0 to 0\.6 that .*policy\.toml sets/);
  assert.match(policy(), /^# ours/, 'it still stands');
  const second = assay('tradeoff', path, '--weight', 'quality=0.5', '--weight', 'engagement=0.5', '--write');
  assert.match(second.stderr, /version 3[\s\S]*--restore 2/, 'version 2 is the edit');
  assert.match(readFileSync(join(path, '.assay/policies/2.toml'), 'utf8'), /^# ours/);
  assert.match(policy(), /most = 0\.6/);
  const back = assay('tradeoff', path, '--restore', '1');
  assert.equal(back.status, 0, back.stderr);
  assert.match(policy(), /^version = 4$/m);
  assert.match(policy(), /weight = 0\.7/);
  assert.deepEqual([1, 2, 3, 4, 5].map((v) => existsSync(join(path, `.assay/policies/${v}.toml`))), [true, true, true, true, false]);
  // A version of models that are gone is no policy.
  const old = join(path, '.assay/policies/1.toml');
  writeFileSync(old, readFileSync(old, 'utf8').replace(/model = "[0-9a-f]/, 'model = "x'));
  assert.match(assay('tradeoff', path, '--restore', '1').stderr, /made for another model of 'quality'/);
  assert.match(policy(), /^version = 4$/m);
});

test('weights that break a guardrail are written only with a warning, and the exit code says so', () => {
  const own = project();
  json('run', own, '--repeats', '0');
  const broken = assay('tradeoff', own, '--weight', 'quality=0', '--weight', 'engagement=1', '--write');
  assert.equal(broken.status, 1, broken.stderr);
  assert.match(broken.stderr, /Warning: with these weights 'rude' is 0\.\d+, which breaks the guardrail/);
  assert.ok(existsSync(join(own, '.assay/policy.toml')));
});

test('weights, guardrails and amounts of the charter count at once; what is learned from does not', () => {
  const own = project();
  json('run', own, '--repeats', '0');
  const file = join(own, 'assay.toml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('weight = 0.5\n[[objectives]]', 'weight = 1.5\n[[objectives]]').replace('limit = 0.35', 'limit = 0.3'));
  const reweighed = json('tradeoff', own);
  assert.equal(reweighed.current.lambda, 0.25);
  assert.equal(reweighed.guardrails[0].limit, 0.3);
  assert.ok(reweighed.retrain, 'nothing was trained again, and what was trained still stands');
  const again = assay('run', own, '--repeats', '0');
  assert.match(again.stderr, /train quality: taken over/, 'a weight trains no model');
  assert.doesNotMatch(again.stderr, /tradeoff: taken over/);
  writeFileSync(file, text.replace('outcome = "rating"', 'outcome = "rating + 1"'));
  const refused = assay('tradeoff', own);
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /what 'quality' is learned from has changed since the last run/);
});

test('a new file is ranked without what is known only afterwards, and without rows that the charter leaves out', () => {
  const own = project({ limit: 0.5 });
  const file = join(own, 'assay.toml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('query = "day"\n', 'query = "day"\nwhere = "topic <> \'c\'"\n'));
  json('run', own, '--repeats', '0');
  assert.equal(assay('tradeoff', own, '--write').status, 0);
  const fresh = join(folder, 'fresh.csv');
  writeFileSync(fresh, `day,depth,noise,topic\n${Array.from({ length: 300 }, (_, i) => [dayOf(2024, 200 + Math.floor(i / 30)), random().toFixed(3), random().toFixed(3), ['a', 'b', 'c'][i % 3]].join(',')).join('\n')}\n`);
  const report = json('score', own, fresh, '--policy', '--keep', 'topic', '--out', join(folder, 'fresh-ranked.csv'));
  assert.equal(report.shown, 100);
  assert.equal(report.guardrails.rude.value, null);
  assert.match(report.guardrails.rude.reason, /not? .*known yet|known yet/);
  assert.match(report.notes.join(' '), /100 rows are left out as in the charter: data\.where/);
  const rows = readFileSync(join(folder, 'fresh-ranked.csv'), 'utf8').trim().split('\n').slice(1).map((l) => l.split(','));
  assert.ok(rows.every((r) => r[1] !== 'c' || r.at(-1) === 'false'));
});

test('equal names, weights of 0 and huge weights are told, not mixed up', () => {
  for (const [change, message] of [
    [(t) => t.replace('name = "rude"\nexpression', 'name = "quality"\nexpression'), /are called 'quality'; give each a name of its own/],
    [(t) => t.replaceAll('weight = 0.5', 'weight = 0'), /all weights of the charter's objectives are 0/],
  ]) {
    const own = project();
    const file = join(own, 'assay.toml');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
    assert.match(json('run', own, '--repeats', '0').tradeoff.reason, message);
  }
  const huge = json('tradeoff', path, '--weight', 'quality=1e308', '--weight', 'engagement=1e308');
  assert.deepEqual(huge.current.weights, { engagement: 0.5, quality: 0.5 });
});

test('three objectives: a line through the weights for each', () => {
  const own = project({ weights: [0.2, 0.6] });
  const file = join(own, 'assay.toml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('[[guardrails]]', '[[objectives]]\nname = "calm"\noutcome = "rude = 0"\ntask = "binary"\nweight = 0.2\n[[guardrails]]').replace('known = "after"', 'known = "after"\nfeature = false'));
  const t = json('run', own, '--repeats', '0').tradeoff;
  assert.equal(t.reason, '');
  assert.deepEqual(t.lines.map((l) => l.objective), ['quality', 'engagement', 'calm']);
  assert.ok(Math.abs(t.lines[1].current - 0.6) < 1e-12);
  assert.equal(t.retrain.points.length, 4);
  assert.ok(t.frontier.pareto.length > 3);
  assert.ok(Math.abs(Object.values(t.recommended.weights).reduce((a, b) => a + b, 0) - 1) < 1e-12);
  assert.equal(assay('tradeoff', own, '--weight', 'quality=1', '--weight', 'engagement=1', '--weight', 'calm=2', '--write').status, 0);
  const scored = json('score', own, join(folder, 'data.csv'), '--policy');
  assert.deepEqual(scored.objectives.map((o) => o.weight), [0.25, 0.25, 0.5]);
});

test('single rows: a share of them is acted on, by a threshold that the policy holds and scoring applies', () => {
  const own = project({ limit: 0.5, rest: '[tradeoff]\nshare = 0.2\ncalibrate = true\n' });
  const t = json('run', own, '--repeats', '0').tradeoff;
  assert.equal(t.reason, '');
  assert.equal(t.k / (t.chosen_on.items / t.chosen_on.queries), 0.2);
  const { threshold } = t.recommended;
  assert.ok(threshold.share.low < 0.2 && threshold.share.high > 0.2, JSON.stringify(threshold.share));
  assert.equal(assay('tradeoff', own, '--write').status, 0);
  assert.match(readFileSync(join(own, '.assay/policy.toml'), 'utf8'), /^threshold = /m);
  const out = join(folder, 'acted.csv');
  const report = json('score', own, join(folder, 'data.csv'), '--policy', '--out', out);
  assert.equal(report.threshold, threshold.value);
  const rows = readFileSync(out, 'utf8').trim().split('\n').slice(1).map((l) => l.split(','));
  for (const [, , , blend, rank, shown] of rows) assert.equal(shown, Number(blend) >= threshold.value ? 'true' : 'false', rank);
  assert.equal(report.shown, rows.filter((r) => r.at(-1) === 'true').length);
  // As it was weighed: of the rows that the report lists, the blend is that of their scores.
  const weights = t.objectives.map((o) => t.recommended.weights[o.name]);
  for (const item of t.lists[0].items) {
    const blend = item.scores.reduce((sum, score, o) => sum + weights[o] * score, 0);
    assert.ok(Math.abs(Number(rows[item.row - 1][3]) - blend) < 1e-5 * Math.max(1, Math.abs(blend)), `row ${item.row}`);
  }
});

test('a policy changed by hand is held against the models, and its intervals against the unit', () => {
  const own = project({ limit: 0.5 });
  json('run', own, '--repeats', '0');
  assert.equal(assay('tradeoff', own, '--write').status, 0);
  const file = join(own, '.assay/policy.toml');
  const text = readFileSync(file, 'utf8');
  const data = join(folder, 'data.csv');
  for (const [change, message] of [
    [(t) => t.replace(/rung = "[^"]*"/, 'rung = "my rule"'), /policy\.toml: objective 'quality': rung is "my rule", but the model with this SHA-256 is "/],
    [(t) => t.replace(/(name = "engagement"[\s\S]*?)model = /, '$1calibration = "linear"\nintercept = 0\nslope = 1\nmodel = '), /objective 'engagement': calibration is "linear", but its model predicts yes or no; expected "logistic"/],
  ]) {
    writeFileSync(file, change(text));
    const refused = assay('score', own, data, '--policy');
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, message);
  }
  writeFileSync(file, text);
  const apart = json('score', own, data, '--policy').guardrails.rude;
  const charter = join(own, 'assay.toml');
  writeFileSync(charter, readFileSync(charter, 'utf8').replace('query = "day"\n', 'query = "day"\nunit = "month(day)"\n'));
  const together = json('score', own, data, '--policy').guardrails.rude;
  assert.equal(together.value, apart.value);
  assert.notEqual(together.low, apart.low, 'lists of one month count as one unit');
  writeFileSync(charter, readFileSync(charter, 'utf8').replace('month(day)', 'topic'));
  const crossed = json('score', own, data, '--policy');
  assert.equal(crossed.guardrails.rude.low, apart.low);
  assert.match(crossed.notes.join(' '), /one unit \(data\.unit\) has items in several lists/);
});

test('the policy ranks a file by the very blend that was weighed', () => {
  const own = project({ limit: 0.5, rest: '[tradeoff]\nfilter = "topic <> \'c\'"\n' });
  const t = json('run', own, '--repeats', '0').tradeoff;
  assert.equal(assay('score', own, join(folder, 'data.csv'), '--policy').status, 2, 'there is no policy yet');
  assert.equal(assay('tradeoff', own, '--write').status, 0);
  const out = join(folder, 'ranked.csv');
  const report = json('score', own, join(folder, 'data.csv'), '--policy', '--keep', 'day,topic', '--out', out);
  valid(report, 'policy-score');
  assert.equal(report.rows, 4000);
  assert.match(report.notes.join(), /left out by the policy's filter/);
  const [head, ...lines] = readFileSync(out, 'utf8').trim().split('\n').map((l) => l.split(','));
  const rows = lines.map((line) => Object.fromEntries(head.map((name, i) => [name, line[i]])));
  assert.deepEqual(head, ['row', 'day', 'topic', 'score of quality', 'score of engagement', 'blend', 'rank', 'shown']);
  const lambda = t.recommended.lambda;
  let compared = 0;
  for (const item of t.lists.flatMap((query) => query.items)) {
    const blend = (1 - lambda) * item.scores[0] + lambda * item.scores[1];
    assert.ok(Math.abs(Number(rows[item.row - 1].blend) - blend) < 1e-6 * Math.abs(blend), `row ${item.row}`);
    compared += 1;
  }
  assert.ok(compared > 50);
  // Ranks: by blend within a day, 1 first, no rank for what is filtered out, k shown.
  for (const day of new Set(rows.map((r) => r.day))) {
    const ranked = rows.filter((r) => r.day === day && r.topic !== 'c').sort((a, b) => Number(b.blend) - Number(a.blend) || Number(a.row) - Number(b.row));
    ranked.forEach((r, i) => assert.deepEqual([Number(r.rank), r.shown], [i + 1, i < 10 ? 'true' : 'false']));
  }
  assert.match(assay('score', own, join(folder, 'data.csv'), '--policy', '--out', join(folder, 'data.csv')).stderr, /--out: .*data\.csv is the data itself; write to another file/);
  assert.ok(rows.filter((r) => r.topic === 'c').every((r) => r.rank === '' && r.shown === 'false'));
  // A weight changed by hand counts at once; beyond its bounds it is refused; another model makes it stale.
  const file = join(own, '.assay/policy.toml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/name = "quality"\nweight = [\d.]+/, 'name = "quality"\nweight = 1').replace(/name = "engagement"\nweight = [\d.]+/, 'name = "engagement"\nweight = 0'));
  json('score', own, join(folder, 'data.csv'), '--policy', '--out', out);
  const alone = readFileSync(out, 'utf8').trim().split('\n').slice(1).map((l) => l.split(','));
  for (const line of alone.filter((l) => l[4] !== '').slice(0, 200)) assert.ok(Math.abs(Number(line[3]) * Number(/name = "quality"[\s\S]*?scale = ([\d.e-]+)/.exec(text)[1]) - Number(line[1])) < 1e-4);
  writeFileSync(file, text.replace(/(name = "quality"[\s\S]*?)most = 1/, '$1most = 0.001'));
  assert.match(assay('score', own, join(folder, 'data.csv'), '--policy').stderr, /outside its bounds 0 to 0\.001/);
  writeFileSync(file, text.replace(/model = "[0-9a-f]/, 'model = "x'));
  assert.match(assay('score', own, join(folder, 'data.csv'), '--policy').stderr, /made for another model of 'quality'/);
});

test('training on both labels is compared on demand', () => {
  const report = json('tradeoff', path, '--retrain');
  valid(report, 'tradeoff');
  assert.deepEqual(report.retrain.points.map((p) => p.weights.engagement), [0.25, 0.5, 0.75]);
  assert.deepEqual(report.retrain.points, run.tradeoff.retrain.points, 'as the run found it');
  assert.ok(report.timing.steps[report.retrain.each_step] > 0 && report.timing.steps[report.retrain.blended_step] > 0);
});

test('the same bytes with 1 and 2 threads', () => {
  const [one, two] = ['1', '2'].map((threads) => {
    const own = project();
    const report = json('run', own, '--repeats', '0', '--threads', threads);
    return settled(report.tradeoff).replaceAll(own, 'PROJECT');
  });
  assert.equal(one, two);
});

test('money moves the weights where it is sure', () => {
  const rich = project({ limit: 1, weights: [0.95, 0.05] });
  const text = readFileSync(join(rich, 'assay.toml'), 'utf8').replace('weight = 0.05', 'weight = 0.05\namount = 100').replace('[[guardrails]]', '[value]\ncurrency = "EUR"\n[tradeoff]\nlists_per_day = 1000\n[[guardrails]]');
  writeFileSync(join(rich, 'assay.toml'), text);
  const report = json('run', rich, '--repeats', '0').tradeoff;
  assert.ok(report.frontier.money.more.length > 0);
  assert.ok(report.recommended.lambda > 0.05, report.why);
  assert.match(report.why, /EUR more per list .*, [\d,]+ EUR a day \([\d,]+ to [\d,]+\)/);
});

for (const [name, words, message] of [
  ['a project that was not run', () => ['tradeoff', project()], /run/],
  ['an objective that is not there', () => ['tradeoff', path, '--weight', 'qualiti=1', '--weight', 'engagement=1'], /no objective 'qualiti'\. Did you mean 'quality'/],
  ['a weight left out', () => ['tradeoff', path, '--weight', 'quality=1'], /the weight of 'engagement' is missing/],
  ['a negative weight', () => ['tradeoff', path, '--weight', 'quality=-1', '--weight', 'engagement=1'], /a weight is not negative/],
  ['no weight at all', () => ['tradeoff', path, '--weight', 'quality=0', '--weight', 'engagement=0'], /all weights are 0/],
  ['no number', () => ['tradeoff', path, '--weight', 'quality=much'], /is no NAME=WEIGHT/],
  ['a version that is not there', () => ['tradeoff', path, '--restore', '99'], /there is no version 99 .*The versions are: 1, 2, 3, 4/],
  ['two weights of one objective', () => ['tradeoff', path, '--weight', 'quality=1', '--weight', 'quality=2'], /'quality' has two weights/],
  ['a version as JSON', () => ['tradeoff', path, '--restore', '1', '--json'], /--restore makes no report/],
  ['a version and weights', () => ['tradeoff', path, '--restore', '1', '--write'], /leave --write, --retrain and --weight out/],
]) {
  test(`refused: ${name}`, () => {
    const refused = assay(...words());
    assert.equal(refused.status, 2, refused.stdout);
    assert.match(refused.stderr, message);
  });
}

test('data that changed since the run are refused', () => {
  appendFileSync(join(folder, 'data.csv'), `${dayOf(2024, 101)},0.5,0.5,a,3,0,0\n`);
  for (const words of [[], ['--write'], ['--weight', 'quality=1', '--weight', 'engagement=1']]) {
    const refused = assay('tradeoff', path, ...words);
    assert.equal(refused.status, 2, refused.stdout);
    assert.match(refused.stderr, /the data are not those of the last run/);
  }
});

test('help teaches', () => {
  const help = assay('tradeoff', '--help');
  assert.equal(help.status, 0);
  for (const words of ['--weight', '--write', '--restore', 'docs/tradeoff.md', 'Examples']) assert.ok(help.stdout.includes(words), words);
});
