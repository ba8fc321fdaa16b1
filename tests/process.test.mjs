// The program as a process: unwritable folders, full disks, kills, Ctrl-C, closed and broken pipes, progress. After each, what
// lies on the disk is whole, the ledger verifies, and the next run works.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { assay, dayOf, draws, program, scratchFolder } from './support.mjs';

const folder = scratchFolder('process');
const root = process.getuid() === 0;

const shell = (line, ...words) => spawnSync('bash', ['-c', line, 'bash', program, ...words], { encoding: 'utf8', maxBuffer: 1 << 28 });
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// y goes with x; 200 days.
const random = draws(777);
const day = (i) => dayOf(2001, i);
const data = (name, rows) => {
  const lines = Array.from({ length: rows }, (_, i) => {
    const x = Math.floor(random() * 100);
    return `${random() < (x > 60 ? 0.7 : 0.3) ? 1 : 0},${x},${random().toFixed(3)},${'abcdefgh'[Math.floor(random() * 8)]},${day(Math.floor((i * 200) / rows))}`;
  });
  writeFileSync(join(folder, name), `y,x,z,c,day\n${lines.join('\n')}\n`);
  return join(folder, name);
};
const small = data('small.csv', 1500);
const large = data('large.csv', 12000);
const charter = (source) => `[project]\nname = "Process"\n[data]\nsource = "${source}"\ntime = "day"\n[[objectives]]\nname = "y"\noutcome = "y = 1"\n`;
let count = 0;
const project = (source = small, inside = folder) => {
  const path = join(inside, `project-${++count}`);
  mkdirSync(path);
  writeFileSync(join(path, 'assay.toml'), charter(source));
  return path;
};

// Every file below DIR/.assay is whole: JSON parses, the page ends, the ledger's chain holds (a torn last line is allowed after a
// kill: it is named, and set aside by the next append).
function checkWhole(path, { torn = false, leftovers = false } = {}) {
  const below = join(path, '.assay');
  if (!existsSync(below)) return;
  for (const name of readdirSync(below, { recursive: true, withFileTypes: false })) {
    const file = join(below, String(name));
    if (!statSync(file).isFile()) continue;
    const text = readFileSync(file, 'utf8');
    if (/\.new-\d+$/.test(file)) assert.ok(leftovers, `${file} was left behind`);
    else if (file.endsWith('.json')) assert.doesNotThrow(() => JSON.parse(text), file);
    else if (file.endsWith('.html')) assert.ok(text.endsWith('</html>\n'), file);
    else if (file.endsWith('.jsonl') && !torn) assert.ok(text === '' || text.endsWith('\n'), `${file}: torn`);
  }
  const verified = assay('ledger', path);
  assert.equal(verified.status, 0, verified.stderr);
}

// Root may write anywhere unless it gives that right up.
const withoutRights = (...words) =>
  root ? spawnSync('setpriv', ['--inh-caps=-all', '--bounding-set=-all', program, ...words], { encoding: 'utf8' }) : assay(...words);
const cannotDrop = root && spawnSync('setpriv', ['--inh-caps=-all', '--bounding-set=-all', 'true']).status !== 0 && 'setpriv cannot drop rights here';

for (const what of ['project', 'state', 'models', 'page', 'schemas']) {
  test(`an unwritable folder is named at once: ${what}`, { skip: cannotDrop }, () => {
    const path = project();
    const locked = what === 'state' ? join(path, '.assay') : what === 'project' ? path : join(path, 'locked');
    mkdirSync(locked, { recursive: true });
    if (what === 'page') assert.equal(assay('run', path, '--quiet').status, 0);
    chmodSync(locked, 0o555);
    const words = {
      project: ['run', path],
      state: ['run', path],
      models: ['train', small, '--outcome', 'y = 1', '--out', locked],
      page: ['report', path, '--out', join(locked, 'report.html')],
      schemas: ['schema', '--out', locked],
    }[what];
    const began = Date.now();
    const run = withoutRights(...words);
    chmodSync(locked, 0o755);
    assert.equal(run.status, 2, run.stderr);
    assert.ok(run.stderr.includes(locked) && run.stderr.includes('Permission denied'), run.stderr);
    assert.equal(run.stdout, '');
    assert.deepEqual(readdirSync(locked).filter((name) => name !== 'assay.toml'), []);
    assert.ok(Date.now() - began < 20_000);
  });
}

// A real small file system, in a name space of its own. What is left is looked at before it goes away.
const mountable = root && spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs -o size=64k tmpfs /mnt'], { encoding: 'utf8' }).status === 0;
for (const kilobytes of [24, 60, 100, 180, 400]) {
  test(`a full disk of ${kilobytes} KB leaves nothing half-written`, { skip: !mountable && 'no right to mount a small file system' }, () => {
    const disk = mkdtempSync(join(folder, 'disk-'));
    const script = `set -e; mount -t tmpfs -o size=${kilobytes}k tmpfs "$2"; mkdir "$2/p"; cp "$3" "$2/p/"
      status=0; "$1" run "$2/p" --quiet 2>"$4" >/dev/null || status=$?; echo $status >"$4.status"
      "$1" ledger "$2/p" >"$4.ledger" 2>&1 || echo LEDGER-EXIT-$? >>"$4.ledger"
      cp -r "$2/p/.assay" "$4.copy" 2>/dev/null || true`;
    const kept = join(folder, `kept-${kilobytes}`);
    const run = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', program, disk, join(project(), 'assay.toml'), kept], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
    const message = readFileSync(kept, 'utf8');
    assert.equal(readFileSync(`${kept}.status`, 'utf8').trim(), '2', message);
    assert.match(message, /^assay: .*No space left on device/);
    assert.ok(message.includes(disk), message);
    assert.ok(!readFileSync(`${kept}.ledger`, 'utf8').includes('LEDGER-EXIT-'), readFileSync(`${kept}.ledger`, 'utf8'));
    for (const name of existsSync(`${kept}.copy`) ? readdirSync(`${kept}.copy`, { recursive: true }).map(String) : []) {
      const file = join(`${kept}.copy`, name);
      assert.ok(!name.includes('.new-'), name);
      if (name.endsWith('.json')) JSON.parse(readFileSync(file, 'utf8'));
      if (name.endsWith('.html')) assert.ok(readFileSync(file, 'utf8').endsWith('</html>\n'));
      if (name.endsWith('.jsonl')) assert.match(readFileSync(file, 'utf8'), /^$|\n$/);
    }
  });
}

test('a limit on the size of files is a sentence too, and the old files stay', () => {
  const path = project();
  assert.equal(assay('run', path, '--quiet').status, 0);
  const before = readFileSync(join(path, '.assay', 'report.html'), 'utf8');
  const run = shell('ulimit -f 40; exec "$1" run "$2" --quiet', path);
  assert.equal(run.status, 2, run.stderr);
  assert.match(run.stderr, /^assay: .*File too large/);
  assert.equal(readFileSync(join(path, '.assay', 'report.html'), 'utf8'), before);
  checkWhole(path);
});

for (const [what, words] of [['a report as JSON', ['understand', small, '--outcome', 'y = 1', '--json']], ['a report as text', ['understand', small, '--outcome', 'y = 1']], ['help', ['--help']], ['keys', ['charter-keys']]]) {
  test(`standard output on a full disk: ${what}`, () => {
    const run = shell('p=$1; shift; exec "$p" "$@" >/dev/full', ...words);
    assert.equal(run.status, 2);
    assert.match(run.stderr, /^assay: standard output: cannot be written: No space left on device/);
  });
  test(`a reader that goes away is no error: ${what}`, () => {
    const run = shell('p=$1; shift; "$p" "$@" | true; echo "${PIPESTATUS[0]}"', ...words);
    assert.equal(run.stdout, '0\n');
    assert.equal(run.stderr, '');
  });
  test(`standard output closed: ${what}`, () => {
    const run = shell('p=$1; shift; exec "$p" "$@" >&-', ...words);
    assert.equal(run.status, 2);
    assert.match(run.stderr, /^assay: standard output: cannot be written/);
  });
}

test('closed streams are never mistaken for the ledger or the report', () => {
  const path = project();
  const run = shell('exec "$1" run "$2" <&- >&- 2>&-', path);
  assert.equal(run.status, 2);
  checkWhole(path);
  assert.ok(readFileSync(join(path, '.assay', 'ledger.jsonl'), 'utf8').startsWith('{"number":1,'));
});

test('a temporary folder that is not there is no obstacle', () => {
  const run = shell('TMPDIR=/nowhere exec "$1" understand "$2" --outcome "y = 1"', small);
  assert.ok(run.status === 0, run.stderr);
});

// Waits until `ready()`, sends the signal, gives exit code, messages and how long the end took.
async function interrupt(words, signal, ready) {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) child[stream].on('data', (bytes) => (output[stream] += bytes));
  const ended = new Promise((resolve) => child.on('close', (code, by) => resolve({ code, by })));
  let over = false;
  ended.then(() => (over = true));
  while (!over && !ready(child.pid)) await sleep(3);
  const began = Date.now();
  child.kill(signal);
  return { ...(await ended), ...output, milliseconds: Date.now() - began };
}
const hasOpen = (pid, name) => {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`).endsWith(name));
  } catch {
    return false;  // a descriptor that was closed meanwhile
  }
};
// Kinds of the records written whole: a line that is being written, without its end, is none yet.
const records = (path) => {
  const ledger = join(path, '.assay', 'ledger.jsonl');
  return existsSync(ledger) ? readFileSync(ledger, 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line).kind) : [];
};

for (const [what, signal, code, ready] of [
  ['the reading', 'SIGINT', 130, (path, pid) => hasOpen(pid, 'huge.csv')],
  ['feasibility', 'SIGINT', 130, (path) => records(path).includes('understand')],
  ['the ladder', 'SIGINT', 130, (path) => records(path).includes('feasibility')],
  ['feasibility, by SIGTERM', 'SIGTERM', 143, (path) => records(path).includes('understand')],
]) {
  test(`stopped during ${what}: says so, leaves whole files, and the next run works`, async () => {
    const path = project(what === 'the reading' ? data('huge.csv', 400_000) : large);
    const run = await interrupt(['run', path], signal, (pid) => ready(path, pid));
    assert.equal(run.code, code, `${run.by} ${run.stderr}`);
    assert.match(run.stderr, /^assay: stopped on request.*starts it again\.\n$/m);
    assert.equal(run.stdout, '');
    assert.ok(run.milliseconds < 15_000, `${run.milliseconds} ms`);
    checkWhole(path);
    writeFileSync(join(path, 'assay.toml'), charter(small));
    const next = assay('run', path, '--quiet');
    assert.equal(next.status, 0, next.stderr);
    checkWhole(path);
  });
}

const rounds = process.env.ASSAY_LONG ? 100 : 12;
test(`killed at ${rounds} random moments: every file is the old or the new one, and the ledger goes on`, async () => {
  const path = project();
  const began = Date.now();
  assert.equal(assay('run', path, '--quiet').status, 0);
  const whole = Date.now() - began;
  for (let round = 0; round < rounds; ++round) {
    const before = records(path).length;
    const child = spawn(program, ['run', path, '--fresh', '--quiet'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('close', resolve));
    await sleep(random() * whole);
    child.kill('SIGKILL');
    await ended;
    checkWhole(path, { torn: true, leftovers: true });
    assert.ok(records(path).length >= before, 'no record is lost');
  }
  const last = assay('run', path, '--json', '--quiet');
  assert.equal(last.status, 0, last.stderr);
  checkWhole(path, { leftovers: true });
  assert.equal(JSON.parse(assay('ledger', path, '--json').stdout).head, JSON.parse(last.stdout).ledger.head);
});

test('two runs of one project at once: both finish, the ledger verifies', async () => {
  const path = project();
  const both = await Promise.all([0, 1].map(() => interrupt(['run', path, '--quiet'], 0, () => false)));
  for (const run of both) assert.equal(run.code, 0, run.stderr);
  checkWhole(path);
});

// `script` gives the program a terminal; what it prints there is kept.
const onTerminal = (...words) => {
  const quoted = [program, ...words].map((word) => `'${word}'`).join(' ');
  return spawnSync('script', ['-qefc', `${quoted} >/dev/null`, join(folder, 'typescript')], { encoding: 'utf8', input: '' });
};
test('progress with time left on a terminal, none with --quiet or elsewhere', () => {
  // Long enough on any machine: progress is for what takes more than a second.
  const words = ['feasibility', large, '--outcome', 'y = 1', '--time', 'day'];
  const shown = onTerminal(...words);
  assert.equal(shown.status, 0, shown.stdout);
  assert.match(shown.stdout, /\d %/);
  assert.match(shown.stdout, /about .* left/);
  assert.ok(shown.stdout.trimEnd().endsWith('\x1b[K'), 'the line is cleared at the end');
  assert.equal(onTerminal(...words, '--quiet').stdout.trim(), '');
  const elsewhere = assay(...words);
  assert.ok(!elsewhere.stderr.includes('\r') && !elsewhere.stderr.includes('\x1b'), elsewhere.stderr);
});
