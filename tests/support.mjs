// What the black-box tests share: the real program, a folder of their own, reports held against schema/, made-up data.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

export const program = process.env.ASSAY_PROGRAM;
assert.ok(program, 'ASSAY_PROGRAM names the built program');

/** A folder for one file of tests, removed when they are done. */
export function scratchFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `assay-${name}-`));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const assay = (...words) => spawnSync(program, words, { encoding: 'utf8', maxBuffer: 1 << 28 });

/** The report that a command prints; "no" (exit code 1) is an answer too. */
export function json(...words) {
  const run = assay(...words, '--json');
  assert.ok(run.status === 0 || run.status === 1, `${run.status}: ${run.stderr}`);
  return JSON.parse(run.stdout);
}

const Ajv = createRequire(new URL('../web/package.json', import.meta.url))('ajv/dist/2020').default;
export function valid(report, name) {
  const schema = JSON.parse(readFileSync(new URL(`../schema/${name}.schema.json`, import.meta.url)));
  const check = new Ajv({ strict: false }).compile(schema);
  assert.ok(check(report), JSON.stringify(check.errors?.slice(0, 3)));
  assert.deepEqual(unexplained(report, schema), [], 'numbers that are null without a reason beside them');
}

/**
 * The paths of all numbers that are null and do not say why. NAME is explained by a text that is not empty beside it: NAME_reason
 * where the schema has that, else reason.
 */
export function unexplained(report, schema) {
  const found = [];
  const walk = (at, value, path) => {
    if (at.$ref) return walk(schema.$defs[at.$ref.split('/').pop()], value, path);
    if (at.allOf) return walk(at.allOf[0], value, path);
    if (at.anyOf) return value === null ? undefined : walk(at.anyOf[0], value, path);
    if (Array.isArray(value)) return value.forEach((item, i) => (item === null ? found.push(`${path}[${i}]`) : walk(at.items ?? {}, item, `${path}[${i}]`)));
    if (value === null || typeof value !== 'object') return undefined;
    for (const [name, item] of Object.entries(value)) {
      const own = at.properties?.[name] ?? at.additionalProperties ?? {};
      const number = Array.isArray(own.type) && own.type.includes('number');
      const reason = at.properties?.[`${name}_reason`] ? value[`${name}_reason`] : value.reason;
      if (number && item === null && !reason) found.push(`${path}.${name}`);
      walk(own, item, `${path}.${name}`);
    }
    return undefined;
  };
  walk({ $ref: schema.$ref }, report, '');
  return found;
}

/** Draws from [0, 1) that are the same in every run, do not depend on each other and repeat only after 2^32: mulberry32. */
export function draws(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Day `number` after the first of January of `year`, as 2020-01-31. */
export const dayOf = (year, number) => new Date(Date.UTC(year, 0, 1 + number)).toISOString().slice(0, 10);
