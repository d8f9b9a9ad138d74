import type { Change } from '../contract/change';
import { snapshotTasks } from '../store/task-view';
import * as repositories from './repositories';
import type { Room } from './room';

/** One snapshot of everything shown, then every change since. */
export async function* follow(room: Room, signal: AbortSignal | undefined): AsyncGenerator<Change, void, void> {
  // Followed before the snapshot is read: a change in between is told twice rather than never.
  const tail = room.follow(signal);
  try {
    yield {
      type: 'snapshot',
      tasks: snapshotTasks(room.db),
      repositories: repositories.list(room),
      // Looking asks the login shell, which may take seconds; the window need not wait for it.
      agents: [...room.knownAgents()],
      settings: room.settings(),
    };
    yield* tail;
  } finally {
    await tail.return?.();
  }
}
