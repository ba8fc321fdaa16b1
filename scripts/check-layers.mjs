// node scripts/check-layers.mjs [ROOT]: fails when an include points up, when a source does not
// include its own header first (which shows that the header stands alone), and when two headers of a layer name two types alike.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, posix, relative } from 'node:path';

const root = process.argv[2] ?? join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
// Lowest first; an include may only point to a layer further left.
const layers = ['base', 'stats', 'table', 'expression', 'store', 'charter', 'trees', 'learn', 'slices', 'objectives', 'experiments', 'monitoring', 'evidence', 'lifecycle', 'server', 'cli'];

function* files(folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else if (/\.(h|cc)$/.test(name)) yield path;
  }
}

// What an include means, as a path from src/: a quoted one is looked for beside its file first, and ".." leads where it leads.
function includedFrom(path, quote, text) {
  const folder = relative(join(root, 'src'), dirname(path)).split('\\').join('/');
  const beside = posix.join(folder, text);
  return quote === '"' && (text.startsWith('.') || existsSync(join(root, 'src', beside))) ? beside : posix.normalize(text);
}

const faults = [];
for (const layer of readdirSync(join(root, 'src')).sort()) {
  if (!statSync(join(root, 'src', layer)).isDirectory()) continue;
  if (!layers.includes(layer)) {
    faults.push(`src/${layer}: is not a layer; add it to scripts/check-layers.mjs and ARCHITECTURE.md in its place`);
    continue;
  }
  const typeIn = new Map();
  for (const path of files(join(root, 'src', layer))) {
    const text = readFileSync(path, 'utf8');
    // Two types of one name in one namespace: the linker takes the functions of either for both, and says nothing.
    for (const [, name] of path.endsWith('.h') ? text.matchAll(/^(?:struct|class|enum class) (\w+)\b[^;\n]*\{/gm) : []) {
      if (typeIn.has(name)) faults.push(`${path}: the type ${name} stands in ${typeIn.get(name)} too; give one of them another name`);
      typeIn.set(name, path);
    }
    const own = basename(path, '.cc') + '.h';
    const header = path.endsWith('.cc') && ['.', 'internal'].map((below) => join(dirname(path), below, own)).find((file) => existsSync(file));
    if (header) {
      const expected = header.slice(join(root, 'src').length + 1);
      const first = /^\s*#\s*include\s*["<]([^">]+)/m.exec(text)?.[1];
      if (first !== expected) faults.push(`${path}: includes "${first}" first; its own header "${expected}" must come first`);
    }
    text.split('\n').forEach((line, index) => {
      const found = /^\s*#\s*include\s*(["<])([^">]+)[">]/.exec(line);
      if (!found) return;
      const [other, ...below] = includedFrom(path, found[1], found[2]).split('/');
      const rest = below.join('/');
      // <vector> and <CLI/CLI.hpp> are not ours.
      if (rest === '' || (found[1] === '<' && other !== '..' && !layers.includes(other))) return;
      const where = `${path}:${index + 1}`;
      if (!layers.includes(other)) faults.push(`${where}: includes "${other}/${rest}", which is no layer`);
      else if (layers.indexOf(other) > layers.indexOf(layer)) faults.push(`${where}: ${layer} includes ${other}, which lies above it`);
      else if (other !== layer && rest.startsWith('internal/')) faults.push(`${where}: "${other}/${rest}" is internal to ${other}`);
    });
  }
}
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
