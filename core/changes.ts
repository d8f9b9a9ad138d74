import type { Change } from './contract/change';
import { assertNever } from './contract/errors';

/** What happened, told to whoever follows. */
export interface Changes {
  /** Tells every follower; call it only after the fact is committed. */
  publish(change: Change): void;
  /**
   * Every change from now on, until the signal is aborted or `return` is called. A follower that lags gets the newest state of each
   * thing instead of a growing backlog, so a slow window costs bounded memory.
   */
  follow(signal: AbortSignal | undefined): AsyncIterableIterator<Change>;
}

interface Follower {
  readonly pending: Map<string, Change>;
  wake: () => void;
}

/** Makes the place changes are told at. */
export function createChanges(): Changes {
  const followers = new Set<Follower>();
  return {
    publish(change) {
      const key = subjectOf(change);
      for (const follower of followers) {
        // Deleting first keeps the order in which things last changed.
        follower.pending.delete(key);
        follower.pending.set(key, change);
        follower.wake();
      }
    },
    follow(signal) {
      const follower: Follower = { pending: new Map(), wake: () => {} };
      // Registered before the first pull, so that nothing told between a snapshot and that pull is missed.
      followers.add(follower);
      const leave = () => {
        followers.delete(follower);
        follower.wake();
      };
      if (signal?.aborted) leave();
      signal?.addEventListener('abort', leave, { once: true });
      const tail: AsyncIterableIterator<Change> = {
        [Symbol.asyncIterator]: () => tail,
        async next() {
          while (followers.has(follower)) {
            const first = follower.pending.entries().next();
            if (!first.done) {
              const [key, change] = first.value;
              follower.pending.delete(key);
              return { done: false, value: change };
            }
            await new Promise<void>((resolve) => {
              follower.wake = resolve;
            });
          }
          return { done: true, value: undefined };
        },
        async return() {
          signal?.removeEventListener('abort', leave);
          leave();
          return { done: true, value: undefined };
        },
      };
      return tail;
    },
  };
}

/** The thing a change is about; a newer change about the same thing replaces an older one. */
function subjectOf(change: Change): string {
  switch (change.type) {
    case 'task.changed':
      return `task ${change.task.id}`;
    case 'request.changed':
      return `request ${change.request.id}`;
    case 'messages.changed':
      return `messages ${change.task}`;
    case 'comments.changed':
      return `comments ${change.task}`;
    case 'pull-request.changed':
      return `pull request ${change.task}`;
    case 'push.changed':
      return `push ${change.task}`;
    case 'train.changed':
      return `train ${change.train.id}`;
    case 'rule.changed':
      return `rule ${change.rule.id}`;
    case 'repository.changed':
      return `repository ${change.repository.id}`;
    case 'repository.removed':
      return `repository ${change.id}`;
    case 'terminal.changed':
      return `terminal ${change.terminal.id}`;
    case 'snapshot':
    case 'held.changed':
    case 'worktrees.changed':
    case 'agents.changed':
    case 'settings.changed':
      return change.type;
    default:
      return assertNever(change);
  }
}
