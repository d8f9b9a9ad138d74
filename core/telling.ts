import type { Changes } from './changes';
import { shown } from './commands/repositories';
import type { Deps } from './runner/deps';
import type { Database } from './store/database';
import { dependants } from './store/dependencies';
import { repositoryById } from './store/repositories';
import { readRequest } from './store/requests';
import { readTask } from './store/task-view';

type Announcing = Pick<
  Deps,
  'announce' | 'announceRequest' | 'announceMessages' | 'announceComments' | 'announceRepository'
>;

/** Tells followers of what is stored, as it is now. `onTask` is called before a task is told of, and `afterTask` after it. */
export function tellingOf(options: {
  readonly db: Database;
  readonly publish: Changes['publish'];
  readonly onTask: () => void;
  readonly afterTask: () => void;
}): Announcing {
  const { db, publish } = options;
  return {
    announce(task) {
      options.onTask();
      // Whether a task is blocked is a fact of those it waits for, so they are told together.
      for (const id of [task, ...dependants(db, task)]) publish({ type: 'task.changed', task: readTask(db, id) });
      options.afterTask();
    },
    announceRequest: (request) => publish({ type: 'request.changed', request: readRequest(db, request) }),
    announceMessages: (task) => publish({ type: 'messages.changed', task }),
    announceComments: (task) => publish({ type: 'comments.changed', task }),
    announceRepository: (id) => publish({ type: 'repository.changed', repository: shown(repositoryById(db, id)) }),
  };
}
