import type { Claim } from '../sources/source';
import { openRequestsOf, readRequest } from '../store/requests';
import { isTaken } from '../store/takeovers';
import { taskRow } from '../store/task-row';
import { moveTask } from '../store/tasks';
import type { Answers } from './answers';
import type { Deps } from './deps';

/**
 * Waits, without limit, until one of a task's open questions is answered that no agent waits for any more. False at once
 * when none is open; true when one was answered, the person takes over or the signal was aborted.
 */
export async function waitForOpen(
  deps: Deps,
  answers: Answers,
  { claim, signal }: { readonly claim: Claim; readonly signal: AbortSignal },
): Promise<boolean> {
  const open = await deps.writer.write((db) => {
    const [first, ...others] = openRequestsOf(db, claim.task);
    if (first === undefined) return [];
    if (taskRow(db, claim.task).state === 'running') {
      const { task, generation } = claim;
      moveTask(db, { task, to: 'waiting', by: 'runner', reason: first.title, at: deps.now(), generation });
    }
    return [first, ...others];
  });
  if (open.length === 0) return false;
  deps.announce(claim.task);
  const leave = new AbortController();
  const stop = () => leave.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  const unheard = deps.takes.hear(claim.task, () => leave.abort());
  if (signal.aborted || isTaken(deps.db, claim.task)) stop();
  try {
    const waits = open.map(({ id }) => answers.wait(id, leave.signal));
    // Answered between the transaction and the wait.
    for (const { id } of open) answers.deliver(readRequest(deps.db, id));
    await Promise.race(waits).catch(() => {});
    for (const wait of waits) wait.catch(() => {});
    return true;
  } finally {
    signal.removeEventListener('abort', stop);
    unheard();
    leave.abort();
  }
}
