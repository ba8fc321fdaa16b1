import { defineConfig } from 'vite';

// One script and one style sheet without hashes in their names: the program holds both and puts them into the report.
export default defineConfig({
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    cssCodeSplit: false,
    target: 'es2020',
    lib: { entry: 'src/main.tsx', formats: ['iife'], name: 'assayReport', fileName: () => 'report.js', cssFileName: 'report' },
  },
  define: { 'process.env.NODE_ENV': '"production"' },
});
