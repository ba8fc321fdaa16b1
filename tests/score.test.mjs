// assay score and the flags of assay train, from outside: every task through every rung, saved, applied to other files.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { assay as run, draws, program, scratchFolder, valid } from './support.mjs';

const folder = scratchFolder('score');
const assay = (...words) => run(...words, '--quiet');
const path = (name) => join(folder, name);
const json = (run) => {
  assert.equal(run.status, 0, run.stderr);
  return JSON.parse(run.stdout);
};

// The outcome goes with x above 60, whatever its task; noise is noise; colour has three values.
const random = draws(4711);
const rows = Array.from({ length: 1200 }, (_, i) => {
  const x = Math.floor(random() * 100);
  const high = random() < (x > 60 ? 0.85 : 0.15);
  return { x, colour: ['red', 'green', 'blue'][Math.floor(random() * 3)], noise: Math.floor(random() * 1000), list: `q${Math.floor(i / 12)}`, binary: high ? 'yes' : 'no', several: high ? 'c' : random() < 0.5 ? 'a' : 'b', number: (high ? 10 : 0) + random(), gain: high ? 3 : Math.floor(random() * 2) };
});
const csv = (names, list = rows) => `${names.join(',')}\n${list.map((row) => names.map((n) => row[n]).join(',')).join('\n')}\n`;
const tasks = [
  { task: 'binary', outcome: 'binary', metrics: ['skill', 'auc', 'log_loss', 'brier', 'accuracy'], flags: [] },
  { task: 'multiclass', outcome: 'several', metrics: ['skill', 'log_loss', 'brier', 'accuracy'], flags: [] },
  { task: 'regression', outcome: 'number', metrics: ['skill', 'rmse', 'mae', 'r2'], flags: [] },
  { task: 'ranking', outcome: 'gain', metrics: ['skill', 'ndcg'], flags: ['--query', 'list'] },
];
for (const { task, outcome, metrics, flags } of tasks) {
  const columns = ['x', 'colour', 'noise', ...(task === 'ranking' ? ['list'] : []), outcome];
  const data = path(`${task}.csv`);
  writeFileSync(data, csv(columns));
  const models = path(`models-${task}`);

  test(`${task}: every rung is trained, judged and saved`, () => {
    const report = json(assay('train', data, '--outcome', outcome, ...flags, '--own-rule', 'x is high=x > 60', '--models', models, '--json'));
    valid(report, 'train');
    assert.equal(report.task, task);
    assert.deepEqual(report.rungs.map((r) => r.kind), ['random', 'constant', 'rule', 'own_rule', 'linear', 'boosted']);
    for (const rung of report.rungs) {
      assert.deepEqual(Object.keys(rung.metrics).sort(), [...metrics].sort(), rung.name);
      for (const [name, m] of Object.entries(rung.metrics)) assert.ok(m.low <= m.value && m.value <= m.high, `${rung.name} ${name} ${JSON.stringify(m)}`);
      assert.ok(rung.calibration_slope.low !== null || rung.calibration_slope.reason !== '', rung.name);
      assert.notEqual(rung.calibration_slope.reason, 'not computed');
    }
    const skill = (kind) => report.rungs.find((r) => r.kind === kind).metrics.skill;
    for (const kind of ['rule', 'own_rule', 'boosted']) assert.ok(skill(kind).low > 0.1, `${kind}: ${JSON.stringify(skill(kind))}`);
    assert.ok(skill('linear').low > 0, `a step is no line, but says something: ${JSON.stringify(skill('linear'))}`);
    // 100 queries cannot tell the rules from boosted trees by the least gain; rows can.
    const right = task === 'ranking' ? ['best rule', 'x is high', 'boosted trees'] : ['best rule', 'x is high'];
    assert.ok(right.includes(report.recommended), report.reason);
    assert.deepEqual(readdirSync(models).sort(), ['boosted.json', 'boosted.xgboost.json', 'constant.json', 'linear.json', 'own_rule-x-is-high.json', 'random.json', 'rule.json']);
    assert.ok(JSON.parse(readFileSync(join(models, 'boosted.xgboost.json'))).learner, "XGBoost's own file");
  });

  test(`${task}: saved models score other files: unseen values, missing ones, without the outcome`, () => {
    // Other rows, made strange in three places.
    const strange = rows.slice(0, 200).map((row, i) => ({ ...row, colour: i === 3 ? 'violet' : i === 4 ? '' : row.colour, x: i === 5 ? '' : row.x }));
    const with_outcome = path(`${task}-new.csv`), without = path(`${task}-bare.csv`);
    writeFileSync(with_outcome, csv(columns, strange));
    writeFileSync(without, csv(['noise', 'colour', 'x'], strange));
    for (const file of readdirSync(models).filter((f) => !f.includes('xgboost'))) {
      const out = path(`${task}-${file}.csv`);
      const judged = json(assay('score', join(models, file), with_outcome, '--out', out, '--keep', 'noise', '--json'));
      valid(judged, 'score');
      assert.equal(judged.rows, 200);
      assert.equal(judged.notes.some((n) => n.includes("probability of 'yes', which counts as positive, against 'no'")), task === 'binary');
      assert.equal(judged.judged_rows, 200);
      assert.deepEqual(Object.keys(judged.metrics).sort(), [...metrics].sort());
      const lines = readFileSync(out, 'utf8').trim().split('\n');
      assert.equal(lines.length, 201);
      assert.ok(lines[0].startsWith('row,noise,outcome,prediction'), lines[0]);
      assert.ok(lines.every((line) => line.split(',').every((cell) => cell !== '' && cell !== 'nan' && cell !== 'inf')), file);
      assert.equal(lines[1].split(',')[1], String(strange[0].noise));
      // 'violet' stands in one row and in no training row; rungs that do not look at the colour have nothing to say of it.
      const colour = judged.unseen.find((u) => u.feature === 'colour');
      if (file === 'boosted.json' || file === 'linear.json') assert.ok(colour, file);
      if (colour) assert.deepEqual(colour, { feature: 'colour', values: 1, rows: 1, most_frequent: ['violet'] });
      // The same bytes again, with another number of threads.
      const again = path('again.csv');
      json(assay('score', join(models, file), with_outcome, '--out', again, '--keep', 'noise', '--json', '--threads', '1'));
      assert.equal(readFileSync(again, 'utf8'), readFileSync(out, 'utf8'), file);
      const bare = json(assay('score', join(models, file), without, '--out', path('bare.parquet'), '--json'));
      valid(bare, 'score');
      assert.equal(bare.rows, 200);
      assert.deepEqual(bare.metrics, {});
      assert.notEqual(bare.metrics_reason, '');
      assert.ok(existsSync(path('bare.parquet')));
      // The predictions do not depend on whether the outcome is in the file.
      assert.deepEqual(bare.predictions, judged.predictions, file);
    }
  });
}

test('scores are a list in .json, an object a line in .jsonl and .ndjson', () => {
  const lines = (text) => text.trim().split('\n').map((line) => JSON.parse(line));
  const written = [['as.json', JSON.parse], ['as.jsonl', lines], ['as.ndjson', lines]].map(([name, read]) => {
    json(assay('score', join(path('models-binary'), 'rule.json'), path('binary.csv'), '--out', path(name), '--json'));
    return read(readFileSync(path(name), 'utf8'));
  });
  assert.equal(written[0].length, rows.length);
  assert.deepEqual(Object.keys(written[0][0]), ['row', 'outcome', 'prediction']);
  assert.deepEqual(written[1], written[0]);
  assert.deepEqual(written[2], written[0]);
  assert.equal(json(assay('understand', path('as.json'), '--outcome', 'outcome = 1', '--json')).data.rows, rows.length);
});

test('what the model knew of its rows and the file does not is said', () => {
  const units = rows.map((row, i) => ({ ...row, unit: `u${i % 60}` }));
  writeFileSync(path('units.csv'), csv(['x', 'unit', 'binary'], units));
  json(assay('train', path('units.csv'), '--outcome', 'binary', '--unit', 'unit', '--models', path('models-units'), '--repeats', '0', '--json'));
  writeFileSync(path('no-unit.csv'), csv(['x', 'binary'], units.slice(0, 300)));
  const lacking = json(assay('score', join(path('models-units'), 'linear.json'), path('no-unit.csv'), '--json')).notes.join(' ');
  assert.ok(lacking.includes("no column 'unit'"), lacking);
  assert.ok(!lacking.includes('names neither unit nor time'), lacking);
  const [one, two] = ['1', '2'].map((threads) => ({ ...json(assay('score', join(path('models-units'), 'linear.json'), path('units.csv'), '--json', '--threads', threads)), timing: 0 }));
  assert.deepEqual(one, two, 'whole documents with 1 and 2 threads, timing aside');
  const ranking = json(assay('score', join(path('models-ranking'), 'linear.json'), path('ranking.csv'), '--json')).notes.join(' ');
  assert.ok(ranking.includes('by query (list, 100 queries'), ranking);
});

// Columns of every type, each read by an EXPR of the model; some rows come without a time.
test('empty columns, an outcome in 0 and 1 and rows without a time are legal', () => {
  const day = (i) => new Date(Date.UTC(2024, 0, 1) + i * 3 * 3600e3).toISOString().slice(0, 19).replace('T', ' ');
  const many = Array.from({ length: 1200 }, (_, i) => {
    const flag = random() < 0.5, x = random();
    return { flag, x: x.toFixed(3), seen: day(i), shop: `s${i % 7}`, y: random() < (flag ? 0.8 : 0.2), amount: (2 * x + (flag ? 1 : 0) + random()).toFixed(3) };
  });
  const columns = Object.keys(many[0]);
  const data = path('typed.csv');
  writeFileSync(data, csv(columns, many));
  const later = many.slice(0, 200).map((row, i) => ({ ...row, seen: day(2000 + i) }));
  const train = (name, ...flags) => {
    json(assay('train', data, '--models', path(name), '--repeats', '0', '--json', ...flags));
    return (file) => join(path(name), file);
  };
  const flags = ['--time', 'seen', '--where', 'x >= 0'];
  const models = [['y', train('models-y', '--outcome', 'y', ...flags, '--unit', 'date(seen)')], ['amount > 1.5', train('models-limit', '--outcome', 'amount > 1.5', ...flags)], ['amount', train('models-amount', '--outcome', 'amount', ...flags, '--unit', 'shop')]];
  for (const [outcome, at] of models) {
    for (const empty of [null, ...columns]) {
      const file = path('emptied.csv');
      writeFileSync(file, csv(columns, later.map((row) => (empty ? { ...row, [empty]: '' } : row))));
      for (const rung of ['boosted.json', 'linear.json', 'rule.json']) {
        const report = json(assay('score', at(rung), file, '--json'));
        valid(report, 'score');
        const what = `${outcome} by ${rung}, without ${empty}: ${JSON.stringify(report.notes)}`;
        if (empty && outcome.startsWith(empty)) assert.equal(report.metrics_reason, 'the outcome is missing in every row', what);
        else if (empty === 'x') assert.match(report.metrics_reason, /left out by the problem/, what);
        else assert.equal(report.judged_rows, 200, what);
        assert.equal(report.notes.some((n) => n.includes('200 rows have no time, so Assay cannot tell')), empty === 'seen', what);
        assert.ok(!report.notes.some((n) => n.includes('lie in the period the model was trained on')), what);
      }
    }
  }
  // Every second time blank: a count of its own, and no row counts as seen.
  writeFileSync(path('half.csv'), csv(columns, later.map((row, i) => (i % 2 ? { ...row, seen: '' } : row))));
  const half = json(assay('score', models[0][1]('boosted.json'), path('half.csv'), '--json')).notes.join(' ');
  assert.ok(half.includes('100 rows have no time') && !half.includes('lie in the period'), half);
  // true and false as 1 and 0: the same metrics.
  writeFileSync(path('words.csv'), csv(columns, later));
  writeFileSync(path('digits.csv'), csv(columns, later.map((row) => ({ ...row, y: row.y ? 1 : 0 }))));
  const [words, digits] = ['words.csv', 'digits.csv'].map((file) => json(assay('score', models[0][1]('boosted.json'), path(file), '--json')));
  assert.deepEqual(digits.metrics, words.metrics);
  assert.ok(!digits.notes.some((n) => n.includes('class that the model does not know')), digits.notes.join(' '));
  assert.deepEqual(JSON.parse(readFileSync(models[0][1]('linear.json'), 'utf8')).source_types, { amount: 'number', flag: 'boolean', seen: 'time', shop: 'category', x: 'number', y: 'boolean' });
});

const model = () => join(path('models-binary'), 'boosted.json');
const bad = [
  ['a missing feature column', () => { writeFileSync(path('slip.csv'), 'xx,colour,noise\n1,red,2\n'); return [model(), path('slip.csv')]; }, "needs the column 'x', which is not there. Did you mean 'xx'"],
  ['text where numbers were', () => { writeFileSync(path('text.csv'), 'x,colour,noise\nmany,red,2\n'); return [model(), path('text.csv')]; }, "column 'x'"],
  ['no model', () => [path('none.json'), path('binary.csv')], 'there is no such file'],
  ['a file that is no model', () => [path('binary.csv'), path('binary.csv')], 'not a whole model file'],
  ["XGBoost's own file", () => [join(path('models-binary'), 'boosted.xgboost.json'), path('binary.csv')], "XGBoost's own file"],
  ['a cut model', () => { writeFileSync(path('cut.json'), readFileSync(model(), 'utf8').slice(0, 5000)); return [path('cut.json'), path('binary.csv')]; }, 'not a whole model file'],
  ['a changed model', () => { writeFileSync(path('changed.json'), readFileSync(model(), 'utf8').replace('"trees":', '"trees":1')); return [path('changed.json'), path('binary.csv')]; }, 'SHA-256 does not fit'],
  ['an ending that says nothing', () => [model(), path('binary.csv'), '--out', path('out.xyz')], 'expected .parquet'],
  ['an unwritable place', () => [model(), path('binary.csv'), '--out', join(path('binary.csv'), 'out.csv')], 'cannot be'],
  ['a folder that is no project', () => [mkdtempSync(join(folder, 'empty-')), path('binary.csv')], 'name a model file'],
  ['a folder of models', () => [path('models-binary'), path('binary.csv')], `is a folder of models; name one of them: ${join(path('models-binary'), 'boosted.json')}`],
];
for (const [what, words, says] of bad) {
  test(`bad input: ${what}`, () => {
    const flags = words();
    const before = readdirSync(folder);
    const run = assay('score', ...flags);
    assert.equal(run.status, 2, `${run.stdout}\n${run.stderr}`);
    assert.ok(run.stderr.includes(says), run.stderr);
    assert.equal(run.stdout, '');
    assert.deepEqual(readdirSync(folder), before, 'nothing half-written stays behind');
  });
}

// What is written is whole or not there: a full disk, a limit on file sizes, Ctrl-C and SIGTERM in mid-write.
const many = path('many.csv');
const makeMany = () => {
  if (existsSync(many)) return;
  const lines = Array.from({ length: 3_000_000 }, (_, i) => `${i % 100},${['red', 'green', 'blue'][i % 3]},${i % 1000}`);
  writeFileSync(many, `x,colour,noise\n${lines.join('\n')}\n`);
};
const leftovers = (where, name) => readdirSync(where).filter((n) => n.startsWith(name));

const mountable = process.getuid() === 0 && spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs -o size=64k tmpfs /mnt'], { encoding: 'utf8' }).status === 0;
for (const ending of ['csv', 'parquet', 'jsonl']) {
  test(`a full disk while .${ending} is written: a sentence, and the old file stays as it was`, { skip: !mountable && 'no right to mount a small file system' }, () => {
    makeMany();
    const disk = mkdtempSync(join(folder, 'disk-'));
    const script = 'mount -t tmpfs -o size=1m tmpfs "$2"; echo old >"$2/out.$5"; "$1" score "$3" "$4" --out "$2/out.$5" --keep x,noise --quiet; echo "status $?"; ls "$2"; cat "$2/out.$5"';
    const run = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', program, disk, model(), many, ending], { encoding: 'utf8' });
    assert.equal(run.stdout, `status 2\nout.${ending}\nold\n`, run.stderr);
    assert.ok(run.stderr.startsWith('assay: ') && run.stderr.includes(`out.${ending}`) && run.stderr.includes('No space left on device'), run.stderr);
  });
}

test('a limit on file sizes while scores are written leaves nothing', () => {
  makeMany();
  const run = spawnSync('bash', ['-c', 'ulimit -f 200; exec "$@"', 'bash', program, 'score', model(), many, '--out', path('limited.csv'), '--quiet'], { encoding: 'utf8' });
  assert.equal(run.status, 2, run.stderr);
  assert.match(run.stderr, /^assay: .*limited\.csv: cannot be written: .*File too large/);
  assert.deepEqual(leftovers(folder, 'limited'), []);
});

for (const [signal, status] of [['SIGINT', 130], ['SIGTERM', 143]]) {
  test(`${signal} while scores are written: says so, leaves nothing, and the same command works again`, async () => {
    makeMany();
    const out = `stopped-${signal}.csv`;
    const words = ['score', model(), many, '--out', path(out), '--quiet'];
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    let message = '';
    child.stderr.on('data', (bytes) => (message += bytes));
    const ended = new Promise((resolve) => child.on('close', (code) => resolve(code)));
    let over = false;
    ended.then(() => (over = true));
    while (!over && leftovers(folder, out).length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    child.kill(signal);
    assert.equal(await ended, status, message);
    assert.match(message, /^assay: stopped on request/);
    assert.deepEqual(leftovers(folder, out), []);
    json(assay(...words, '--json'));
    assert.equal(readFileSync(path(out), 'utf8').split('\n').length, 3_000_002);
  });
}

test('a changed model file is refused, unless the change reads as the same numbers', () => {
  const text = readFileSync(join(path('models-binary'), 'rule.json'), 'utf8');
  let changes = 0;
  for (let i = 0; i < 25; ++i) {
    const at = 1 + Math.floor((text.length - 3) * (i / 25));
    writeFileSync(path('flipped.json'), text.slice(0, at) + (text[at] === '7' ? '8' : '7') + text.slice(at + 1));
    const run = assay('score', path('flipped.json'), path('binary.csv'));
    let same = false;
    try {
      same = JSON.stringify(JSON.parse(readFileSync(path('flipped.json'), 'utf8'))) === JSON.stringify(JSON.parse(text));
    } catch {}
    if (same) continue;  // the last digit of a double beyond its precision
    changes += 1;
    assert.equal(run.status, 2, `byte ${at}: ${run.stdout}`);
    assert.ok(run.stderr.startsWith('assay: '), run.stderr);
  }
  assert.ok(changes >= 15, `${changes} real changes`);
});

test('a training on a sample says which sample it took', () => {
  const words = ['train', path('binary.csv'), '--outcome', 'binary', '--sample', '600'];
  const sample = 'a random sample of 600 of 1,200 rows (seed 42)';
  const report = json(assay(...words, '--json'));
  assert.ok(report.data.notes.includes(sample), report.data.notes.join());
  assert.equal(report.split.training_rows + report.split.holdout_rows, 600);
  assert.ok(assay(...words).stdout.replace(/\s+/g, ' ').includes(sample));
});

test('rows that the problem leaves out are predicted, but not judged', () => {
  const filtered = path('models-filtered');
  json(assay('train', path('binary.csv'), '--outcome', 'binary', '--where', 'noise >= 100', '--models', filtered, '--json'));
  const out = path('filtered.csv');
  const model = join(filtered, 'rule.json');
  const report = json(assay('score', model, path('binary.csv'), '--out', out, '--json'));
  const left = rows.filter((r) => r.noise < 100).length;
  assert.ok(left > 50);
  assert.equal(report.rows, rows.length);
  assert.equal(report.judged_rows, rows.length - left);
  assert.ok(report.notes.includes(`${left} rows are predicted but not judged: the row filter 'noise >= 100' of the problem leaves them out`), report.notes.join('\n'));
  const lines = readFileSync(out, 'utf8').trim().split('\n');
  assert.equal(lines.length, rows.length + 1);
  assert.ok(lines.every((line) => line.split(',').every((cell) => cell !== '')), 'the outcome is written for every row all the same');
  // Without the column, the filter cannot be applied; the rule needs only x.
  writeFileSync(path('no-noise.csv'), csv(['x', 'colour', 'binary']));
  const whole = json(assay('score', model, path('no-noise.csv'), '--json'));
  assert.equal(whole.judged_rows, rows.length);
  assert.ok(whole.notes.some((n) => n.startsWith("the row filter 'noise >= 100' of the problem cannot be applied") && n.endsWith("the file has no column 'noise'")), whole.notes.join('\n'));
});

test('a project leaves out its exclusions and small queries when it judges scores', () => {
  const project = mkdtempSync(join(folder, 'project-'));
  const list = rows.map((r, i) => ({ ...r, list: i < 5 ? 'short' : r.list }));
  writeFileSync(join(project, 'data.csv'), csv(['x', 'colour', 'noise', 'list', 'gain'], list));
  writeFileSync(join(project, 'assay.toml'), '[data]\nsource = "data.csv"\nquery = "list"\nleast_query_rows = 8\n[[data.derived]]\nname = "loud"\nexpression = "noise / 100"\n[[data.exclusions]]\nreason = "too loud"\nrows = "loud > 9"\n[[objectives]]\nname = "gain"\noutcome = "gain"\n');
  const ran = run('run', project, '--quiet', '--repeats', '0', '--json');
  assert.ok(ran.status === 0 || ran.status === 1, ran.stderr);
  const trained = JSON.parse(ran.stdout).train[0];
  const model = join(project, '.assay', 'models', 'gain', 'constant.json');
  const report = json(assay('score', model, join(project, 'data.csv'), '--json'));
  assert.equal(report.rows, rows.length);
  assert.equal(report.judged_rows, trained.split.training_rows + trained.split.holdout_rows);
  assert.ok(report.notes.some((n) => n.includes("the exclusion 'too loud' (loud > 9) of the problem leaves them out")), report.notes.join('\n'));
  assert.ok(report.notes.some((n) => n.includes('their query has fewer than 8 rows')), report.notes.join('\n'));
});

test('imported columns are rungs only when it is said what they were trained on, and never features', () => {
  writeFileSync(path('imported.csv'), csv(['x', 'colour', 'noise', 'binary', 'score'], rows.map((r) => ({ ...r, score: r.x > 60 ? 0.8 : 0.2 }))));
  const report = json(assay('train', path('imported.csv'), '--outcome', 'binary', '--imported', 'theirs=score:other rows', '--json'));
  assert.equal(report.rungs.at(-1).kind, 'imported');
  assert.ok(report.rungs.at(-1).source.includes('other rows'));
  assert.ok(!report.features.includes('score'));
  const silent = json(assay('train', path('imported.csv'), '--outcome', 'binary', '--imported', 'theirs=score', '--json'));
  assert.ok(silent.rungs.every((r) => r.kind !== 'imported'));
  assert.ok(silent.notes.some((n) => n.includes('not said what')));
});

test('the data that are scored are never written over', () => {
  const data = path('binary.csv');
  const before = readFileSync(data, 'utf8');
  const refused = assay('score', path('models-binary/linear.json'), data, '--out', path('./binary.csv'));
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /--out: .*binary\.csv is the data itself; write to another file/);
  assert.equal(readFileSync(data, 'utf8'), before);
});
