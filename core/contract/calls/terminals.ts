import { oc } from '@orpc/contract';
import { z } from 'zod';
import {
  openedKinds,
  runningProgramSchema,
  terminalBytesSchema,
  terminalIdSchema,
  terminalSchema,
  terminalSizeSchema,
} from '../terminal';
import { taskRef } from './refs';

const terminalRef = z.strictObject({ terminal: terminalIdSchema });

/** Programs on terminals. */
export const terminals = {
  /** A task's terminals, oldest first. */
  list: oc.input(taskRef).output(z.array(terminalSchema)),
  /** What runs on the terminals of one task, or of all, now; oldest terminal first. A shell that only waits at its prompt is left out. */
  programs: oc.input(taskRef.partial().default({})).output(z.array(runningProgramSchema)),
  /** Starts a shell in the task's worktree, or its repository's run command in place of the one that runs. */
  open: oc.input(taskRef.extend({ kind: z.enum(openedKinds), size: terminalSizeSchema })).output(terminalSchema),
  /**
   * At most 256 KiB of what was printed from byte `from` on. With `wait`, an answer without bytes comes only after half a
   * minute: whoever shows a terminal asks on and on, each time when it has shown what it got, and is never given more
   * than it can take.
   */
  read: oc
    .input(terminalRef.extend({ from: z.number().int().nonnegative(), wait: z.boolean().default(false) }))
    .output(terminalBytesSchema),
  write: oc.input(terminalRef.extend({ text: z.string().max(128 * 1024) })).output(z.void()),
  resize: oc.input(terminalRef.extend({ size: terminalSizeSchema })).output(z.void()),
  /** Ends its program and whatever that started, and answers when nothing of it is left. */
  close: oc.input(terminalRef).output(terminalSchema),
};
