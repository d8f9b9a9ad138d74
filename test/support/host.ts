import { join } from 'node:path';
import type { HookProgram } from '../../core/agents/screen';
import type { HostProgram } from '../../core/host/start';

const root = join(import.meta.dirname, '../..');

/** The program that passes hooks on, as it stands in the sources. */
export const hookProgram: HookProgram = {
  command: process.execPath,
  args: ['--no-warnings', join(root, 'core/agents/hook/main.ts')],
  env: {},
};

/** The host's program as it stands in the sources. */
export const hostProgram: HostProgram = {
  command: process.execPath,
  args: ['--import', join(root, 'test/support/typescript.mjs'), join(root, 'core/host/main.ts')],
  env: {},
};
