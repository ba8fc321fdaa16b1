// The layer check passes on the tree and fails on each planted violation.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

const check = (root) => spawnSync(process.execPath, ['scripts/check-layers.mjs', root], { encoding: 'utf8' });

test('the tree has no include that points up', () => {
  const run = check('.');
  assert.equal(run.status, 0, run.stderr);
});

const planted = [
  ['stats/a.h', '#include "learn/examples.h"', 'lies above it'],
  ['table/a.cc', '#include "cli/session.h"', 'lies above it'],
  ['server/a.cc', '#include "cli/session.h"', ''],
  ['learn/a.cc', '#include "store/internal/duckdb_handle.h"', 'is internal'],
  ['utils/a.h', '', 'is not a layer'],
];
for (const [file, line, says] of planted) {
  test(`a planted violation is found: ${file} ${line}`, () => {
    const root = mkdtempSync(join(tmpdir(), 'assay-layers-'));
    try {
      mkdirSync(join(root, 'src', file.split('/')[0]), { recursive: true });
      writeFileSync(join(root, 'src', file), `${line}\n`);
      const run = check(root);
      assert.equal(run.status, 1);
      assert.ok(run.stderr.includes(says), run.stderr);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
}
