// "What to give up for what" in a real browser: the weight moved by hand, lists that follow, both themes, a phone, paper.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';

import { lowContrast, nasty, reportPage } from './report_page.mjs';
import { assay, dayOf, draws } from './support.mjs';

const { folder, open } = reportPage('report-tradeoff');
let file, three;
before(() => {
  const random = draws(21);
  const title = (i) => (i % 997 === 0 ? `"${nasty}"` : `Title ${i}`);
  writeFileSync(join(folder, 'films.csv'), `day,title,depth,noise,rating,clicked,rude\n${Array.from({ length: 3000 }, (_, i) => {
    const depth = random(), noise = 1 - depth + 0.4 * (random() - 0.5);
    return [dayOf(2024, Math.floor(i / 30)), title(i), depth.toFixed(3), noise.toFixed(3), (2 + 3 * depth + random()).toFixed(2), random() < 0.1 + 0.6 * noise ? 1 : 0, random() < 0.6 * noise ? 1 : 0].join(',');
  }).join('\n')}\n`);
  mkdirSync(join(folder, 'films'));
  writeFileSync(join(folder, 'films', 'assay.toml'), '[project]\nname = "Films"\n[data]\nsource = "../films.csv"\ntime = "day"\nquery = "day"\n[[data.columns]]\nname = "rude"\nknown = "after"\n[[data.columns]]\nname = "title"\nknown = "before"\nfeature = false\n[[objectives]]\nname = "quality"\noutcome = "rating"\ntask = "regression"\nweight = 0.6\n[[objectives]]\nname = "engagement"\noutcome = "clicked = 1"\ntask = "binary"\nweight = 0.4\namount = 3\n[value]\ncurrency = "EUR"\n[[guardrails]]\nname = "rude films"\nexpression = "rude = 1"\nlimit = 0.3\n');
  const run = assay('run', join(folder, 'films'), '--repeats', '0');
  assert.ok(run.status === 0 || run.status === 1, run.stderr);
  file = join(folder, 'films', '.assay', 'report.html');
  // Single rows, three objectives.
  mkdirSync(join(folder, 'rows'));
  writeFileSync(join(folder, 'rows', 'assay.toml'), '[project]\nname = "Rows"\n[data]\nsource = "../films.csv"\n[[data.columns]]\nname = "title"\nknown = "before"\nfeature = false\n[[objectives]]\nname = "quality"\noutcome = "rating"\ntask = "regression"\nweight = 0.5\n[[objectives]]\nname = "engagement"\noutcome = "clicked = 1"\ntask = "binary"\nweight = 0.3\n[[objectives]]\nname = "calm"\noutcome = "rude = 0"\ntask = "binary"\nweight = 0.2\n[tradeoff]\nshare = 0.1\ncalibrate = true\n');
  const rows = assay('run', join(folder, 'rows'), '--repeats', '0');
  assert.ok(rows.status === 0 || rows.status === 1, rows.stderr);
  three = join(folder, 'rows', '.assay', 'report.html');
});

test('moving the weight changes metrics, guardrail, money and lists at once, to what ranking again gives', async () => {
  const { page, problems, requests } = await open({ viewport: { width: 1280, height: 900 } }, file);
  const data = JSON.parse(await page.locator('#assay-data').textContent()).tradeoff;
  const slider = page.locator('#tradeoff-lambda');
  const shown = async () => (await page.locator('#tradeoff .keys').innerText()).replace(/\s+/g, ' ');
  const lists = async () => page.locator('#tradeoff .lists > li').evaluateAll((cards) => cards.map((card) => [...card.querySelectorAll('ol > li')].map((item) => item.textContent.replace(/^\+ /, ''))));
  const expected = (lambda) => data.lists.map((query) => {
    const blend = query.items.map((item) => (1 - lambda) * item.scores[0] + lambda * item.scores[1]);
    return blend.map((_, i) => i).sort((a, b) => blend[b] - blend[a] || a - b).slice(0, data.k).map((i) => query.items[i].name);
  });
  for (const lambda of [0, 0.25, 0.9, 1]) {
    await slider.fill(String(lambda));
    const names = await lists();
    expected(lambda).forEach((query, q) => query.forEach((name, r) => assert.ok(names[q][r].startsWith(name), `lambda ${lambda}, query ${q}, rank ${r + 1}: ${names[q][r]} is not ${name}`)));
    const at = data.frontier.at.find((a) => a.lambda === lambda);
    const text = await shown();
    assert.ok(text.includes(at.guardrails['rude films'].holds ? 'holds' : 'broken'), text);
    assert.ok(text.includes(`quality, mean of the first 10 ${Number(at.metrics.quality.value.toPrecision(4))}`), text);
    assert.match(text, /money per list against the charter’s weights, EUR/);
    const money = data.lines[0].money.at.find((m) => m.lambda === lambda).difference;
    assert.ok(text.includes(`EUR ${String(Number(money.value.toPrecision(3))).replace('-', '−')}`), `${text}: ${money.value}`);
  }
  // The charter's weights by a button; nothing new in the lists then.
  await page.locator('#tradeoff .weights button').first().click();
  assert.equal(await slider.inputValue(), '0.4');
  assert.equal(await page.locator('#tradeoff .ranked li.new').count(), 0);
  assert.equal(await page.locator('img').count(), 0, 'a value from data never becomes markup');
  assert.equal(requests.length, 1, 'nothing is loaded');
  assert.deepEqual(problems, []);
  await page.close();
});

test('of three objectives each weight moves while the others keep their proportions; single rows have a threshold', async () => {
  const { page, problems } = await open({ viewport: { width: 1280, height: 900 } }, three);
  const data = JSON.parse(await page.locator('#assay-data').textContent()).tradeoff;
  const slider = page.locator('#tradeoff-lambda');
  for (const line of data.lines) {
    await page.locator('#tradeoff .weights [role=group] button', { hasText: line.objective }).click();
    await slider.fill('0.5');
    const spoken = await slider.getAttribute('aria-valuetext');
    const piece = line.curve.lambda.findLastIndex((l) => l <= 0.5);
    const text = (await page.locator('#tradeoff .keys').innerText()).replace(/\s+/g, ' ');
    for (const { name } of data.objectives) {
      const weight = name === line.objective ? 0.5 : 0.5 * line.rest[name];
      assert.ok(spoken.includes(`${name} ${Number(weight.toPrecision(3))}`), spoken);
      assert.ok(text.includes(`${name}, mean of the ${data.k} acted on of a batch ${Number(line.curve.values[name][piece].toPrecision(4))}`), text);
    }
    const weights = data.objectives.map(({ name }) => (name === line.objective ? 0.5 : 0.5 * line.rest[name]));
    const shown = await page.locator('#tradeoff .lists > li').first().locator('ol > li').allTextContents();
    const blend = data.lists[0].items.map((item) => weights.reduce((sum, weight, o) => sum + weight * item.scores[o], 0));
    const expected = blend.map((_, i) => i).sort((a, b) => blend[b] - blend[a] || a - b).slice(0, data.k).map((i) => data.lists[0].items[i].name);
    expected.forEach((name, i) => assert.ok(shown[i].replace(/^\+ /, '').startsWith(name), `${shown[i]} is not ${name}`));
  }
  const figures = await page.locator('#tradeoff .figures').first().innerText();
  assert.match(figures, /Those whose blend reaches [\d.−]+: 0\.\d+ \(0\.\d+ to 0\.\d+\) of the rows held back/);
  assert.deepEqual(problems, []);
  await page.close();
});

test('the weight is moved by keyboard and read out', async () => {
  const { page } = await open({ viewport: { width: 1280, height: 900 } }, file);
  const slider = page.locator('#tradeoff-lambda');
  await slider.focus();
  const before = Number(await slider.inputValue());
  await page.keyboard.press('ArrowRight');
  assert.ok(Math.abs(Number(await slider.inputValue()) - before - 0.005) < 1e-9);
  assert.match(await slider.getAttribute('aria-valuetext'), /engagement 0\.\d+, quality 0\.\d+/);
  await page.keyboard.press('End');
  assert.match(await slider.getAttribute('aria-valuetext'), /engagement 1, quality 0/);
  await page.close();
});

test('it can be read in both themes and on a phone, and stands on paper without its controls', async () => {
  for (const [colorScheme, width, which] of [['light', 1280, file], ['dark', 1280, three], ['light', 360, three], ['dark', 360, file]]) {
    const { page, problems } = await open({ viewport: { width, height: 800 }, colorScheme }, which);
    const { bad, seen } = await page.evaluate(lowContrast);
    assert.ok(seen > 100);
    assert.deepEqual(bad, [], `${colorScheme}, ${width}`);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, 'nothing sticks out');
    assert.deepEqual(problems, []);
    await page.close();
  }
  const { page } = await open({ viewport: { width: 1280, height: 900 } }, file);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('#tradeoff .weights').isVisible(), false);
  assert.equal(await page.locator('#tradeoff table').first().isVisible() || await page.locator('#tradeoff .ranked').first().isVisible(), true);
  await page.close();
});
