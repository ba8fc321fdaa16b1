// Every command in the documents runs: fenced ```sh blocks, line by line, in a scratch copy of the tree's examples. A line
// that starts with "./demo" or "./test" is the whole program and is only checked for the file; <!-- not run: why --> before
// a block leaves it out.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, symlinkSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { program, scratchFolder } from './support.mjs';

const scratch = scratchFolder('docs');
cpSync('examples', join(scratch, 'examples'), { recursive: true, filter: (path) => !path.includes('.assay') });
symlinkSync(join(process.cwd(), 'third_party'), join(scratch, 'third_party'));
writeFileSync(join(scratch, 'assay'), `#!/bin/sh\nexec "${program}" "$@"\n`);
chmodSync(join(scratch, 'assay'), 0o755);

const documents = ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', ...readdirSync('docs').filter((f) => f.endsWith('.md')).map((f) => `docs/${f}`)];
let commands = 0;
for (const document of documents) {
  const text = readFileSync(document, 'utf8');
  for (const block of text.matchAll(/(<!-- not run: [^>]+ -->\s*)?```sh\n([\s\S]*?)```/g)) {
    if (block[1]) continue;
    for (const line of block[2].split('\n').map((l) => l.trim()).filter((l) => l && !l.startsWith('#'))) {
      commands += 1;
      test(`${document}: ${line}`, () => {
        const word = line.split(' ')[0];
        if (word === './demo' || word === './test') return assert.ok(existsSync(word));
        const run = spawnSync('bash', ['-c', line], { cwd: scratch, encoding: 'utf8', timeout: 600_000 });
        assert.ok(run.status === 0 || run.status === 1, `${run.status}: ${run.stderr}`);
      });
    }
  }
}
test('the documents hold commands', () => assert.ok(commands >= 5, `${commands} commands found`));
