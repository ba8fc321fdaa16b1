#!/usr/bin/env node
// scripts/take-pictures.mjs [REPORT.html]: the pictures in docs/pictures, taken of a report by Debian's Chromium. Without a file: of the
// last run of the flights project.
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { chromium } = createRequire(join(root, 'web/package.json'))('playwright-core');
const report = resolve(process.argv[2] ?? join(root, 'examples/flights/.assay/report.html'));

const pictures = [
  { name: 'report', width: 1280, height: 800, colorScheme: 'light', at: '' },
  { name: 'ladder', width: 1280, height: 800, colorScheme: 'light', at: '#ladder' },
  { name: 'carriers', width: 1280, height: 640, colorScheme: 'light', at: '#carriers' },
  { name: 'report-phone', width: 360, height: 780, colorScheme: 'dark', at: '' },
];
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
for (const { name, width, height, colorScheme, at } of pictures) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.goto(`file://${report}`);
  await page.waitForSelector('#evidence');
  if (at) await page.evaluate((place) => document.querySelector(place).scrollIntoView({ behavior: 'instant' }), at);
  const path = join(root, 'docs/pictures', `${name}.png`);
  await page.screenshot({ path });
  console.log(path);
  await page.close();
}
await browser.close();
