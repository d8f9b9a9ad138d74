import { CodedError } from '../contract/errors';
import type { Database } from './database';
import type { Taken } from './decisions';
import { run } from './statement';

/**
 * Writes down what is about to be done to a task, before it is, by an insert that does nothing while the task has one like it
 * under way, and gives its id. The insert names what it takes of the intent as `@name`. Throws CONFLICT with `busy` then.
 */
export function recordIntent(
  db: Database,
  insert: string,
  intent: { readonly task: number; readonly decision?: Taken | null },
  busy: string,
): number {
  const decision = intent.decision == null ? null : JSON.stringify(intent.decision);
  const { changes, id } = run(db, insert, { ...intent, decision });
  if (changes > 0) return id;
  throw new CodedError('CONFLICT', busy, { facts: { task: intent.task } });
}
