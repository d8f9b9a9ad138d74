import type { ReactNode } from 'react';
import { Button } from '../parts/button';
import { Keys } from '../parts/hint';
import { Note } from '../parts/note';
import { RunningList } from '../parts/running-list';
import { SheetFrame } from '../parts/sheet';
import { useApp, useDoing, useModel } from '../state/app';
import { showSheet } from '../state/commands';
import { useResource } from '../state/resource';
import { lookingWords, uncommittedIn, useRunning } from '../state/running';
import { discardTask } from '../state/task-moves';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';

/** Asks before a change is discarded, because what runs on its terminals ends with its worktree. */
export function DiscardSheet({ id }: { readonly id: number }): ReactNode {
  const app = useApp();
  const task = useModel((model) => model.tasks.get(id) ?? null);
  const running = useRunning(id);
  const { value: uncommitted } = useResource(`uncommitted ${id}`, async (client, signal) =>
    task === null ? null : uncommittedIn(client, task, signal),
  );
  // Nobody agrees to an end that is not named yet.
  const doing = useDoing(`task:${id}`) ?? (running === null ? lookingWords : null);
  const may = task !== null && (task.state === 'review' || task.state === 'failed' || task.state === 'cancelled');
  const discard = async (): Promise<void> => {
    if (!may || doing !== null) return;
    showSheet(app, null);
    await discardTask(app, task, uncommitted?.count ?? 0);
  };
  return (
    <SheetFrame title="Discard this change?" width="narrow" onSend={() => void discard()}>
      <div className="sheet-body discard">
        {!may ? (
          <Note kind="info">This change was decided on meanwhile, so there is nothing to discard.</Note>
        ) : (
          <>
            <p>“{cleanLine(task.title)}” and all its files are kept under a backup ref, and can be brought back.</p>
            {uncommitted !== null && uncommitted.count > 0 && (
              <Note kind="info">
                {count(uncommitted.count, 'file')} in its worktree {uncommitted.count === 1 ? 'has' : 'have'} edits in
                no commit: {uncommitted.paths.slice(0, 5).map(cleanLine).join(', ')}
                {uncommitted.count > 5 && ` and ${uncommitted.count - 5} more`}. They are kept too: Undo, or Restore in
                the task, brings them back with it.
              </Note>
            )}
            {running !== null && running.length > 0 && (
              <Note kind="warning">
                What runs on its terminals ends, and does not come back with it: <RunningList running={running} />
              </Note>
            )}
          </>
        )}
      </div>
      <footer className="sheet-foot">
        <span className="grow" />
        <Button onClick={() => showSheet(app, null)}>Cancel</Button>
        <Button look="danger" disabled={!may} doing={doing} onClick={() => void discard()}>
          {running === null || running.length === 0
            ? 'Discard'
            : `Discard and end ${running.length === 1 ? 'it' : 'them'}`}{' '}
          <Keys keys="mod+Enter" />
        </Button>
      </footer>
    </SheetFrame>
  );
}
