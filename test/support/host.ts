import { join } from 'node:path';
import type { AskHuman } from '../../core/agents/acp-program';
import type { HookProgram } from '../../core/agents/screen';
import type { StarterProgram } from '../../core/git/starter';
import type { HostProgram } from '../../core/host/start';

const root = join(import.meta.dirname, '../..');

/** The program that passes hooks on, as it stands in the sources. */
export const hookProgram: HookProgram = {
  command: process.execPath,
  args: ['--no-warnings', join(root, 'core/agents/hook/main.ts')],
  env: {},
};

/** The tool server of agents without questions of their own, as it stands in the sources. */
export const askHumanProgram: AskHuman = {
  command: process.execPath,
  args: ['--no-warnings', join(root, 'core/agents/ask-human/main.ts')],
  env: {},
};

/** The host's program as it stands in the sources. */
export const hostProgram: HostProgram = {
  command: process.execPath,
  args: ['--import', join(root, 'test/support/typescript.mjs'), join(root, 'core/host/main.ts')],
  env: {},
};

/** The starter's program as it stands in the sources. */
export const starterProgram: StarterProgram = {
  command: process.execPath,
  args: ['--import', join(root, 'test/support/typescript.mjs'), join(root, 'core/git/starter-main.ts')],
  env: {},
};
