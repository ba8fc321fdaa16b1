// The layer check passes on the tree and fails on each planted violation.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'node:test';

const check = (root) => spawnSync(process.execPath, ['scripts/check-layers.mjs', root], { encoding: 'utf8' });

test('the tree has no include that points up', () => {
  const run = check('.');
  assert.equal(run.status, 0, run.stderr);
});

const planted = [
  ['stats/a.h', '#include "learn/examples.h"', 'lies above it'],
  ['table/a.cc', '#include "cli/session.h"', 'lies above it'],
  ['server/a.cc', '#include "cli/session.h"', 'lies above it'],
  ['learn/a.cc', '#include "store/internal/duckdb_handle.h"', 'is internal'],
  ['table/a.cc', '#include <cli/session.h>', 'lies above it'],
  ['table/a.cc', '#include"cli/session.h"', 'lies above it'],
  ['table/a.cc', '#include "../cli/session.h"', 'lies above it'],
  ['table/a.cc', '#include "base/../cli/session.h"', 'lies above it'],
  ['table/internal/a.cc', '# include <../cli/session.h>', 'which is no layer'],
  ['learn/a.cc', '#include <store/internal/duckdb_handle.h>', 'is internal'],
  ['utils/a.h', '', 'is not a layer'],
  ['stats/b.cc', '#include <vector>\n#include "stats/b.h"', 'must come first'],
];
test('two types of one name in the headers of a layer are found; a declaration of one is none', () => {
  const root = mkdtempSync(join(tmpdir(), 'assay-layers-'));
  try {
    mkdirSync(join(root, 'src/stats/internal'), { recursive: true });
    writeFileSync(join(root, 'src/stats/a.h'), 'struct Candidate {\n};\nstruct Other;\n');
    writeFileSync(join(root, 'src/stats/internal/b.h'), 'class Other {\n};\n');
    assert.equal(check(root).status, 0);
    writeFileSync(join(root, 'src/stats/internal/b.h'), 'class Candidate final : public X {\n};\n');
    const run = check(root);
    assert.equal(run.status, 1);
    assert.ok(run.stderr.includes('the type Candidate stands in'), run.stderr);
  } finally {
    rmSync(root, { recursive: true });
  }
});

for (const [file, line, says] of planted) {
  test(`a planted violation is found: ${file} ${line}`, () => {
    const root = mkdtempSync(join(tmpdir(), 'assay-layers-'));
    try {
      mkdirSync(dirname(join(root, 'src', file)), { recursive: true });
      writeFileSync(join(root, 'src', file), `${line}\n`);
      if (file === 'stats/b.cc') writeFileSync(join(root, 'src', 'stats/b.h'), '');
      const run = check(root);
      assert.equal(run.status, 1);
      assert.ok(run.stderr.includes(says), run.stderr);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
}

// The build runs the check as a part of the default target, and its very command fails where an include is planted.
test('a build fails when an include points up', () => {
  const build = dirname(process.env.ASSAY_PROGRAM);
  const ninja = (...words) => spawnSync('ninja', ['-C', build, '-t', ...words], { encoding: 'utf8' }).stdout;
  assert.ok(ninja('commands', 'all').includes('check-layers.mjs'), 'the default target runs the check');
  const command = ninja('commands', 'check_layers').trim().split('\n').at(-1);
  assert.match(command, /check-layers\.mjs \S+$/);
  const root = mkdtempSync(join(tmpdir(), 'assay-layers-'));
  try {
    mkdirSync(join(root, 'src', 'base'), { recursive: true });
    const buildOf = (text) => {
      writeFileSync(join(root, 'src', 'base', 'a.h'), text);
      return spawnSync('bash', ['-c', command.replace(/\S+$/, root)], { encoding: 'utf8' });
    };
    assert.equal(buildOf('#include "base/b.h"\n').status, 0);
    const planted = buildOf('#include "cli/session.h"\n');
    assert.notEqual(planted.status, 0);
    assert.ok(planted.stderr.includes('lies above it'), planted.stderr);
  } finally {
    rmSync(root, { recursive: true });
  }
});
