// node scripts/build.mjs OUT: types from the schemas, type check, bundle into OUT. Says nothing when all is well.
import { execFileSync } from 'node:child_process';
import { build } from 'vite';

await import('./make-types.mjs');
try {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit'], { stdio: 'pipe' });
} catch (failure) {
  process.stderr.write(failure.stdout);
  process.exit(1);
}
await build({ logLevel: 'warn', build: { outDir: process.argv[2] ?? 'dist', emptyOutDir: true } });
