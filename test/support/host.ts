import { join } from 'node:path';
import type { HostProgram } from '../../core/host/start';

const root = join(import.meta.dirname, '../..');

/** The host's program as it stands in the sources. */
export const hostProgram: HostProgram = {
  command: process.execPath,
  args: ['--import', join(root, 'test/support/typescript.mjs'), join(root, 'core/host/main.ts')],
  env: {},
};
