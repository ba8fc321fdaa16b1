// assay checklist: all 49 items, planted truths found and innocent twins left alone, the same bytes twice.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync, appendFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { assay, dayOf, draws, scratchFolder, valid } from './support.mjs';

const folder = scratchFolder('checklist');
const random = draws(2024);

// 8,000 rows over 100 days. y follows x times z; noise follows nothing; `height` tells `sex`. Planted on request:
// `newcomer`: a category that appears in the last days only; `proxy`: y follows height as well; `mail`: an address as feature.
function project(name, planted) {
  const path = join(folder, name);
  mkdirSync(path);
  const rows = Array.from({ length: 8000 }, (_, i) => {
    const x = random(), z = random(), noise = random();
    const female = random() < 0.5;
    const height = (female ? 165 : 180) + 10 * (random() - 0.5);
    const signal = 12 * (x - 0.5) * (z - 0.5) + (planted.proxy ? (height - 172) / 5 : 0);
    const y = random() < 1 / (1 + Math.exp(-2 * signal)) ? 1 : 0;
    const day = Math.floor(i / 80);
    const kind = planted.newcomer && day > 90 ? 'new' : ['a', 'b'][i % 2];
    return [y, x.toFixed(4), z.toFixed(4), noise.toFixed(4), kind, female ? 'f' : 'm', height.toFixed(1), planted.mail ? `person${i % 50}@example.org` : 'none', dayOf(2020, day)].join(',');
  });
  writeFileSync(join(path, 'data.csv'), `y,x,z,noise,kind,sex,height,contact,day\n${rows.join('\n')}\n`);
  writeFileSync(join(path, 'assay.toml'), `[project]\nname = "${name}"\n[data]\nsource = "data.csv"\ntime = "day"\n[[data.columns]]\nname = "sex"\nmeaning = "as stated"\nknown = "before"\nsensitive = true\n[[objectives]]\nname = "y"\noutcome = "y = 1"\n`);
  return path;
}
const run = (path, ...flags) => assay('checklist', path, '--json', ...flags);
const report = (path, ...flags) => {
  const out = run(path, ...flags);
  assert.equal(out.status, 0, out.stderr);
  const json = JSON.parse(out.stdout);
  valid(json, 'checklist');
  return json;
};
const item = (json, list, id) => json.items.find((i) => i.list === list && i.id === id);

const innocent = project('innocent', {});
const guilty = project('guilty', { newcomer: true, proxy: true, mail: true });

test('28 and 21 items, each decided with a verdict, or open with a reason', () => {
  const json = report(innocent);
  const ids = (list) => json.items.filter((i) => i.list === list).map((i) => i.id);
  assert.equal(ids('ml_test_score').length, 28);
  assert.equal(ids('deon').length, 21);
  assert.equal(new Set(json.items.map((i) => i.list + i.id)).size, 49);
  for (const i of json.items) {
    assert.ok(i.answer.length > 10, `${i.id} says something`);
    assert.equal(i.verdict !== null, i.state === 'decided', i.id);
    if (i.state === 'decided') assert.ok(i.method.length > 10, `${i.id} says how`);
  }
  for (const id of ['D1', 'D2', 'M3', 'M4', 'M5', 'M7', 'I1']) assert.equal(item(json, 'ml_test_score', id).state, 'decided', id);
  for (const id of ['A.3', 'A.4', 'C.2', 'C.5', 'D.1', 'D.2']) assert.equal(item(json, 'deon', id).state, 'decided', id);
});

test('what is right is supported', () => {
  const json = report(innocent);
  for (const [list, id] of [['ml_test_score', 'D1'], ['ml_test_score', 'M5'], ['ml_test_score', 'I1'], ['ml_test_score', 'I3'], ['ml_test_score', 'R5'], ['deon', 'A.3'], ['deon', 'A.4'], ['deon', 'C.2'], ['deon', 'C.4'], ['deon', 'D.1']]) {
    assert.equal(item(json, list, id).verdict, 'supported', `${id}: ${item(json, list, id).answer}`);
  }
  // noise, kind and contact are fed to the model and earn nothing.
  const beneficial = item(json, 'ml_test_score', 'D2');
  assert.equal(beneficial.verdict, 'refuted', beneficial.answer);
  const idle = beneficial.findings.filter((f) => f.accused).map((f) => f.name);
  assert.ok(idle.includes('kind') && idle.includes('contact'), String(idle));
  const lost = (name) => beneficial.findings.find((f) => f.name === name).estimate;
  assert.ok(lost('x').low > 0 && lost('z').low > 0, 'x and z are needed');
  assert.ok(lost('noise').low <= 0, 'noise is not');
});

test('what is wrong is found and named', () => {
  const json = report(guilty);
  const schemaItem = item(json, 'ml_test_score', 'D1');
  assert.equal(schemaItem.verdict, 'refuted');
  assert.deepEqual(schemaItem.findings.filter((f) => f.accused).map((f) => f.name), ['kind']);
  const proxy = item(json, 'deon', 'D.1');
  assert.equal(proxy.verdict, 'refuted', proxy.answer);
  assert.ok(proxy.findings[0].estimate.low > 0.9, proxy.findings[0].message);
  assert.equal(item(json, 'deon', 'A.3').verdict, 'refuted');
  assert.match(item(json, 'deon', 'A.3').answer, /contact/);
  // `sex` is a feature although it is declared sensitive.
  assert.match(item(json, 'ml_test_score', 'D4').answer, /sex/);
});

test('the same bytes with 1 and 2 threads', () => {
  const [one, two] = [report(innocent, '--threads', '1'), report(innocent, '--threads', '2')];
  for (const json of [one, two]) delete json.timing;
  assert.equal(JSON.stringify(one), JSON.stringify(two));
});

test('after a run the gate is judged and the trail is audited; a changed ledger is refuted', () => {
  const before = report(innocent);
  assert.equal(item(before, 'deon', 'C.5').verdict, 'inconclusive');
  const made = assay('run', innocent);
  assert.ok(made.status === 0 || made.status === 1, made.stderr);
  const json = report(innocent);
  assert.equal(item(json, 'deon', 'C.5').verdict, 'supported', item(json, 'deon', 'C.5').answer);
  assert.notEqual(item(json, 'ml_test_score', 'I4').answer, item(before, 'ml_test_score', 'I4').answer);
  appendFileSync(join(innocent, '.assay', 'ledger.jsonl'), '{"number":999}\n');
  assert.equal(item(report(innocent), 'deon', 'C.5').verdict, 'refuted');
});

// 1,500 rows, the first 700 without a time. Class a follows nothing; which of b and c it is follows height, which tells sex.
function projectOfClasses() {
  const path = join(folder, 'classes');
  mkdirSync(path);
  const rows = Array.from({ length: 1500 }, (_, i) => {
    const female = random() < 0.5;
    const height = (female ? 165 : 180) + 10 * (random() - 0.5);
    const y = random() < 0.3 ? 'a' : (height > 172) !== (random() < 0.1) ? 'b' : 'c';
    return [y, random().toFixed(3), female ? 'f' : 'm', height.toFixed(1), i < 700 ? '' : dayOf(2020, Math.floor((i - 700) / 5))].join(',');
  });
  writeFileSync(join(path, 'data.csv'), `y,x,sex,height,day\n${rows.join('\n')}\n`);
  writeFileSync(join(path, 'assay.toml'), '[project]\nname = "classes"\n[data]\nsource = "data.csv"\ntime = "day"\n[[data.columns]]\nname = "sex"\nmeaning = "as stated"\nknown = "before"\nsensitive = true\n[[objectives]]\nname = "y"\noutcome = "y"\n');
  return path;
}

test('of several classes every one is looked at, and rows without a time have no age', () => {
  const json = report(projectOfClasses());
  const explainable = item(json, 'deon', 'D.4');
  assert.equal(explainable.verdict, 'supported', explainable.answer);
  assert.match(explainable.answer, /one for each class.*that of '[bc]'/);
  const proxy = item(json, 'deon', 'D.1');
  assert.equal(proxy.verdict, 'refuted', proxy.answer);
  assert.match(proxy.findings[0].message, /the model's chance of '[bc]' differs by/);
  const staleness = item(json, 'ml_test_score', 'M4');
  const age = staleness.figures.find((f) => f.name === 'age').estimate.value;
  assert.ok(age > 10 && age < 160, `${age} days: ${staleness.answer}`);
});

test('an unknown objective is named with the known ones', () => {
  const out = run(innocent, '--objective', 'z');
  assert.equal(out.status, 2);
  assert.match(out.stderr, /no objective 'z'.*y/);
});
