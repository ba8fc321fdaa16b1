// assay serve: the models of a project over HTTP, by the Open Inference Protocol.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import test, { after } from 'node:test';

import { assay, dayOf, draws, json, program, scratchFolder } from './support.mjs';

const folder = scratchFolder('serve');
const random = draws(3);
const colours = ['red', 'green', 'blue'];
const rows = Array.from({ length: 900 }, (_, i) => {
  const size = random() < 0.1 ? '' : (4 * random() - 2).toFixed(3);
  const colour = random() < 0.05 ? '' : colours[Math.floor(random() * 3)];
  const signal = Number(size) + (colour === 'red' ? 1 : 0) + 2 * random() - 1;
  return { day: dayOf(2023, i % 300), size, colour, good: signal > 0 ? 1 : 0, mood: signal > 0.5 ? 'glad' : signal > -0.5 ? 'calm' : 'sad' };
});
const head = ['day', 'size', 'colour', 'good', 'mood'];
const data = join(folder, 'data.csv');
writeFileSync(data, `${head.join()}\n${rows.map((row) => head.map((name) => row[name]).join()).join('\n')}\n`);
function project(name) {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'assay.toml'), `[project]
name = "Things"
[data]
source = "../data.csv"
time = "day"
[[objectives]]
name = "good"
outcome = "good = 1"
task = "binary"
[[objectives]]
name = "mood"
outcome = "mood"
task = "multiclass"
[[data.columns]]
name = "good"
known = "after"
[[data.columns]]
name = "mood"
known = "after"
`);
  return path;
}

const servers = [];
after(() => servers.forEach((server) => server.process.kill('SIGKILL')));
async function serve(path, { flags = [], files = 0 } = {}) {
  const words = ['serve', path, '--port', '0', ...flags];
  const child = files > 0 ? spawn('bash', ['-c', `ulimit -n ${files}; exec "$@"`, 'bash', program, ...words], { stdio: ['ignore', 'pipe', 'pipe'] }) : spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const server = { process: child, err: '', ended: new Promise((resolve) => { child.on('close', (code, signal) => resolve(signal ?? code)); }) };
  servers.push(server);
  child.stderr.on('data', (text) => { server.err += text; });
  server.url = await new Promise((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (text) => {
      out += text;
      if (out.includes('\n')) resolve(out.trim());
    });
    child.on('close', () => reject(new Error(server.err)));
  });
  return server;
}
async function get(server, path, options) {
  const answer = await fetch(server.url + path.replace(/^\//, ''), options);
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: answer.headers.get('content-type') === 'application/json' ? JSON.parse(text) : undefined };
}
const post = (server, path, body) => get(server, path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });

test('a project that was never trained is ready, with no models', async () => {
  const server = await serve(project('untrained'));
  assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
  assert.deepEqual((await get(server, '/healthz')).body, { status: 'ok' });
  const ready = await get(server, '/readyz');
  assert.equal(ready.status, 200);
  assert.deepEqual(ready.body, { ready: true, models: [] });
  assert.match((await get(server, '/v2/models/good')).body.error, /no trained model yet; train one with: assay run/);
  server.process.kill('SIGINT');
  assert.equal(await server.ended, 0, server.err);
});

const path = project('trained');
json('run', path, '--repeats', '0');
const server = await serve(path);
const models = (await get(server, '/readyz')).body.models;

test('every model that was saved is served, and describes itself', async () => {
  for (const name of ['good', 'good.boosted', 'good.linear', 'good.rule', 'good.constant', 'good.random', 'mood.boosted']) assert.ok(models.includes(name), `${name} of ${models}`);
  const index = (await post(server, '/v2/repository/index', {})).body;
  assert.deepEqual(index.map((model) => model.name), models);
  assert.deepEqual((await get(server, '/v2')).body.name, 'assay');
  assert.equal((await get(server, '/v2/')).status, 200);
  const about = (await get(server, '/v2/models/good.boosted')).body;
  assert.equal(about.platform, 'assay_model');
  assert.deepEqual(about.inputs.map((input) => [input.name, input.datatype]).sort(), [['colour', 'BYTES'], ['day', 'BYTES'], ['size', 'FP64']]);
  assert.deepEqual(about.outputs, [{ name: 'prediction', datatype: 'FP64', shape: [-1] }]);
  assert.deepEqual((await get(server, `/v2/models/good.boosted/versions/${about.versions[0]}/ready`)).body, { name: 'good.boosted', ready: true });
  assert.match((await get(server, '/v2/models/good.boosted/versions/9')).body.error, /has no version '9'; it has [0-9a-f]{12}/);
});

// Every row of the file through every model: the same digits as a file scored by the command line.
test('a row has the score that assay score gives it', async () => {
  for (const name of models) {
    const about = (await get(server, `/v2/models/${name}`)).body;
    const column = (input) => rows.map((row) => (row[input.name] === '' ? null : input.datatype === 'FP64' ? Number(row[input.name]) : row[input.name]));
    const inputs = about.inputs.length > 0 ? about.inputs.map((input) => ({ ...input, shape: [rows.length], data: column(input) })) : [{ name: 'any', shape: [rows.length], datatype: 'FP64', data: rows.map(() => 0) }];
    const answer = await post(server, `/v2/models/${name}/infer`, { id: 'all', inputs });
    assert.equal(answer.status, 200, answer.text.slice(0, 300));
    assert.equal(answer.body.id, 'all');
    const [objective, rung] = name.split('.');
    if (rung === undefined) continue;
    const out = join(folder, `${name}.csv`);
    assert.equal(assay('score', join(path, '.assay/models', objective, `${rung}.json`), data, '--out', out, '--quiet').status, 0);
    const [names, ...scored] = readFileSync(out, 'utf8').trim().split('\n').map((line) => line.split(','));
    const values = answer.body.outputs.at(-1).data;
    const first = objective === 'good' ? names.indexOf('prediction') : names.findIndex((n) => n.startsWith('probability of'));
    const width = objective === 'good' ? 1 : 3;
    scored.forEach((line, r) => { for (let c = 0; c < width; ++c) assert.equal(values[r * width + c], Number(line[first + c]), `${name}, row ${r + 1}`); });
  }
});

test('bad requests get a sentence that names the place', async () => {
  const infer = '/v2/models/good.boosted/infer';
  const good = { inputs: [{ name: 'size', shape: [1], datatype: 'FP64', data: [1] }, { name: 'colour', shape: [1], datatype: 'BYTES', data: ['red'] }, { name: 'day', shape: [1], datatype: 'BYTES', data: ['2023-05-01'] }] };
  assert.equal((await post(server, infer, good)).status, 200);
  for (const [where, options, status, message] of [
    [infer, { method: 'POST', body: '' }, 400, /body/],
    [infer, { method: 'POST', body: '{"inputs": [' }, 400, /the request's body: line 1, column \d+/],
    [infer, { method: 'POST', body: '['.repeat(100_000) }, 400, /body/],
    [infer, { method: 'POST', body: JSON.stringify({ inputs: [{ ...good.inputs[0], data: ['big'] }, ...good.inputs.slice(1)] }) }, 400, /inputs\[0\] \('size'\)\.data\[0\] is a text; expected a number/],
    [infer, { method: 'POST', body: JSON.stringify({ inputs: good.inputs.slice(1) }) }, 400, /the column 'size' is missing/],
    [infer, { method: 'POST', body: JSON.stringify({ inputs: [...good.inputs, { ...good.inputs[0], name: 'wheels' }] }) }, 400, /'wheels'\) is no column of the model/],
    [infer, { method: 'POST', body: JSON.stringify({ ...good, outputs: [{ name: 'variance' }] }) }, 404, /no output 'variance'/],
    [infer, { method: 'GET' }, 405, /takes POST/],
    ['/v2/models/good.bosted', {}, 404, /Did you mean 'good\.boosted'/],
    ['/v2/models/good/infer/more', { method: 'POST', body: '{}' }, 404, /no path/],
    ['/nowhere', {}, 404, /no path '\/nowhere'/],
    ['/healthz', { method: 'DELETE' }, 405, /takes GET/],
  ]) {
    const answer = await get(server, where, options);
    assert.equal(answer.status, status, `${where} ${answer.text}`);
    assert.match(answer.body.error, message);
  }
  assert.equal((await post(server, infer, good)).status, 200, 'and goes on');
});

// fetch sets Host and Origin itself, so these go by hand.
function raw(server, text) {
  return new Promise((resolve, reject) => {
    const socket = createConnection(Number(new URL(server.url).port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (part) => { answer += part; });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

test('pages of other sites reach nothing', async () => {
  const { port } = new URL(server.url);
  const ask = (method, headers) => raw(server, `${method} /v2/repository/index HTTP/1.1\r\n${headers}Content-Length: 2\r\nConnection: close\r\n\r\n{}`);
  assert.match(await ask('POST', `Host: 127.0.0.1:${port}\r\n`), /^HTTP\/1\.1 200 /);
  assert.match(await ask('POST', `Host: localhost:${port}\r\nOrigin: http://localhost:${port}\r\n`), /^HTTP\/1\.1 200 /);
  assert.match(await ask('POST', `Host: evil.example:${port}\r\n`), /^HTTP\/1\.1 421 [\s\S]*this server is not 'evil\.example'/);
  assert.match(await ask('POST', `Host: 127.0.0.1:${port}\r\nOrigin: http://evil.example\r\n`), /^HTTP\/1\.1 403 [\s\S]*pages of 'http:\/\/evil\.example' may not/);
  assert.match(await ask('POST', `Host: 127.0.0.1:${port}\r\nOrigin: null\r\n`), /^HTTP\/1\.1 403 /);
  assert.match(await ask('POST', ''), /^HTTP\/1\.1 400 [\s\S]*no Host header/);
});

test('large requests do not keep small ones waiting, and too many of them are told so', async () => {
  const count = 60_000;
  const large = JSON.stringify({ inputs: [{ name: 'size', shape: [count], datatype: 'FP64', data: Array.from({ length: count }, (_, i) => i / count) }, { name: 'colour', shape: [count], datatype: 'BYTES', data: Array.from({ length: count }, () => 'red') }, { name: 'day', shape: [count], datatype: 'BYTES', data: Array.from({ length: count }, () => '2023-05-01') }] });
  const own = await serve(path, { flags: ['--threads', '1'] });
  let finished = 0;
  const all = Array.from({ length: 75 }, () => post(own, '/v2/models/good.boosted/infer', large).then((answer) => { finished += 1; return answer; }));
  await new Promise((resolve) => { setTimeout(resolve, 300); });
  assert.equal((await get(own, '/healthz')).status, 200);
  assert.ok(finished < 75, 'some are still under way');
  const answers = await Promise.all(all);
  const busy = answers.filter((answer) => answer.status === 503);
  for (const answer of busy) {
    assert.match(answer.body.error, /too many large requests wait already/);
    assert.equal(answer.headers.get('retry-after'), '1');
  }
  const good = answers.filter((answer) => answer.status === 200);
  assert.equal(good.length + busy.length, 75);
  assert.ok(good.length >= 64, `${good.length}`);
  for (const answer of good.slice(0, 3)) assert.equal(answer.body.outputs[0].data.length, count);
  own.process.kill('SIGTERM');
  assert.equal(await own.ended, 0);
});

test('what docs/serve.md asks is answered', async () => {
  const movies = join(folder, 'examples', 'movies');
  cpSync('examples/movies', movies, { recursive: true, filter: (from) => !from.includes('.assay') });
  symlinkSync(join(process.cwd(), 'third_party'), join(folder, 'third_party'));
  json('run', movies);
  const own = await serve(movies, { flags: ['--json'] });
  const { url, models: names } = JSON.parse(own.url);
  assert.ok(names.includes('engagement.boosted'), names.join());
  const asked = [...readFileSync('docs/serve.md', 'utf8').matchAll(/^curl http:\/\/127\.0\.0\.1:8080\/(\S+)(?: --data '([^']+)')?$/gm)];
  assert.equal(asked.length, 2);
  for (const [, where, body] of asked) {
    const answer = await fetch(url + where, body ? { method: 'POST', body } : {});
    assert.equal(answer.status, 200, `${where} ${await answer.clone().text()}`);
    assert.match((await answer.json())[body ? 'model_name' : 'name'], /^engagement$/);
  }
  own.process.kill('SIGTERM');
  assert.equal(await own.ended, 0);
});

test('metrics count what happened', async () => {
  const value = (text, name) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)[1]);
  const before = (await get(server, '/metrics')).text;
  await get(server, '/nowhere');
  const { headers, text } = await get(server, '/metrics');
  assert.match(headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
  assert.equal(value(text, 'assay_http_requests_total') - value(before, 'assay_http_requests_total'), 2);
  assert.equal(value(text, 'assay_http_errors_total') - value(before, 'assay_http_errors_total'), 1);
  assert.equal(value(text, 'assay_models'), models.length);
  assert.ok(value(text, 'assay_inference_rows_total') >= rows.length * models.length);
});

test('more connections than open files allow are told so, and the others are served', async () => {
  const own = await serve(path, { files: 200 });
  const { port } = new URL(own.url);
  const sockets = await Promise.all(Array.from({ length: 300 }, () => new Promise((resolve) => {
    const socket = createConnection(Number(port), '127.0.0.1', () => resolve(socket));
    socket.told = '';
    socket.on('data', (text) => { socket.told += text; });
    socket.on('error', () => {});
  })));
  for (let i = 0; i < 50 && sockets.filter((socket) => socket.told.includes('503')).length < 160; ++i) await new Promise((resolve) => { setTimeout(resolve, 100); });
  const told = sockets.filter((socket) => /^HTTP\/1\.1 503 [\s\S]*Retry-After: 1[\s\S]*too many connections/.test(socket.told));
  assert.ok(told.length >= 160 && told.length < 300, `${told.length}`);
  const open = sockets.find((socket) => socket.told === '');
  open.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  for (let i = 0; i < 50 && open.told === ''; ++i) await new Promise((resolve) => { setTimeout(resolve, 100); });
  assert.match(open.told, /^HTTP\/1\.1 200 /);
  sockets.forEach((socket) => socket.destroy());
  own.process.kill('SIGTERM');
  assert.equal(await own.ended, 0);
});

test('it says why it cannot serve', () => {
  const port = new URL(server.url).port;
  const taken = assay('serve', path, '--port', port);
  assert.equal(taken.status, 2);
  assert.match(taken.stderr, new RegExp(`port ${port} of 127\\.0\\.0\\.1 is taken by another program; choose another by --port`));
  const open = assay('serve', path, '--host', '0.0.0.0');
  assert.equal(open.status, 2);
  assert.match(open.stderr, /--host 0\.0\.0\.0/);
  assert.match(assay('serve', join(folder, 'nowhere')).stderr, /nowhere/);
});

// Half a request when it is asked to stop: it is still answered, then the program ends with 0.
test('SIGTERM stops it cleanly, with requests under way answered', async () => {
  const own = await serve(path);
  const { port } = new URL(own.url);
  const socket = createConnection(Number(port), '127.0.0.1');
  let answer = '';
  socket.on('data', (text) => { answer += text; });
  const closed = new Promise((resolve) => { socket.on('close', resolve); });
  socket.write('GET /healthz HTTP/1.1\r\nHo');
  await new Promise((resolve) => { setTimeout(resolve, 200); });
  own.process.kill('SIGTERM');
  await new Promise((resolve) => { setTimeout(resolve, 200); });
  socket.write('st: localhost\r\n\r\n');
  await closed;
  assert.match(answer, /^HTTP\/1\.1 200 OK[\s\S]*"status":"ok"/);
  assert.equal(await own.ended, 0, own.err);
});
