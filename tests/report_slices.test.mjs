// "Where it goes wrong" in a real browser: slices that hold and none, hostile names, the keyboard, a phone, paper.
import assert from 'node:assert/strict';
import test, { before } from 'node:test';

import { lowContrast, nasty, plantedProject, reportPage } from './report_page.mjs';

const { folder, reportFile, open, changed } = reportPage('report-slices');
let planted;
before(() => {
  planted = plantedProject(folder, nasty);
});
const first = '#slices .forest li:first-child > details';

test('a slice that was planted stands first and holds: in words, by shape, with its interval, size and money', async () => {
  const { page, problems, requests } = await open({ viewport: { width: 1280, height: 900 } }, planted);
  assert.match(await page.locator('#slices .verdict').innerText(), /^■ .*(hold|holds) on rows that the search did not see\. The first: channel is “<\/script><img src=x onerror=document\.title=1>\s<b>”/);
  const row = page.locator(`${first} > summary`);
  const text = (await row.innerText()).replace(/\s+/g, ' ');
  assert.match(text, /^1 channel is “<\/script><img src=x onerror=document\.title=1> <b>” ■ holds 0\.\d+ \(0\.\d+ to 0\.\d+\) \d+ % \d+ rows .*\d+ \(\d+ to \d+\)$/);
  assert.match(await row.locator('svg').first().getAttribute('aria-label'), /^Difference to the rest: 0\.\d+ \(0\.\d+ to 0\.\d+\), holds$/);
  assert.match(await page.locator('#slices .head').innerText(), /at stake, EUR a day/);
  assert.equal(await page.locator('img').count(), 0, 'a value from data never becomes markup');
  assert.equal(await page.title(), 'Offers · Assay');
  assert.equal(await page.locator('nav a[href="#slices"]').count(), 1);
  // After the ladder whose rung it is about, before what it means for the work.
  assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('main > section')].map((s) => s.id).filter((id) => ['ladder', 'slices', 'results'].includes(id))), ['ladder', 'slices', 'results'].slice(0, await page.locator('#results').count() ? 3 : 2));
  assert.match(await page.locator('#slices').innerText(), /How it was searched: [\d,]+ conjunctions of up to 3 conditions were counted and all others ruled out by bounds, so nothing with a higher score was missed\. A slice has at least \d+ rows/);
  assert.equal(requests.length, 1);
  assert.deepEqual(problems, []);
  await page.close();
});

test('a slice opens by keyboard to its figures, its loss over time, rows to look at and its expression, which is copied letter by letter', async () => {
  const { page, problems } = await open({ viewport: { width: 1280, height: 900 } }, planted);
  await page.locator(`${first} > summary`).focus();
  await page.keyboard.press('Enter');
  await page.locator(`${first}[open] .opened figure svg`).waitFor();
  const opened = page.locator(`${first} .opened`);
  const text = await opened.innerText();
  for (const words of [/\d+ rows, [\d.]+\s% of the [\d,]+ that the search did not see, with [\d.]+\s% of all their loss/, /against 0\.\d+ in all other rows; the largest is \d/, /p\s<\s0\.001; q\s<\s0\.001, the false discovery rate over the \d+ slices found/, /Where it was found, it had \d+ rows with a mean loss of 0\.\d+, .*too bad to be true/, /the 5 rows with the largest losses, by number in the source\s+row\s+loss\s+channel/, /always deciding right in these rows/, /● solid, these rows/]) assert.match(text, words);
  const data = JSON.parse(await page.locator('#assay-data').textContent());
  const [slice] = data.slices[0].slices;
  assert.ok(slice.found.loss_mean > data.slices[0].mean_loss_searched);
  assert.equal(await opened.locator('.passage code').textContent(), slice.expression);
  // On: the copy button, by Tab from the summary.
  const reach = async (selector) => {
    for (let i = 0; i < 8; i += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return true;
    }
    return false;
  };
  assert.ok(await reach('.opened .copy'), 'the button can be reached');
  await page.keyboard.press('Enter');
  await opened.locator('.passage [role=status]', { hasText: /copied|marked/ }).waitFor();
  assert.equal(await page.evaluate(() => window.getSelection().toString()), await opened.locator('.passage code').innerText());
  // Again: it closes.
  await page.locator(`${first} > summary`).focus();
  await page.keyboard.press('Enter');
  await page.locator(`${first}:not([open])`).waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});

for (const [width, colorScheme] of [[360, 'dark'], [360, 'light'], [1280, 'dark']]) {
  test(`all slices open at ${width} pixels, ${colorScheme}: nothing sideways, nothing cut, readable text`, async () => {
    const { page, problems } = await open({ viewport: { width, height: 800 }, colorScheme }, planted);
    await page.evaluate(() => document.querySelectorAll('#slices details').forEach((d) => { d.open = true; }));
    await page.locator('#slices .opened figure svg').last().waitFor();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'no sideways scrolling');
    const wide = await page.evaluate(() => [...document.querySelectorAll('#slices .row, #slices .row span, #slices .opened > *')].filter((e) => e.getBoundingClientRect().right > window.innerWidth + 1).map((e) => e.outerHTML.slice(0, 80)));
    assert.deepEqual(wide, []);
    const contrast = await page.evaluate(lowContrast);
    assert.deepEqual(contrast.bad, []);
    assert.deepEqual(problems, []);
    await page.close();
  });
}

// Each kind of condition and verdict once.
const kinds = (report) => {
  const [s] = report.slices;
  const [one] = s.slices;
  const range = (feature, low, high, text) => ({ feature, op: 'range', value: null, low, high, text });
  const equal = (feature, value) => ({ feature, op: '=', value, low: null, high: null, text: `${feature} = ${value}` });
  const made = (predicates, more = {}) => ({ ...one, predicates, text: predicates.map((p) => p.text).join(' and '), ...more });
  const slices = [
    made([range('price', 12000000, null, '12000000 <= price'), range('month(day)', 7, null, '7 <= month(day)')]),
    made([range('price', -5, 52500, '-5 <= price < 52500'), range('weekday(day)', 2, 6, '2 <= weekday(day) < 6')], { q_value: 0.3, p_value: 0.2, low: -0.01 }),
    made([range('opened', null, 1700000000000000, 'opened < 2023-11-14 22:13:20'), equal('source', 'two words')], { difference: -0.4, low: -0.5, high: -0.3 }),
    made([{ ...equal('source', null), op: 'missing', text: 'source is missing' }, equal('day(day)', '3')], { q_value: null, p_value: null, low: null, high: null, reason: 'none of the rows that the search did not see lies in it', size: 0, share: 0, loss_mean: null, loss_max: null, lift: null, difference: null, over_time: [], examples: [] }),
    made([range('price', null, null, 'price is known')], { same_rows: [{ predicates: [equal('a', 'b')], text: 'a = b' }], same_rows_more: 4, same_rows_complete: false }),
  ];
  return { ...report, check: { ...report.check, fields: [...report.check.fields, { key: 'data.columns[price].unit', stage: 'design', question: '', answer: 'USD', status: 'answered', line: 1, note: '' }] }, slices: [{ ...s, slices, summary: 'Nothing holds.' }] };
};

test('conditions read as words with their units, a verdict each, other descriptions of the same rows counted', async () => {
  const { page, problems } = await open({ viewport: { width: 1280, height: 900 } }, changed('kinds.html', kinds, planted));
  assert.deepEqual((await page.locator('#slices .where > :last-child').allTextContents()).map((t) => t.replace(/\s/g, ' ')), ['price from 12 million USD on and month(day) July to December', 'price from −5 to below 52,500 USD and weekday(day) Tuesday to Friday', 'opened below 2023-11-14 22:13:20 and source is “two words”', 'source is missing and day(day) is 3', 'price is known']);
  assert.deepEqual((await page.locator('#slices .judged .mark').allTextContents()).map((t) => t.replace(/\s/g, ' ')), ['■ holds', '◆ not shown', '● better than the rest', '◆ not tested', '■ holds']);
  await page.evaluate(() => document.querySelectorAll('#slices .forest details').forEach((d) => { d.open = true; }));
  const opened = page.locator('#slices .opened');
  assert.match(await opened.nth(3).innerText(), /None of the rows that the search did not see lies in it\./);
  assert.match(await opened.nth(4).innerText(), /the same rows, described otherwise and at least 4 more\s+a is\sb/);
  assert.deepEqual(problems, []);
  await page.close();
});

test('no slices: the reason in a sentence, no empty picture', async () => {
  const reason = 'no conjunction of at most 3 conditions with 32 rows or more has a score above 0: the loss is spread evenly over all that these columns can tell apart';
  const { page, problems } = await open({ viewport: { width: 360, height: 800 } }, changed('none.html', (report) => ({ ...report, slices: [{ ...report.slices[0], slices: [], reason, summary: `No slice stands out: ${reason}.`, notes: Array.from({ length: 9 }, (_, i) => `no value of 'column ${i}' has 32 rows: it makes no conditions`) }] })));
  const text = await page.locator('#slices').innerText();
  assert.ok(text.includes(`No slice stands out: ${reason}.`), text);
  assert.equal(text.split('spread evenly').length, 2, 'said once');
  assert.equal(await page.locator('#slices .forest, #slices svg').count(), 0);
  assert.match(text, /9 notes on the columns/);
  assert.deepEqual(problems, []);
  await page.close();
  // The run itself: nothing but noise, in which nothing holds.
  const noise = await open({ viewport: { width: 1280, height: 800 } }, reportFile);
  assert.equal(await noise.page.locator('#slices').count(), 1);
  assert.equal(await noise.page.locator('#slices .mark.bad').count(), 0, await noise.page.locator('#slices').innerText());
  await noise.page.close();
});

test('on paper every slice has its row, and the first that hold are open', async () => {
  const { page, problems } = await open({ viewport: { width: 688, height: 900 } }, planted);
  await page.emulateMedia({ media: 'print' });
  await page.locator(`${first}[open] figure svg`).waitFor();
  const open3 = await page.locator('#slices .forest li > details[open]').count();
  assert.ok(open3 >= 1 && open3 <= 3, String(open3));
  for (const row of await page.locator('#slices .forest summary .row').all()) assert.ok((await row.boundingBox()).height > 10);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  await page.emulateMedia({ media: 'screen' });
  await page.locator(`${first}:not([open])`).waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});
