// The report on paper: A4, light, nothing cut, shrunk or parted from what it belongs to.
import assert from 'node:assert/strict';
import test from 'node:test';
import { constants, inflateSync } from 'node:zlib';

import { estimate, lowContrast, reportPage } from './report_page.mjs';

const { open, changed } = reportPage('paper');

const pageScale = /^([\d.]+) 0 0 -[\d.]+ 0 [\d.]+ cm[\s\S]{1,120}?\n([\d.]+) 0 0 [\d.]+ [\d.-]+ [\d.-]+ cm/;

/** What is drawn on each page of a PDF. */
const drawingsOf = (bytes) => [...bytes.toString('latin1').matchAll(/stream\r?\n/g)].flatMap((m) => { try { return [inflateSync(bytes.subarray(m.index + m[0].length), { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1')]; } catch { return []; } }).filter((text) => pageScale.test(text));

test('on paper: light, A4, parts opened and closed again, nothing wider than the page', async () => {
  const { page, problems } = await open({ viewport: { width: 688, height: 1000 }, colorScheme: 'dark' });
  await page.waitForSelector('#ladder svg');
  const openParts = () => page.locator('details[open]').count();
  const before = await openParts();
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await page.locator('#feasibility details[open]').first().waitFor();
  assert.equal(await page.locator('details:not([open]):not(.long):not(.said):not(.folded)').count(), 0, 'everything that can be opened is open, but the slices that stand in a row each');
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--paper').trim()), '#ffffff');
  const wide = await page.evaluate(() => [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > window.innerWidth + 1 && !e.closest('.skip')).map((e) => `${e.tagName} ${e.textContent.slice(0, 40)}`));
  assert.deepEqual(wide, []);
  assert.deepEqual((await page.evaluate(lowContrast)).bad, []);
  await page.emulateMedia({ media: 'screen' });
  await page.locator('#feasibility details:not([open])').first().waitFor();
  assert.equal(await openParts(), before);
  // Printed for real, from a wide window: where anything overflowed, the browser would shrink all text to fit.
  await page.emulateMedia({ media: null });
  await page.setViewportSize({ width: 1280, height: 800 });
  const bytes = await page.pdf({ preferCSSPageSize: true });
  const pdf = bytes.toString('latin1');
  const boxes = [...pdf.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)];
  assert.ok(boxes.length > 0);
  for (const [, width, height] of boxes) assert.deepEqual([Math.round(Number(width)), Math.round(Number(height))], [595, 842], 'A4');
  // A drawing's first two scales: device pixels, then the page's; their product is 3/4 point per CSS pixel unless it was shrunk.
  const scales = drawingsOf(bytes).map((text) => pageScale.exec(text)).map((m) => Number(m[1]) * Number(m[2]));
  assert.equal(scales.length, boxes.length, 'one drawing per page');
  for (const scale of scales) assert.ok(Math.abs(scale - 0.75) < 0.001, `scaled by ${scale} instead of 0.75`);
  assert.deepEqual(problems, []);
  await page.close();
});

test('on paper no page is empty, no picture is higher than a page or lies over its caption, and no stage is parted from its questions', async () => {
  const hours = Array.from({ length: 24 }, (_, i) => `${String(i).padStart(2, '0')}:00`);
  const file = changed('paper.html', (report) => ({
    ...report,
    understand: { ...report.understand, seasons: [{ ...report.understand.seasons[0], name: 'hour', labels: hours, means: hours.map((_, i) => estimate(0.2 + 0.01 * i, 0.19, 0.5)), rows: hours.map(() => 100) }] },
    parts: Array.from({ length: 6 }, (_, i) => ({ name: `part ${i}`, of: i === 0 ? '' : 'part 0', what: 'A part of it' })),
  }));
  const { page, problems } = await open({ viewport: { width: 688, height: 1000 } }, file);
  await page.emulateMedia({ media: 'print' });
  await page.locator('#feasibility details[open]').first().waitFor();
  const faults = await page.evaluate(() => {
    const found = [];
    for (const figure of document.querySelectorAll('figure')) {
      const [svg, caption] = ['svg', 'figcaption'].map((part) => figure.querySelector(part)?.getBoundingClientRect());
      if (!svg || svg.height === 0) continue;
      if (figure.getBoundingClientRect().height > 1000 && !figure.querySelector('details[open] table')) found.push(`higher than a page: ${figure.textContent.slice(0, 60)}`);
      if (svg.top < caption.bottom - 1 && caption.top < svg.bottom - 1) found.push(`picture over its caption: ${figure.textContent.slice(0, 60)}`);
    }
    for (const part of document.querySelectorAll('.about, .tree, h2, figure')) if (getComputedStyle(part).breakInside !== 'avoid') found.push(`${part.className || part.tagName} may be cut`);
    for (const stage of document.querySelectorAll('.stage')) if (getComputedStyle(stage).display !== 'block') found.push('a stage is a grid, in which breaks cannot be avoided');
    return found;
  });
  assert.deepEqual(faults, []);
  const hour = await page.locator('figure', { has: page.locator('svg[aria-label*="by hour"]') }).locator('svg').boundingBox();
  assert.ok(hour.width > 600 && hour.height < 800, JSON.stringify(hour));
  await page.emulateMedia({ media: null });
  await page.setViewportSize({ width: 1280, height: 800 });
  const drawings = drawingsOf(await page.pdf({ preferCSSPageSize: true }));
  assert.ok(drawings.length > 2);
  assert.deepEqual(drawings.map((text, i) => (/\bTj\b/i.test(text) ? '' : `page ${i + 1} is empty`)).filter(Boolean), []);
  assert.deepEqual(problems, []);
  await page.close();
});

test('on paper a long name in a table does not widen the page', async () => {
  const file = changed('long.html', (report) => ({ ...report, understand: { ...report.understand, columns: report.understand.columns.map((c) => ({ ...c, name: `${c.name}${'x'.repeat(120)}`, top_values: ['y'.repeat(120)], least: 'z'.repeat(80), most: '9'.repeat(80) })) } }));
  const { page } = await open({ viewport: { width: 688, height: 1000 } }, file);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 688);
  await page.close();
});
