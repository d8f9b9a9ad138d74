import { CodedError } from '../contract/errors';
import type { TaskState } from '../contract/task';

/**
 * What a worker hears when it speaks for a task that is no longer in its hands: its lease ran out and the task was
 * given on, or the person took it back. Its work must stop; nothing it said was kept.
 */
export class StaleClaim extends CodedError {
  constructor(task: number, generation: number, now: { readonly generation: number; readonly state: TaskState }) {
    super(
      'WRONG_STATE',
      `Claim ${generation} of task ${task} no longer holds: the task is ${now.state} in generation ${now.generation}. Nothing was changed.`,
      { facts: { task, generation, currentGeneration: now.generation, state: now.state } },
    );
  }
}
