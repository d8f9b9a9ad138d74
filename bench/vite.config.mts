import { readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import { defineConfig } from 'vite';

const folder = import.meta.dirname;
const benches = readdirSync(folder).filter((file) => file.endsWith('.ts'));

/** Each file of this folder becomes a program in out/bench; packages stay where they are installed. */
export default defineConfig({
  root: join(folder, '..'),
  build: {
    ssr: true,
    target: 'node24',
    outDir: join(folder, '..', 'out', 'bench'),
    emptyOutDir: true,
    rolldownOptions: {
      input: Object.fromEntries(benches.map((file) => [parse(file).name, join(folder, file)])),
      output: { format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: 'chunks/[name]-[hash].mjs' },
    },
  },
});
