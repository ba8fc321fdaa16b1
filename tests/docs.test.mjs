// Every command in the documents runs: fenced ```sh blocks, line by line, in a scratch copy of the tree's examples. A line
// that starts with "./demo" or "./test" is the whole program and is only checked for the file; <!-- not run: why --> before
// a block leaves it out.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, symlinkSync, writeFileSync, chmodSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
// What stands in the text exists too: links, paths of the tree, commands of the program.
const withoutBlocks = (text) => text.replace(/```[\s\S]*?```/g, '');
const help = spawnSync(program, ['--help'], { encoding: 'utf8' }).stdout;
const known = [...help.slice(help.indexOf('Subcommands:')).matchAll(/^ {2}([a-z-]+) /gm)].map((m) => m[1]);
for (const document of documents) {
  test(`${document}: its links, paths and commands exist`, () => {
    const text = withoutBlocks(readFileSync(document, 'utf8'));
    for (const [, target] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
      if (!/^https?:/.test(target)) assert.ok(existsSync(join(dirname(document), target)), `link to ${target}`);
    }
    for (const [, code] of text.matchAll(/`([^`\n]+)`/g)) {
      const path = code.match(/^(?:src|docs|tests|scripts|bench|fuzz|web|schema|examples|cmake)\/[\w./-]*$/)?.[0];
      if (path && !path.includes('.assay')) assert.ok(existsSync(path), path);
      const command = code.match(/^(?:\.\/)?assay ([a-z][a-z-]*)/)?.[1];
      if (command) assert.ok(known.includes(command), `assay ${command}: the program has ${known.join(', ')}`);
    }
  });
}
test('README names every command for people and links every document', () => {
  const text = readFileSync('README.md', 'utf8');
  for (const command of known.filter((c) => c !== 'schema' && c !== 'charter-keys')) assert.ok(text.includes(`\`assay ${command}\``), command);
  for (const document of documents) assert.ok(document === 'README.md' || text.includes(`](${document})`), document);
});
test('the documents hold commands', () => assert.ok(commands >= 5, `${commands} commands found`));
