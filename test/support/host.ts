import type { AskHuman } from '../../core/agents/acp-program';
import type { HookProgram } from '../../core/agents/screen';
import type { HostProgram } from '../../core/host/start';
import type { StarterProgram } from '../../core/starter/starter';
import { programArgs } from './programs';

/** The program that passes hooks on. */
export const hookProgram: HookProgram = { command: process.execPath, args: programArgs('hook'), env: {} };

/** The tool server of agents without questions of their own. */
export const askHumanProgram: AskHuman = { command: process.execPath, args: programArgs('ask-human'), env: {} };

/** The host's program. */
export const hostProgram: HostProgram = { command: process.execPath, args: programArgs('host'), env: {} };

/** The starter's program. */
export const starterProgram: StarterProgram = { command: process.execPath, args: programArgs('starter'), env: {} };
