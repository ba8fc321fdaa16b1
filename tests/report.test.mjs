// The report in a real browser: drawn without errors, light and dark, wide and narrow, by keyboard, from file://. On paper: paper.test.mjs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { estimate, lowContrast, nasty, reportPage } from './report_page.mjs';
import { assay, draws } from './support.mjs';

const { folder, reportFile, open, changed } = reportPage('report');

for (const [width, colorScheme] of [[1200, 'light'], [1200, 'dark'], [360, 'light'], [360, 'dark']]) {
  test(`draws at ${width} pixels, ${colorScheme}: no complaint, nothing loaded, nothing sideways, readable text`, async () => {
    const { page, problems, requests } = await open({ viewport: { width, height: 800 }, colorScheme });
    await page.waitForSelector('#ladder svg');
    assert.deepEqual(problems, []);
    assert.equal(requests.length, 1, 'nothing but the file itself is loaded');
    assert.equal(await page.locator('img').count(), 0, 'a value from data never becomes markup');
    assert.equal(await page.title(), `${nasty} · Assay`);
    for (const id of ['parts', 'understand', 'feasibility', 'ladder', 'results', 'board', 'evidence']) assert.equal(await page.locator(`#${id}`).count(), 1, id);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'no sideways scrolling');
    const contrast = await page.evaluate(lowContrast);
    assert.ok(contrast.seen > 100, `only ${contrast.seen} texts were looked at`);
    assert.deepEqual(contrast.bad, []);
    assert.deepEqual(problems, []);
    await page.close();
  });
}

test('the first screen says the verdict, why, and the decisive figures with their intervals', async () => {
  const { page } = await open({ viewport: { width: 1280, height: 800 } });
  for (const selector of ['h1', '.asked', '.decisive svg', '.keys']) {
    const box = await page.locator(selector).first().boundingBox();
    assert.ok(box && box.y >= 0 && box.y + Math.min(box.height, 60) < 800, `${selector} at ${JSON.stringify(box)}`);
  }
  assert.match(await page.locator('h1').innerText(), /^(Stop|Go|Use a rule|Collect more|Ask first): /);
  for (const text of await page.locator('.keys .number').allInnerTexts()) assert.match(text, /\d/);
  // Every figure has an interval or says why not.
  const bare = await page.locator('.number').evaluateAll((all) => all.filter((n) => n.querySelector('.interval') && n.querySelector('.interval').textContent.trim() === '').map((n) => n.textContent));
  assert.deepEqual(bare, []);
  await page.close();
});

test('an imported model that is better than ours is named beside what to use', async () => {
  const random = draws(11);
  const lines = Array.from({ length: 600 }, () => (random() < 0.4 ? `1,${random()},0.97` : `0,${random()},0.03`));
  writeFileSync(join(folder, 'oracle.csv'), `y,x,oracle\n${lines.join('\n')}\n`);
  const path = join(folder, 'better');
  mkdirSync(path);
  writeFileSync(join(path, 'assay.toml'), '[project]\nname = "B"\n[data]\nsource = "../oracle.csv"\n[[objectives]]\nname = "y"\noutcome = "y = 1"\n[[baselines.imported]]\nname = "an oracle"\ncolumn = "oracle"\ntrained_on = "everything"\n');
  const run = assay('run', path);
  assert.ok(run.status === 0 || run.status === 1, run.stderr);
  const { page, problems } = await open({}, join(path, '.assay', 'report.html'));
  const text = await page.locator('.opening').innerText();
  assert.match(text, /Best to use today/);
  assert.match(text, /An imported model is better: “an oracle” beats “.*”, the best rung of ours, by 0\.\d+ \(0\.\d+ to 0\.\d+ at 9\d(\.\d)?\s%\) of skill/);
  assert.deepEqual(problems, []);
  await page.close();
});

test('readable without eyes: one heading of each section, names for pictures, buttons and tables, a table beside each picture', async () => {
  const { page } = await open({ viewport: { width: 1200, height: 800 } });
  await page.waitForSelector('#ladder svg');
  const faults = await page.evaluate(() => {
    const found = [];
    const name = (e) => (e.getAttribute('aria-label') ?? e.textContent ?? '').trim();
    for (const svg of document.querySelectorAll('svg')) if (svg.closest('svg svg') === null && !(svg.getAttribute('role') === 'img' && name(svg))) found.push(`svg without a name: ${svg.outerHTML.slice(0, 80)}`);
    for (const figure of document.querySelectorAll('figure')) {
      if (!figure.querySelector('figcaption')?.textContent?.trim()) found.push('figure without a caption');
      if (!figure.querySelector('details.alternative')) found.push(`figure without a table: ${figure.textContent.slice(0, 60)}`);
    }
    for (const e of document.querySelectorAll('button, a, summary')) if (!name(e)) found.push(`nameless ${e.tagName}`);
    for (const e of document.querySelectorAll('a[href^="#"]')) if (!document.getElementById(e.getAttribute('href').slice(1))) found.push(`link to nowhere: ${e.getAttribute('href')}`);
    for (const e of document.querySelectorAll('nav, [role=region], [role=group]')) if (!e.getAttribute('aria-label')) found.push(`nameless ${e.tagName} ${e.className}`);
    for (const th of document.querySelectorAll('th')) if (!th.getAttribute('scope')) found.push('th without scope');
    for (const e of document.querySelectorAll('.scroll')) if (e.tabIndex !== 0) found.push('a table that scrolls but cannot be reached');
    if (document.querySelectorAll('h1').length !== 1) found.push('not one h1');
    let level = 1;
    for (const h of document.querySelectorAll('h1, h2, h3, h4')) {
      const own = Number(h.tagName[1]);
      if (own > level + 1) found.push(`heading jumps from ${level} to ${own}: ${h.textContent}`);
      level = own;
    }
    const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
    for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) found.push(`id ${id} twice`);
    if (document.documentElement.lang !== 'en') found.push('no language');
    // Colour is never alone: each state has a sign.
    for (const mark of document.querySelectorAll('.mark')) if (!/^[✓✕≠~→?★–…·■◆●]/.test(mark.textContent.trim())) found.push(`state without a sign: ${mark.textContent}`);
    return found;
  });
  assert.deepEqual(faults, []);
  await page.close();
});

test('by keyboard alone: skip link, another metric, a table, the look', async () => {
  const { page, problems } = await open({ viewport: { width: 1200, height: 800 } });
  await page.waitForSelector('#ladder svg');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the findings');
  const tab = page.locator('#ladder .tabs button', { hasText: /^auc$/ });
  await tab.focus();
  await page.keyboard.press('Enter');
  // The page redraws after the key, not with it: each state is waited for, and the test fails when it never comes.
  await page.locator('#ladder .tabs button[aria-pressed="true"]', { hasText: /^auc$/ }).waitFor();
  // A locator polls from outside: the page's own policy forbids evaluating text as code, which waitForFunction does when it has to wait.
  await page.locator('#ladder figure svg[aria-label*="auc"]').first().waitFor();
  const summary = page.locator('#ladder summary').first();
  await summary.focus();
  await page.keyboard.press('Enter');
  await page.locator('#ladder details[open] table').first().waitFor();
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  const look = page.locator('.theme');
  await look.focus();
  await page.keyboard.press('Enter');  // auto -> light
  await page.locator('html[data-theme="light"]').waitFor();
  assert.equal(await paper(), light);
  await page.keyboard.press('Enter');  // light -> dark
  await page.locator('html[data-theme="dark"] .theme[aria-label*="Look: dark"]').waitFor();
  assert.notEqual(await paper(), light);
  assert.deepEqual((await page.evaluate(lowContrast)).bad, []);
  assert.deepEqual(problems, []);
  await page.close();
});

test('nothing moves where people asked for less motion', async () => {
  const { page } = await open({ viewport: { width: 1200, height: 800 }, reducedMotion: 'reduce' });
  const moving = await page.evaluate(() => [...document.querySelectorAll('*')].filter((e) => { const s = getComputedStyle(e); return s.scrollBehavior === 'smooth' || s.animationName !== 'none' || parseFloat(s.transitionDuration) > 0; }).map((e) => e.tagName));
  assert.deepEqual(moving, []);
  await page.close();
});

// Two objectives, long names, claims about two metrics, a rule that is a tree: what once printed over or was cut.
const crowded = (report) => {
  const [f] = report.feasibility, [t] = report.train;
  const objective = 'engagement of readers';
  const named = { ...t, recommended: 'biggest budget first', rungs: t.rungs.map((r, i) => (i === 2 ? { ...r, name: 'biggest budget first', explain: 'if x <= 4:\n  if x <= 2: 0.1 (10 % of rows)\n  else: 0.2 (20 % of rows)\nelse: 0.3 (70 % of rows)' } : r)) };
  const claim = { ...report.understand.hypotheses[0], verdict: 'supported', answer: 'holds: 1 inside against 2 outside' };
  const hypotheses = [
    { ...claim, name: 'Holidays', metric: '"Rating"', effect: estimate(0.42, 0.31, 0.53), inside: estimate(6.56, 6.4, 6.7), outside: estimate(6.14, 6.1, 6.2) },
    { ...claim, name: 'Money buys visitors', claim: 'Dear films earn more.', metric: '"US Gross"', effect: estimate(75070398, 65031692, 85109105), inside: estimate(105089972, 9e7, 12e7), outside: estimate(30019574, 29e6, 31e6) },
  ];
  const field = (key, answer) => ({ key, stage: 'design', question: key, answer, status: 'answered', line: 1, note: '' });
  const asked = (key, answer, status = 'answered') => ({ stage: 'business', question: `About ${key}?`, answer, source: 'charter', status, key, note: '' });
  return {
    ...report,
    feasibility: [{ ...f, objective: 'quality', verdict: 'go', least_gain: 0.02, gain: estimate(0.109, 0.073, 0.145, 1 - 0.05 / 3) }, { ...f, objective, verdict: 'collect_more', least_gain: 0.02, gain: estimate(0.62, 0.51, 0.72, 1 - 0.05 / 3) }],
    train: [{ ...named, objective: 'quality' }, { ...named, objective }],
    understand: { ...report.understand, hypotheses },
    steps: [{ name: 'a rung worth building', criterion: 'quality_recommended_skill >= 0.15 and quality_gain_low > 0', state: 'not_met', detail: 'quality_recommended_skill = 0.125, quality_gain_low = 0.0729', figures: [['recommended_skill', 0.125], ['gain_low', 0.0729]].map(([figure, value]) => ({ name: `quality_${figure}`, objective: 'quality', figure, value, reason: '' })) }],
    check: { ...report.check, proof: { ...report.check.proof, metric_kind: 'share' }, fields: [field('guardrails[small films].expression', 'budget < 10'), field('guardrails[small films].limit', '0.35'), field('data.columns[US Gross].unit', 'USD')] },
    board: [asked('value.currency', 'USD'), asked('value.true_positive', '4'), asked('value.false_positive', '-1'), asked('value.decisions_per_day', '16500'), asked('proof.smallest_effect', '0.005'), asked('ethics.fatal', 'false'), asked('guardrails', 'small films'), asked('data.columns', 'x', 'contradicted')],
  };
};

test('in pictures no text is cut and none stands on another, wide, narrow and on paper', async () => {
  for (const file of [reportFile, changed('crowded.html', crowded)]) {
    for (const [width, media] of [[1280, 'screen'], [360, 'screen'], [688, 'print']]) {
      const { page, problems } = await open({ viewport: { width, height: 900 } }, file);
      await page.waitForSelector('#ladder svg');
      if (media === 'print') {
        await page.emulateMedia({ media });
        await page.locator('#feasibility details[open]').first().waitFor();
      }
      const faults = await page.evaluate(() => {
        const found = [];
        for (const picture of document.querySelectorAll('.plot')) {
          const frame = picture.getBoundingClientRect();
          const texts = [...picture.querySelectorAll('svg text')].filter((t) => t.textContent.trim() && !t.querySelector('text')).map((t) => ({ text: t.textContent, box: t.getBoundingClientRect() })).filter(({ box }) => box.width > 0);
          for (const [i, { text, box }] of texts.entries()) {
            if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1) found.push(`cut: ${text}`);
            for (const other of texts.slice(i + 1)) {
              const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left), down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
              if (across > 2 && down > 4) found.push(`"${text}" on "${other.text}"`);
            }
          }
        }
        return found;
      });
      assert.deepEqual(faults, [], `${file} at ${width}, ${media}`);
      assert.deepEqual(problems, []);
      await page.close();
    }
  }
});

test('figures carry their units, levels and limits; a go names what is not met; each metric has its own scale', async () => {
  const { page, problems } = await open({ viewport: { width: 1280, height: 900 } }, changed('units.html', crowded));
  assert.match(await page.locator('h1').innerText(), /Go: a model of “quality” is worth building, but 1 exit criterion is not shown to be met\./);
  assert.match(await page.locator('.keys').innerText(), /0\.073 to 0\.145 at 98\.3\s%/);
  const board = await page.locator('#board').innerText();
  for (const words of ['4 USD', '−1 USD', '16,500 a day', '0.5 percentage points', 'No', 'small films: budget < 10, at most 0.35', '7 of 8 answered, 1 contradicted by the data']) assert.ok(board.includes(words), words);
  assert.match(await page.locator('#results').innerText(), /skill of the recommended rung, for “quality”: wanted at least 0\.15, measured 0\.125/);
  const understand = await page.locator('#understand').innerText();
  assert.match(understand, /105 million USD inside against 30\.0 million USD outside, a difference of 75 million \(65 to 85\)/);
  assert.equal(await page.locator('#hypotheses ~ figure svg[aria-label*="Effect of each hypothesis"]').count(), 2, 'two metrics, two pictures');
  assert.deepEqual(await page.locator('#ladder .branches').first().locator('div').allInnerTexts(), ['if x <= 4:', 'if x <= 2: 0.1 (10\u00a0% of rows)', 'else: 0.2 (20\u00a0% of rows)', 'else: 0.3 (70\u00a0% of rows)']);
  // The board is the heart of the page: it comes before the findings, and the skip link leads to the verdict.
  assert.ok(await page.evaluate(() => document.querySelector('#board').compareDocumentPosition(document.querySelector('#understand')) & Node.DOCUMENT_POSITION_FOLLOWING));
  assert.equal(await page.locator('.skip').getAttribute('href'), `#${await page.locator('h1').getAttribute('id')}`);
  assert.deepEqual(problems, []);
  await page.close();
});

// What once had a wrong word, place or digit; each stands in a report of its own making.
const precise = (report) => {
  const [f] = report.feasibility, [t] = report.train;
  const clipped = estimate(0, 0, 0);
  const metric = (value, name) => ({ ...t.rungs[0], name, metrics: { ...t.rungs[0].metrics, skill: value } });
  const published = { ...t.rungs[0], name: 'a vendor', kind: 'published', explain: '', source: 'their white paper', metrics: { auc: { value: 0.82, low: null, high: null, level: 0.95, reason: 'published without an interval' } }, status: 'not_compared', against_previous: null, calibration: [] };
  const unclear = { ...metric(estimate(-0.01409, -0.03326, -0.00004), 'nearly nothing'), status: 'unclear', rows_to_decide: { value: 5103, low: 1200, high: null, level: 0.95, reason: 'no upper end: the interval includes it' } };
  const group = (name, low, high, accused) => ({ name, kind: 'group', estimate: estimate((low + high) / 2, low, high), accused, message: `${name}: error` });
  const item = (i) => {
    if (i.id === 'fatal_errors') return { ...i, figures: [{ name: 'error_cap', label: 'the cap', estimate: { value: 0.5, low: null, high: null, level: 0.95, reason: 'as stated in the charter' }, unit: 'share' }], findings: [group('x = 1', 0.4, 0.6, true), group('x = 2', 0.1, 0.3, false)] };
    if (i.id === 'data') return { ...i, curve: [60, 500, 5000, 19000].map((rows, n) => ({ rows, score: estimate(0.02 * n, 0.02 * n - 0.01, 0.02 * n + 0.01), extrapolated: false })) };
    return i;
  };
  const bins = [0, 1, 2].map((n) => ({ predicted: n, observed: estimate(n, n - 0.5, n + 0.5), rows: 100 }));
  const regression = { ...t, objective: 'hours', task: 'regression', metric: 'rmse', rungs: [{ ...t.rungs[0], kind: 'linear', metrics: { rmse: estimate(2, 1, 3) }, calibration: bins }] };
  const part = (name, of, value) => ({ name, of, what: '', level: of ? 1 : 0, share: { value, low: null, high: null, level: 0.95, reason: value === null ? 'no `where`' : 'counted over all rows of the data: no interval' } });
  return {
    ...report,
    feasibility: [{ ...f, objective: 'first', gain: clipped, items: f.items.map(item), open_questions: [] }, { ...f, objective: 'hours', metric: 'rmse', items: [] }],
    train: [{ ...t, objective: 'first', rungs: [metric({ ...clipped, reason: 'exact: skill is measured against the constant' }, 'the constant one'), unclear, published] }, regression],
    understand: { ...report.understand, outcome: 'y', associations: [{ ...report.understand.associations[0], feature: 'age', strength: clipped, level_labels: [] }] },
    check: { ...report.check, parts: [part('all', '', 0.357), part('some', 'all', null)], fields: [{ key: 'objectives[hours].outcome', answer: '"time spent"' }, { key: 'data.columns[time spent].unit', answer: 'hours' }].map((field) => ({ stage: 'design', question: '', status: 'answered', line: 1, note: '', ...field })) },
    parts: [{ name: 'all', of: '', what: 'everything' }, { name: 'some', of: 'all', what: '' }],
    board: ['ticket_id; opened_at', 'weekday(day) = 1 is late', 'age <= 33 has 80 % more of it', "'day' is late here", 'out of two there is one'].map((answer, i) => ({ stage: 'define', question: `About ${i}?`, answer, source: 'charter', status: 'answered', key: `key${i}`, note: '' })),
    timing: { ...report.timing, seconds: 108, peak_bytes: 63_200_000 },
  };
};

test('figures are called exact where they are, and written one way; names keep their letters; units, caps and shares stand where they are known', async () => {
  const { page, problems } = await open({ viewport: { width: 1280, height: 900 } }, changed('precise.html', precise));
  const [opening, ladder, board] = await Promise.all(['.opening', '#ladder', '#board'].map((part) => page.locator(part).innerText()));
  assert.match(opening, /Not drawn: “hours”, judged by rmse\./);
  assert.match(opening, /0\s+0 to 0/);
  assert.doesNotMatch(opening, /nothing is estimated/);
  assert.match(ladder, /0 exact: skill is measured against the constant/);
  assert.match(ladder, /−0\.014 −0\.033 to −0\.00004/);
  assert.match(ladder, /a vendor[\s\S]*their white paper[\s\S]*auc\s+0\.82 published without an interval/i);
  assert.match(ladder, /Not drawn: a vendor, published as auc 0\.82\./);
  assert.match(ladder, /The number of rows that would decide has no upper limit: the interval includes it\./);
  assert.match(await page.locator('#understand figure svg[aria-label*="variance"]').getAttribute('aria-label'), /age 0\s% \(0 to 0\)/);
  for (const text of ['ticket_id; opened_at', 'weekday(day) = 1 is late.', 'age <= 33 has 80\u00a0% more of it.', "'day' is late here.", 'Out of two there is one.']) assert.ok(board.includes(text), text);
  const group = page.locator('#item-first-fatal_errors figure');
  await page.locator('#item-first-fatal_errors summary').first().click();
  assert.match(await group.locator('figcaption').innerText(), /■ its interval reaches beyond the charter’s cap of 0\.5 \(line\)/);
  assert.ok((await group.locator('svg text').allTextContents()).includes('the charter’s cap'));
  assert.equal(await group.locator('svg [fill="var(--bad)"]').count(), 1, 'one group may err more than the cap');
  const ticks = await page.locator('#item-first-data figure svg').first().locator('text').allTextContents();
  for (const tick of ['100', '500', '1 k', '5 k', '10 k']) assert.ok(ticks.includes(tick), `${tick} in ${ticks}`);
  const hours = page.locator('#ladder-hours');
  assert.match(await hours.innerText(), /Do outcomes lie where the predictions say\?/);
  const axes = (await hours.locator('svg text').allTextContents()).join('|');
  for (const axis of ['rmse on the holdout, hours', 'predicted, hours', 'observed, hours']) assert.ok(axes.includes(axis), `${axis} in ${axes}`);
  assert.match(await page.locator('#parts').innerText(), /all 35\.7\s% of the rows Everything[\s\S]*some\s+Shares of the rows are counted over all rows of the data: no interval\./i);
  const evidence = await page.locator('#evidence').innerText();
  assert.match(evidence, /108\u00a0s, 63\.2\u00a0MB at most/);
  // The command that verifies does.
  const command = await page.locator('#evidence .lead code').innerText();
  assert.match(command, /^assay ledger verify .* --head [0-9a-f]{64}$/);
  const verified = assay(...command.split(' ').slice(1));
  assert.equal(verified.status, 0, verified.stderr);
  assert.deepEqual(problems, []);
  await page.close();
});

test('a run that is not complete says so under the verdict, with each reason once and what waits', async () => {
  const failed = changed('failed.html', (report) => ({
    ...report, status: 'failed',
    progress: [{ name: 'understand', state: 'done', detail: '' }, { name: 'feasibility y', state: 'failed', detail: "no column 'nonsense'\nin line 3" }, { name: 'train y', state: 'failed', detail: "no column 'nonsense'\nin line 3" }, { name: 'value y', state: 'waiting', detail: '' }],
  }));
  for (const [file, words] of [[failed, /This run is not complete \(failed\)\. .*Not done yet: value y\.\s+feasibility y and train y: no column 'nonsense'$/], [reportFile, null]]) {
    const { page, problems } = await open({ viewport: { width: 1280, height: 800 } }, file);
    const note = page.locator('h1 + .unfinished');
    assert.equal(await note.count(), words ? 1 : 0);
    if (words) assert.match((await note.innerText()).trim(), words);
    assert.deepEqual(problems, []);
    await page.close();
  }
});

test('the share of a class is said and drawn as a share, of named classes and of many', async () => {
  const random = draws(17);
  const day = (i) => `2001-${String(1 + Math.floor(i / 60)).padStart(2, '0')}-${String(1 + (i % 28)).padStart(2, '0')}`;
  for (const [classes, shown] of [[['blue', 'red'], 'red'], [['red', 'green', 'blue', 'red'], 'red']]) {
    const name = `classes-${classes.length}`;
    writeFileSync(join(folder, `${name}.csv`), `colour,x,day\n${Array.from({ length: 600 }, (_, i) => `${classes[Math.floor(random() * classes.length)]},${i % 9},${day(i)}`).join('\n')}\n`);
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'assay.toml'), `[project]\nname = "C"\n[data]\nsource = "../${name}.csv"\ntime = "day"\n[[objectives]]\nname = "colour"\noutcome = "colour"\n`);
    const run = assay('run', join(folder, name), '--repeats', '0');
    assert.ok(run.status === 0 || run.status === 1, run.stderr);
    const { page, problems } = await open({ viewport: { width: 1280, height: 800 } }, join(folder, name, '.assay', 'report.html'));
    assert.match(await page.locator('.keys .key').first().innerText(), new RegExp(`^how often colour is “${shown}”\\s+\\d+(\\.\\d+)?\\s%`));
    assert.match(await page.locator('#understand').innerText(), new RegExp(`The share of “${shown}” per `));
    await page.locator('#understand summary', { hasText: 'How the outcome differs' }).click();
    const axes = await page.locator('#understand svg text').allTextContents();
    assert.ok(axes.some((text) => text.includes(`share of “${shown}”, %`)), axes.join('|'));
    assert.ok(!axes.some((text) => text.startsWith('mean outcome')), axes.join('|'));
    assert.deepEqual(problems, []);
    await page.close();
  }
});

// Money in tens of millions, where axes once were cut off or written with exponents.
const large = (report) => {
  const times = (e) => ({ ...e, value: e.value === null ? null : 45_800_000 + 2e7 * e.value, low: e.low === null ? null : 45_800_000 + 2e7 * e.low, high: e.high === null ? null : 45_800_000 + 2e7 * e.high });
  const [f] = report.feasibility, [t] = report.train;
  const u = report.understand;
  const bins = [1, 2, 3].map((n) => ({ predicted: 4e7 + 5e6 * n, observed: estimate(4e7 + 5e6 * n, 4e7 + 4e6 * n, 4e7 + 6e6 * n), rows: 100 }));
  const curve = [60, 500, 5000, 150_000].map((rows, n) => ({ rows, score: estimate(5e7 - 1e5 * n, 49e6 - 1e5 * n, 51e6 - 1e5 * n), extrapolated: false }));
  return {
    ...report,
    understand: { ...u, share_of: '', outcome: 'gross', outcome_mean: estimate(45_800_000, 44e6, 47e6), over_time: { ...u.over_time, changes: [], points: u.over_time.points.map((p) => ({ ...p, segment: 0, mean: times(p.mean) })) } },
    feasibility: [{ ...f, task: 'regression', metric: 'rmse', items: f.items.map((i) => (i.id === 'data' ? { ...i, curve } : i)) }],
    train: [{ ...t, task: 'regression', rungs: t.rungs.map((r) => (r.kind === 'linear' ? { ...r, calibration: bins } : { ...r, calibration: [] })) }],
  };
};

test('large numbers at an axis are short and not cut', async () => {
  const file = changed('large.html', large);
  for (const width of [360, 1280]) {
    const { page, problems } = await open({ viewport: { width, height: 900 } }, file);
    const found = await page.evaluate(() => [...document.querySelectorAll('.plot')].flatMap((plot) => {
      const frame = plot.getBoundingClientRect();
      return [...plot.querySelectorAll('svg text')].filter((t) => t.textContent.trim() && !t.querySelector('text')).map((t) => ({ text: t.textContent, box: t.getBoundingClientRect() })).filter(({ box }) => box.width > 0).map(({ text, box }) => ({ text, cut: box.left < frame.left - 1 || box.right > frame.right + 1 }));
    }));
    assert.deepEqual(found.filter(({ text, cut }) => cut || /\de\+|\d,\d{3},\d{3}/.test(text)), [], `at ${width}`);
    for (const text of ['46 M', '50 M']) assert.ok(found.some((one) => one.text === text), `${text} in ${found.map((one) => one.text).join('|')}`);
    assert.deepEqual(problems, []);
    await page.close();
  }
});

test('captions promise no unit where there is none, each item names its figures, and a least gain is the charter’s only where it states one', async () => {
  const stating = changed('stating.html', (report) => ({ ...report, check: { ...report.check, fields: [...report.check.fields.filter((f) => f.key !== 'objectives[y].least_gain'), { key: 'objectives[y].least_gain', stage: 'design', question: '', answer: '0.01', status: 'answered', line: 1, note: '' }] } }));
  for (const [file, opening, least] of [[reportFile, /it counts as worth having \(Assay’s default; the charter states none\)/, /Assay’s default; the charter states none/], [stating, /the charter calls it worth having/, /stated, not estimated/]]) {
    const { page } = await open({ viewport: { width: 1280, height: 800 } }, file);
    assert.match(await page.locator('.decisive figcaption').innerText(), opening);
    assert.match(await page.locator('#feasibility dl.figures').first().innerText(), least);
    assert.deepEqual((await page.locator('figcaption, .plot + figcaption, #ladder p').allInnerTexts()).filter((text) => /intervals? by unit/.test(text)), []);
    const summaries = await page.locator('#feasibility .cards > li > details > summary').allInnerTexts();
    assert.equal(new Set(summaries).size, 9, summaries.join('|'));
    await page.close();
  }
});

// What a run leaves behind when it stops early: the later parts are missing.
test('parts that have not run say so', async () => {
  for (const [left, missing] of [[{ train: [] }, ['ladder']], [{ train: [], feasibility: [] }, ['feasibility', 'ladder']], [{ train: [], feasibility: [], understand: null, check: null, board: [], steps: [], options: [], parts: [] }, ['understand', 'feasibility', 'ladder']]]) {
    const file = changed('part.html', (report) => ({ ...report, ...left }));
    const { page, problems } = await open({ viewport: { width: 1200, height: 800 } }, file);
    for (const id of ['understand', 'feasibility', 'ladder']) assert.equal(/not run yet/.test(await page.locator(`#${id}`).innerText()), missing.includes(id), `${id} with ${missing} missing`);
    assert.deepEqual(problems, []);
    await page.close();
  }
});

test('a project of many columns and categories: at most 3 MB of data, and what is left out is counted', async () => {
  const wide = join(folder, 'wide');
  mkdirSync(wide);
  const columns = 700;
  const lines = Array.from({ length: 400 }, (_, i) => `${i % 3 === 0 ? 1 : 0},2001-01-${String(1 + (i % 28)).padStart(2, '0')},${Array.from({ length: columns }, (_, c) => `a rather long category ${'x'.repeat(300)} ${(i * (c + 3)) % 20}`).join(',')}`);
  writeFileSync(join(wide, 'data.csv'), `y,day,${Array.from({ length: columns }, (_, c) => `column${c}`).join(',')}\n${lines.join('\n')}\n`);
  const run = spawnSync(process.env.ASSAY_PROGRAM, ['understand', join(wide, 'data.csv'), '--outcome', 'y = 1', '--json'], { encoding: 'utf8', maxBuffer: 1e9 });
  assert.equal(run.status, 0, run.stderr);
  // The run as the program would have saved it, made wide by what understand found; the program writes the page from it.
  const saved = join(folder, 'project', '.assay', 'reports', 'project.json');
  const kept = readFileSync(saved);
  try {
    const understand = JSON.parse(run.stdout);
    writeFileSync(saved, JSON.stringify({ ...JSON.parse(kept), understand }));
    const out = join(folder, 'wide.html');
    const made = spawnSync(process.env.ASSAY_PROGRAM, ['report', join(folder, 'project'), '--out', out], { encoding: 'utf8' });
    assert.equal(made.status, 0, made.stderr);
    const html = readFileSync(out, 'utf8');
    const data = /id="assay-data">([\s\S]*?)<\/script>/.exec(html)[1];
    assert.ok(JSON.stringify(understand).length > 3_000_000, 'the case is wide enough to need it');
    assert.ok(Buffer.byteLength(data) <= 3_000_000, `${Buffer.byteLength(data)} bytes of data`);
    assert.ok(Buffer.byteLength(html) - Buffer.byteLength(data) < 1_000_000, 'the bundle stays under 1 MB');
    const { page, problems } = await open({ viewport: { width: 1200, height: 800 } }, out);
    assert.match(await page.locator('#evidence').innerText(), /of 70\d features/);
    assert.deepEqual(problems, []);
    await page.close();
  } finally {
    writeFileSync(saved, kept);
  }
});
