import { z } from 'zod';
import { taskIdSchema } from './task';

/** A process that runs for a task: its agent, a tool of it, a check, a program on a terminal, and what those started. */
const processSchema = z.object({
  pid: z.number().int().positive(),
  /** The process that started it, when that one is in the list too. */
  parent: z.number().int().positive().nullable(),
  task: taskIdSchema,
  /** The command line, at most 300 characters. */
  command: z.string(),
  /** What it is, where its command line is no answer: an agent's own screen. Null for everything else. */
  what: z.string().nullable(),
  startedAt: z.number().int().nullable(),
  /** Memory it holds, in bytes (resident set size). */
  memory: z.number().int().nonnegative(),
  /** Processor time since the last look, as a share of one core; null at the first look. */
  cpu: z.number().nonnegative().nullable(),
});
export type Process = z.infer<typeof processSchema>;

/** What runs for tasks now. */
export const processListSchema = z.object({
  /** Whoever started something comes before it. */
  processes: z.array(processSchema),
  /** False where the system does not say what runs; the list is empty then. */
  visible: z.boolean(),
});
export type ProcessList = z.infer<typeof processListSchema>;

/** New tasks are not started because the machine is short of memory. */
export const memoryHoldSchema = z.object({
  /** Memory that programs could still take, and what must be left of it, in bytes. */
  available: z.number().int().nonnegative(),
  floor: z.number().int().positive(),
  since: z.number().int(),
});
export type MemoryHold = z.infer<typeof memoryHoldSchema>;

/** Why nothing is listed for the echo agent at work. */
export const insideWords = 'The echo agent is part of Switchyard and has no process of its own.';

/** Bytes as people say them: `312 MB`, `1.4 GB`. */
export function memoryWords(bytes: number): string {
  const megabytes = bytes / 1024 / 1024;
  return megabytes < 1000 ? `${Math.round(megabytes)} MB` : `${(megabytes / 1024).toFixed(1)} GB`;
}

/** Why a task that is due does not start, as one sentence. */
export function memoryHoldWords({ available, floor }: MemoryHold): string {
  return `Waits for memory: ${memoryWords(available)} is free, and ${memoryWords(floor)} must be before a task starts.`;
}
