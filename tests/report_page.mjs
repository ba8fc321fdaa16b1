// The report of a run in a real browser, for its tests.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before } from 'node:test';

import { assay, dayOf, draws, scratchFolder } from './support.mjs';

const { chromium } = createRequire(new URL('../web/package.json', import.meta.url))('playwright-core');
export const nasty = '</script><img src=x onerror=document.title=1>\u2028<b>';

export const estimate = (value, low, high, level = 0.95) => ({ value, low, high, level, reason: '' });

// Every visible text against what lies behind it, as the browser computed both (WCAG 2.1, 1.4.3).
export const lowContrast = () => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const behind = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) layers.push(rgba(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const luminance = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => { const v = c[i] / 255; return sum + weight * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); }, 0);
  const bad = [];
  let seen = 0;
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join('');
    const box = element.getBoundingClientRect();
    if (!own || box.width === 0 || box.height === 0 || ['SCRIPT', 'STYLE', 'title'].includes(element.tagName)) continue;
    seen += 1;
    const style = getComputedStyle(element);
    const below = behind(element);
    const text = over(rgba(element instanceof SVGElement ? style.fill : style.color), below);
    const [light, dark] = [luminance(text), luminance(below)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) bad.push(`${ratio.toFixed(2)}: ${element.tagName} "${own.slice(0, 40)}"`);
  }
  return { bad, seen };
};

/**
 * A project in `folder` whose model cannot know better in one channel: there the outcome is a coin, elsewhere it follows `need`.
 * `planted` is the channel's name. Returns the run's report.
 */
export function plantedProject(folder, planted) {
  const random = draws(5);
  const rows = Array.from({ length: 6000 }, (_, i) => {
    const customer = Math.floor(random() * 1500), need = random();
    const channel = ['web', 'shop', 'phone', planted][Math.floor(random() * 4)];
    const bought = random() < (channel === planted ? 0.5 : need > 0.5 ? 0.92 : 0.08);
    return `${customer},${dayOf(2024, Math.floor(i / 40))},"${channel}",${need.toFixed(3)},${random() < 0.5 ? 'small' : 'large'},${bought ? 1 : 0}`;
  });
  writeFileSync(join(folder, 'orders.csv'), `customer,day,channel,need,basket,bought\n${rows.join('\n')}\n`);
  mkdirSync(join(folder, 'planted'));
  writeFileSync(join(folder, 'planted', 'assay.toml'), '[project]\nname = "Offers"\n[data]\nsource = "../orders.csv"\nunit = "customer"\ntime = "day"\n[[objectives]]\nname = "bought"\noutcome = "bought = 1"\n[value]\ncurrency = "EUR"\ntrue_positive = 4\nfalse_positive = -3\nfalse_negative = 0\ntrue_negative = 0\ndecisions_per_day = 200\n');
  const run = assay('run', join(folder, 'planted'), '--repeats', '0');
  assert.ok(run.status === 0 || run.status === 1, run.stderr);
  return join(folder, 'planted', '.assay', 'report.html');
}

/** A run's report in a folder of its own, made before and closed after the tests of a file. */
export function reportPage(name) {
  const folder = scratchFolder(name);
  const reportFile = join(folder, 'project', '.assay', 'report.html');
  let browser;

  // Values that would become markup stand in the data, a column's name, the charter's sentences, an own rule's name.
  before(async () => {
    const rows = Array.from({ length: 900 }, (_, i) => `${(i * 7919) % 10 < 3 ? 1 : 0},${i % 3 === 0 ? `"${nasty}"` : 'b'},${i % 50},2001-${String(1 + Math.floor(i / 75)).padStart(2, '0')}-${String(1 + (i % 28)).padStart(2, '0')},${i % 7}`);
    writeFileSync(join(folder, 'data.csv'), `y,category,x,day,"${nasty}"\n${rows.join('\n')}\n`);
    mkdirSync(join(folder, 'project'));
    const text = JSON.stringify(nasty);
    writeFileSync(join(folder, 'project', 'assay.toml'), `[project]\nname = ${text}\nwhy = ${text}\n[phenomenon]\nwhat = ${text}\n[[problem.parts]]\nname = ${text}\nwhat = ${text}\n[[problem.parts]]\nname = "its own parent"\nof = "its own parent"\n[[problem.steps]]\nname = ${text}\nexit = "rows > 10"\n[data]\nsource = "../data.csv"\ntime = "day"\n[[objectives]]\nname = "y"\noutcome = "y = 1"\n[[phenomenon.hypotheses]]\nname = "large x"\nclaim = ${text}\nsegment = "x > 25"\ndirection = "higher"\n[[baselines.rules]]\nname = ${text}\nexpression = "x > 10"\n`);
    const run = assay('run', join(folder, 'project'));
    assert.ok(run.status === 0 || run.status === 1, run.stderr);
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
  });
  after(async () => {
    await browser?.close();
  });

  /** The report, drawn; `problems` collects what the browser complains of, broken policies too. */
  async function open(options, file = reportFile) {
    const page = await browser.newPage(options);
    const problems = [];
    const requests = [];
    page.on('pageerror', (e) => problems.push(e.message));
    page.on('console', (m) => m.type() === 'error' && problems.push(m.text()));
    page.on('request', (r) => requests.push(r.url()));
    await page.goto(`file://${file}`);
    await page.waitForSelector('#evidence');
    return { page, problems, requests };
  }

  /** The same file with other data: `change` makes them of the run's own, or of another report's. */
  function changed(name, change, from = reportFile) {
    const [, before, data, rest] = /^([\s\S]*id="assay-data">)([\s\S]*?)(<\/script>[\s\S]*)$/.exec(readFileSync(from, 'utf8'));
    const file = join(folder, name);
    writeFileSync(file, before + JSON.stringify(change(JSON.parse(data))).replaceAll('<', '\\u003c') + rest);
    return file;
  }

  return { folder, reportFile, open, changed };
}
