import { z } from 'zod';
import { taskIdSchema } from './task';

export const terminalIdSchema = z.number().int().positive();

/** A shell of the person's in the task's worktree, the repository's run command there, or the agent's own screen. */
const terminalKinds = ['shell', 'run', 'agent'] as const;
export type TerminalKind = (typeof terminalKinds)[number];

/** What the person may open by itself; an agent's screen comes with taking its task over. */
export const openedKinds = ['shell', 'run'] as const;
export type OpenedKind = (typeof openedKinds)[number];

/**
 * - `starting`: stored, and its program is being started by the host. It moves on by itself.
 * - `running`: its program runs. The program, the person, or the end of its task moves it on.
 * - `ended`: nothing more is printed. What it printed stays until it is too old.
 */
const terminalStates = ['starting', 'running', 'ended'] as const;

/** Why a terminal ended that somebody asked to end: what it was doing did not fail. */
export const endedOnRequest = 'Ended on request.';

/** The size of a terminal, in characters. */
export const terminalSizeSchema = z.object({
  columns: z.number().int().min(2).max(1000),
  rows: z.number().int().min(1).max(1000),
});
export type TerminalSize = z.infer<typeof terminalSizeSchema>;

/** A program on a terminal in a task's worktree. Its bytes are numbered from 0 and kept in files of their own. */
export const terminalSchema = z.object({
  id: terminalIdSchema,
  task: taskIdSchema,
  kind: z.enum(terminalKinds),
  /** What runs: the shell's path, or the command line. */
  command: z.string(),
  state: z.enum(terminalStates),
  /** How the program exited; null while it runs, when a signal ended it, and when nobody was there to see it. */
  exitCode: z.number().int().nullable(),
  /** Why it ended otherwise than by exiting, a sentence. */
  endReason: z.string().nullable(),
  /** Why it is held up right now, a sentence; null when it is not. */
  heldUp: z.string().nullable(),
  /** The first of the task's ten ports, which its programs find in PORT; null before one was needed. */
  port: z.number().int().nullable(),
  startedAt: z.number().int(),
  endedAt: z.number().int().nullable(),
  /** When what it printed was removed, because it was old or there was too much; null while it is kept. */
  removedAt: z.number().int().nullable(),
});
export type Terminal = z.infer<typeof terminalSchema>;

/** What runs on a terminal now. */
export const runningProgramSchema = z.object({
  terminal: terminalIdSchema,
  task: taskIdSchema,
  taskTitle: z.string(),
  kind: z.enum(terminalKinds),
  /** Its command line; of an agent's screen the agent's name; the shell's path where the system does not say what runs in it. */
  program: z.string(),
  /** How many more programs run on the same terminal, without what each of them started. */
  more: z.number().int().nonnegative(),
});
export type RunningProgram = z.infer<typeof runningProgramSchema>;

/** What runs on a terminal, as it is named to a person; its command line as the system says it. */
export function runningWords({ kind, program, more }: Pick<RunningProgram, 'kind' | 'program' | 'more'>): string {
  if (kind === 'agent') return `${program} on its own screen`;
  return more === 0 ? program : `${program} and ${more} more`;
}

/** What runs on the terminals of one task, as it is named to a person. */
export function runningOf(programs: readonly RunningProgram[], task: number): string[] {
  return programs.filter((one) => one.task === task).map(runningWords);
}

/** A stretch of what a terminal's program printed. */
export const terminalBytesSchema = z.object({
  /** The number of the first byte. It is later than asked for when what came before is not kept any more. */
  from: z.number().int().nonnegative(),
  /** The bytes, in base64: a door carries text. Empty when there are none yet. */
  bytes: z.string(),
  /** The number of the byte that comes after all that were printed so far. */
  end: z.number().int().nonnegative(),
  /** Nothing comes after these. */
  over: z.boolean(),
});
export type TerminalBytes = z.infer<typeof terminalBytesSchema>;
