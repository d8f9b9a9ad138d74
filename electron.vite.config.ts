import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { windowAliases } from './renderer/aliases.mjs';

const at = (path: string): string => resolve(import.meta.dirname, path);

/** The oldest runtime the main process and the preload must start on: Electron 25. */
const oldestNode = 'node18.15';
const oldestChromium = 'chrome114';

/** Native code and what the shell itself supplies; everything else is bundled, because the oldest shell cannot load ESM. */
const external = ['better-sqlite3', 'electron', '@lydell/node-pty'];

export default defineConfig({
  main: {
    build: {
      outDir: at('out/main'),
      target: oldestNode,
      sourcemap: true,
      externalizeDeps: false,
      rollupOptions: {
        external,
        input: {
          main: at('electron/main.ts'),
          cli: at('cli/main.ts'),
          // A program of its own: agents without questions of their own start it to ask a person.
          'ask-human': at('core/agents/ask-human/main.ts'),
          // And one that an agent's screen starts, to pass on what it asks.
          hook: at('core/agents/hook/main.ts'),
          // A program of its own, too: it holds the programs on terminals and outlives this one.
          host: at('core/host/main.ts'),
          // Small, so that starting git from it is cheap.
          starter: at('core/starter/main.ts'),
        },
        output: { format: 'cjs', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: at('out/preload'),
      target: oldestNode,
      sourcemap: true,
      externalizeDeps: false,
      rollupOptions: {
        input: { index: at('preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].js' },
      },
    },
  },
  renderer: {
    root: at('renderer'),
    plugins: [react()],
    resolve: { alias: windowAliases(at('renderer')) },
    server: { host: '127.0.0.1' },
    worker: { format: 'es' },
    build: {
      outDir: at('out/renderer'),
      target: oldestChromium,
      minify: true,
      cssMinify: 'lightningcss',
      // The page's policy takes fonts from files only.
      assetsInlineLimit: 0,
      rollupOptions: { input: at('renderer/index.html') },
    },
  },
});
