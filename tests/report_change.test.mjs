// "Why it moved" in a real browser: steps that add up, parts that open, reversals, noise, trees of metrics.
import assert from 'node:assert/strict';
import test from 'node:test';

import { estimate, lowContrast, nasty, reportPage } from './report_page.mjs';

const { open, changed } = reportPage('report-change');
const equal = (feature, value) => ({ feature, op: '=', value, low: null, high: null, text: `${feature} = ${value}` });
const part = (predicates, contribution, more = {}) => ({ metric: '', predicates, text: predicates.map((p) => p.text).join(' and '), outside_earlier_parts: false, contribution, share: contribution / 4, mix: 0.25 * contribution, rate: 0.75 * contribution, estimate: contribution, low: contribution - 0.5, high: contribution + 0.5, level: 0.95, p_value: 0.0001, q_value: 0.0002, reason: '', before: 20, after: 30, rows_before: 100, rows_after: 300, ...more });
const untested = { estimate: null, low: null, high: null, p_value: null, q_value: null, reason: 'the rest is not tested' };
const moved = (report, more = {}) => ({
  report: 'change', assay_version: report.assay_version, command: 'assay change', seed: 42, data: { ...report.data, notes: [] }, metric: 'avg(revenue)', before_rows: "day < '2024-01-31'", after_rows: "day >= '2024-01-31'",
  answer: `avg(revenue) rose from 20 to 24, by 4. The largest, 'device = ${nasty} and weekday(day) = 1', contributed 5. A reversal: within every value of 'segment' it fell.`,
  total: { before: 20, after: 24, change: 4, low: 3, high: 5, level: 0.95, p_value: 0.00001, reason: '', mix: 1, rate: 3, before_estimate: estimate(20, 19, 21), after_estimate: estimate(24, 23, 25), rows_before: 1000, rows_after: 1000, blocks_before: 30, blocks_after: 30 },
  parts: [part([equal('device', nasty), { ...equal('weekday(day)', '1') }], 5), part([equal('source', 'paid')], -2, { outside_earlier_parts: true })],
  unexplained: 1, unexplained_text: 'too noisy to explain: 25 % of the change', rest: part([], 1, { text: 'all other rows', ...untested }),
  features: [{ feature: 'segment', segments: 2, mix: 5, rate: -1, reversal: true, text: "A reversal: within every value of 'segment' it fell." }, { feature: 'device', segments: 3, mix: 1e-15, rate: 4, reversal: false, text: '' }],
  metrics: [], tested: true, cells_looked_at: 1744, cells_tested: 3, unit_of_noise: 'by day (30 before, 30 after)', method: 'cells chosen on half of the blocks and tested on the other', timing: report.timing, ...more,
});
const withChange = (report) => ({ ...report, change: [moved(report)] });

test('from before to after in steps that add up, each with its interval, the unexplained last', async () => {
  const { page, problems, requests } = await open({ viewport: { width: 1280, height: 900 } }, changed('change.html', withChange));
  const texts = async (selector) => (await page.locator(`#change .waterfall ${selector}`).allTextContents()).map((t) => t.replace(/\s/g, ' ').trim());
  assert.deepEqual(await texts('.where > :last-child'), ['before', `device is “${nasty.replace(/\s/g, ' ')}” and weekday(day) is Monday`, 'source is paid, outside the parts above', 'unexplained: too noisy to explain', 'after']);
  assert.deepEqual(await texts('.judged b'), ['20.00', '▲ +5.00', '▼ −2.00', '▲ +1.00', '24.00']);
  assert.equal((await texts('.judged')).at(1).replace(/ +/g, ' '), '▲ +5.00 +4.50 to +5.50; 125 %');
  // Each bar starts where the one before it ends.
  const bars = await page.locator('#change .interval-line').evaluateAll((all) => all.map((line) => { const r = line.querySelector('svg rect')?.getBoundingClientRect(); return r && [r.left, r.right].map((v) => Math.round(v - line.getBoundingClientRect().left)); }));
  const [, up, down, left] = bars;
  assert.ok(up && down && left && Math.abs(up[1] - down[1]) <= 1 && Math.abs(down[0] - left[0]) <= 1, JSON.stringify(bars));
  assert.match(await page.locator('#change .interval-line svg[aria-label]').nth(1).getAttribute('aria-label'), /\+5\.00 \(\+4\.50 to \+5\.50\)$/);
  const text = await page.locator('#change').innerText();
  for (const words of [/≠\sSimpson’s paradox Within every value of 'segment' it fell\./, /\+4\.00 \(\+3\.00 to \+5\.00\), p\s<\s0\.001/, /1,744 sets of rows looked at, 3 tested/, /Noise is measured by day/]) assert.match(text, words);
  assert.equal(text.split('within every value').length + text.split('Within every value').length, 3, 'a reversal is told once');
  assert.equal(await page.locator('img').count(), 0, 'a value from data never becomes markup');
  assert.equal(requests.length, 1);
  assert.deepEqual(problems, []);
  await page.close();
});

test('a part opens by keyboard to mix and rate, levels and rows', async () => {
  const { page, problems } = await open({ viewport: { width: 1280, height: 900 } }, changed('change.html', withChange));
  const summary = page.locator('#change .waterfall summary').first();
  await summary.focus();
  await page.keyboard.press('Enter');
  const opened = page.locator('#change .waterfall details[open] .opened').first();
  await opened.waitFor();
  const text = await opened.innerText();
  for (const words of [/\+5\.00, 125\s% of the change/, /q\s<\s0\.001 over all 3 tested/, /\+1\.25: 100 \(10\s%\) before, 300 \(30\s%\) after/, /\+3\.75: 20\.00 before, 30\.00 after/, /weekday\(day\) = 1/]) assert.match(text, words);
  await page.locator('#change .waterfall summary').last().click();
  assert.match(await page.locator('#change .waterfall details .opened').last().innerText(), /Too noisy to explain: 25\s% of the change\.[\s\S]*The rest is not tested\./);
  assert.deepEqual(problems, []);
  await page.close();
});

const tree = (report) => ({
  ...report,
  change: [
    moved(report, { parts: [], features: [], tested: false, unexplained: 4, unexplained_text: '', answer: 'Within noise: there is nothing to explain.' }),
    moved(report, {
      features: [], total: { ...moved(report).total, before: 1e8, after: 1.04e8, change: 4e6, before_estimate: { value: 1e8, low: null, high: null, level: 0.95, reason: 'made of others' }, after_estimate: { value: 1.04e8, low: null, high: null, level: 0.95, reason: 'made of others' } },
      parts: [part([equal('source', 'paid')], 3e6, { metric: 'basket' })], unexplained: 1e6, rest: part([], 0, { ...untested, text: '', rows_before: 0, rows_after: 0 }),
      metrics: [
        { name: 'visits', is: 'count()', leaf: true, before: 4500, after: 4500, change: 0, low: null, high: null, reason: 'it is counted', contribution: 0, share: 0, text: 'visits stayed at 4,500.', unexplained: 0, unexplained_text: '' },
        { name: 'basket', is: 'avg(revenue)', leaf: true, before: 22.27, after: 24.15, change: 1.88, low: 1.2, high: 2.5, reason: '', contribution: 4e6, share: 1, text: 'basket rose.', unexplained: 1e6, unexplained_text: 'too noisy to explain: 0.47' },
        { name: 'revenue', is: 'visits * basket', leaf: false, before: 1e8, after: 1.04e8, change: 4e6, low: null, high: null, reason: '', contribution: null, share: null, text: '' },
      ],
    }),
  ],
});

for (const [width, colorScheme] of [[360, 'dark'], [1280, 'light']]) {
  test(`noise and a tree of metrics at ${width} pixels, ${colorScheme}: all open, nothing sideways, readable text`, async () => {
    const { page, problems } = await open({ viewport: { width, height: 800 }, colorScheme }, changed('tree.html', tree));
    assert.equal(await page.locator('#change-2').count(), 1);
    assert.match(await page.locator('#change .waterfall').innerText(), /unexplained: left over/);
    assert.match(await page.locator('#change-2 .waterfall').innerText(), /100\.00\s+million[\s\S]*basket: source is\spaid[\s\S]*\+3\.00\s+million[\s\S]*basket, unexplained: too noisy to explain[\s\S]*\+1\.00\s+million[\s\S]*104\.00\s+million/);
    const cards = await page.locator('#change-2 .cards > li').allInnerTexts();
    assert.match(cards[0], /revenue = visits \* basket/);
    assert.match(cards[1], /22\.27 → 24\.15, a change of 1\.88 \(1\.2 to 2\.5\)[\s\S]*Moved the whole by \+4\.00\smillion, 100\s% of its change/);
    assert.match(cards[2], /No interval: it is counted\./);
    await page.evaluate(() => document.querySelectorAll('#change details, #change-2 details').forEach((d) => { d.open = true; }));
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'no sideways scrolling');
    assert.deepEqual((await page.evaluate(lowContrast)).bad, []);
    assert.deepEqual(problems, []);
    await page.close();
  });
}
