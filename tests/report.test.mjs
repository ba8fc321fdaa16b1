// The report in a real browser: drawn without errors, light and dark, wide and narrow, by keyboard, from file://.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';

const { chromium } = createRequire(new URL('../web/package.json', import.meta.url))('playwright-core');
const folder = mkdtempSync(join(tmpdir(), 'assay-report-'));
let browser;

before(async () => {
  const nasty = '</script><img src=x onerror=document.title=1>\u2028';
  const rows = Array.from({ length: 900 }, (_, i) => `${(i * 7919) % 10 < 3 ? 1 : 0},${i % 3 === 0 ? `"${nasty}"` : 'b'},${i % 50},2001-${String(1 + Math.floor(i / 75)).padStart(2, '0')}-${String(1 + (i % 28)).padStart(2, '0')}`);
  writeFileSync(join(folder, 'data.csv'), `y,category,x,day\n${rows.join('\n')}\n`);
  mkdirSync(join(folder, 'project'));
  writeFileSync(join(folder, 'project', 'assay.toml'), '[project]\nname = "Browser"\n[data]\nsource = "../data.csv"\ntime = "day"\n[[objectives]]\nname = "y"\noutcome = "y = 1"\n[[phenomenon.hypotheses]]\nname = "large x"\nsegment = "x > 25"\ndirection = "higher"\n');
  const run = spawnSync(process.env.ASSAY_PROGRAM, ['run', join(folder, 'project')], { encoding: 'utf8' });
  assert.ok(run.status === 0 || run.status === 1, run.stderr);
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

for (const [width, colorScheme] of [[1200, 'light'], [1200, 'dark'], [360, 'light']]) {
  test(`draws at ${width} pixels, ${colorScheme}`, async () => {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    const errors = [];
    const requests = [];
    page.on('pageerror', (e) => errors.push(e.message));
    page.on('console', (m) => m.type() === 'error' && errors.push(m.text()));
    page.on('request', (r) => requests.push(r.url()));
    await page.goto(`file://${join(folder, 'project', '.assay', 'report.html')}`);
    await page.waitForSelector('#ladder svg');
    assert.deepEqual(errors, []);
    assert.equal(requests.length, 1, 'nothing but the file itself is loaded');
    assert.equal(await page.locator('img').count(), 0, 'a value from data never becomes markup');
    for (const id of ['board', 'understand', 'feasibility', 'ladder', 'evidence']) assert.equal(await page.locator(`#${id}`).count(), 1, id);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'no sideways scrolling');
    // Another metric by keyboard alone.
    const tab = page.locator('#ladder .tabs button', { hasText: /^auc$/ });
    await tab.focus();
    await page.keyboard.press('Enter');
    assert.equal(await tab.getAttribute('aria-pressed'), 'true');
    // A locator polls from outside: the page's own policy forbids evaluating text as code, which waitForFunction does when it has to wait.
    await page.locator('#ladder figure svg[aria-label*="auc"]').first().waitFor();
    await page.close();
  });
}
