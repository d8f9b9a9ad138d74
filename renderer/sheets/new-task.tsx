import type { ReactNode } from 'react';
import { Button } from '../parts/button';
import { Empty, Skeleton } from '../parts/empty';
import { SheetFrame } from '../parts/sheet';
import { useApp, useModel } from '../state/app';
import { showSheet } from '../state/commands';
import { lastRepository } from './last-repository';
import { NewTaskForm } from './new-task-form';

/**
 * One sheet for a new task: prompt first, everything else prefilled. ⌘↵ queues it; it can stay open for the next one. What
 * is written and chosen in it stays until the task is queued, however the sheet is left.
 */
export function NewTask({ repository }: { readonly repository: number | null }): ReactNode {
  const app = useApp();
  const repositories = useModel((model) => model.repositories);
  const isStarting = useModel((model) => model.connection.kind === 'connecting');
  if (isStarting) {
    // Written on when the window was closed; which repositories there are is known in a moment.
    return (
      <SheetFrame title="New task">
        <div className="sheet-body">
          <Skeleton lines={5} />
        </div>
      </SheetFrame>
    );
  }
  if (repositories.length === 0) {
    return (
      <SheetFrame title="New task">
        <Empty
          title="Add a repository first"
          actions={
            <Button look="primary" onClick={() => showSheet(app, { kind: 'add-repository', path: null })}>
              Add repository
            </Button>
          }
        >
          A task is work on a git repository.
        </Empty>
      </SheetFrame>
    );
  }
  const place = app.view.get().place;
  const here = place.startsWith('repository:') ? Number(place.slice(11)) : null;
  const open = app.model.get().tasks.get(app.view.get().task ?? -1)?.repositoryId ?? null;
  const isKnown = (id: number | null): boolean => repositories.some((one) => one.id === id);
  const openedFor = [repository, here, open].find(isKnown) ?? null;
  const last = lastRepository(window.localStorage);
  const first = openedFor ?? (isKnown(last) ? last : null) ?? repositories[0]?.id ?? 0;
  return (
    <SheetFrame title="New task">
      <NewTaskForm repository={first} openedFor={openedFor} />
    </SheetFrame>
  );
}
