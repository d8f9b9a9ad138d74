import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { windowAliases } from '../../../renderer/aliases.mjs';

/** Builds the window over the fake core, for a browser: the test bed of everything that is seen. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  resolve: { alias: windowAliases(resolve(import.meta.dirname, '../../../renderer')) },
  worker: { format: 'es' },
  build: {
    outDir: process.env.HARNESS_OUT ?? resolve(import.meta.dirname, '../../../out/harness'),
    emptyOutDir: true,
    target: 'chrome114',
    cssMinify: 'lightningcss',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4000,
  },
});
