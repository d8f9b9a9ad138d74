import { type ReactNode, useMemo, useState } from 'react';
import { bytesWords, isRemovable, type Worktree, worktreeReasonWords } from '../../core/contract/worktree';
import { Button } from '../parts/button';
import { Empty, Failed, Skeleton } from '../parts/empty';
import { useApp, useDoing } from '../state/app';
import { carryOut, complain, openTask, showSheet } from '../state/commands';
import { nameOfPath } from '../state/places';
import { useResource } from '../state/resource';
import { say } from '../state/said';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { Ago } from '../text/time';
import { orderedWorktrees, type WorktreeOrder, worktreeOrders } from './order';
import { restoreBackup } from './restore';
import { FewRows } from './rows';
import { useWorktreesSeen } from './seen';

const orderWords: Readonly<Record<WorktreeOrder, string>> = {
  size: 'Largest first',
  age: 'Oldest first',
  uncommitted: 'Most uncommitted first',
  repository: 'By repository',
};

/** Every worktree, with why it is there and what can be done with it. */
export function WorktreeList(): ReactNode {
  const seen = useWorktreesSeen();
  const { value, failure, reload } = useResource('worktrees', (client) => client.worktrees.list(), seen);
  const [filter, setFilter] = useState('');
  const [order, setOrder] = useState<WorktreeOrder>('size');
  const shown = useMemo(() => orderedWorktrees(value?.worktrees ?? [], { filter, order }), [value, filter, order]);
  if (value === null) return <NotYet failure={failure} reload={reload} />;
  if (value.worktrees.length === 0) {
    return (
      <Empty title="There is no worktree">
        Each task gets one when it starts. It goes, with a copy in the recycle bin, when the task is done.
      </Empty>
    );
  }
  return (
    <>
      <div className="worktree-tools">
        <input
          className="field"
          aria-label="Filter worktrees"
          placeholder="Filter by task, repository, branch or reason"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <select
          className="choose"
          aria-label="Order"
          value={order}
          onChange={(event) => setOrder(event.target.value as WorktreeOrder)}
        >
          {worktreeOrders.map((each) => (
            <option key={each} value={each}>
              {orderWords[each]}
            </option>
          ))}
        </select>
        <p className="quiet tabular" role="status">
          {sumWords(shown, value.measuring)}
        </p>
      </div>
      {failure !== null && <Failed failure={failure} again={reload} />}
      {shown.length === 0 ? (
        <Empty title="No worktree matches">
          Nothing here has “{filter}” in its task, repository, branch or reason.
        </Empty>
      ) : (
        <FewRows
          label="Worktrees"
          all={shown}
          keyOf={({ path }) => path}
          row={(worktree) => <WorktreeRow worktree={worktree} />}
        />
      )}
    </>
  );
}

/** What is shown until there is an answer. */
export function NotYet({ failure, reload }: Pick<ReturnType<typeof useResource>, 'failure' | 'reload'>): ReactNode {
  return (
    <div className="sheet-body">
      {failure === null ? <Skeleton lines={6} /> : <Failed failure={failure} again={reload} />}
    </div>
  );
}

function sumWords(shown: readonly Worktree[], measuring: number): string {
  const bytes = shown.reduce((sum, { size }) => sum + (size?.bytes ?? 0), 0);
  const left = measuring === 0 ? '' : `, ${measuring.toLocaleString()} still to be measured`;
  return `${count(shown.length, 'worktree')}, ${bytesWords(bytes)}${left}`;
}

function WorktreeRow({ worktree }: { readonly worktree: Worktree }): ReactNode {
  const app = useApp();
  const { folders } = app.bridge;
  const { path, task, branch, createdAt, size, repository } = worktree;
  const about = `worktree:${path}`;
  const doing = useDoing(about);
  const name = task === null ? nameOfPath(path) : cleanLine(task.title);
  return (
    <>
      <div className="worktree-facts">
        <p className="worktree-name">
          {task === null ? (
            <b className="ellipsis" dir="auto" title={path}>
              {cleanLine(name)}
            </b>
          ) : (
            <button type="button" className="link ellipsis" dir="auto" onClick={() => openTask(app, task.id)}>
              {name}
            </button>
          )}
          <span className="quiet">{worktreeReasonWords(worktree)}</span>
        </p>
        <p className="quiet worktree-where ellipsis" dir="auto" title={path}>
          {repository === null ? '' : `${cleanLine(nameOfPath(repository))} · `}
          {branch === null ? 'no branch' : cleanLine(branch)}
          {' · '}
          <Ago at={createdAt} />
          {size?.uncommitted != null && size.uncommitted > 0 && ` · ${count(size.uncommitted, 'file')} uncommitted`}
        </p>
      </div>
      <span className="worktree-size tabular">
        {size === null ? '…' : `${size.whole ? '' : '> '}${bytesWords(size.bytes)}`}
      </span>
      <div className="worktree-acts">
        {task !== null && (
          <Button aria-label={`Terminal of ${name}`} onClick={() => openTask(app, task.id, 'terminal')}>
            Terminal
          </Button>
        )}
        {folders !== null && (
          <Button aria-label={`Files of ${name}`} onClick={() => folders.showFolder(path)}>
            Files
          </Button>
        )}
        <Button
          look="danger"
          doing={doing}
          disabled={!isRemovable(worktree)}
          title={isRemovable(worktree) ? 'Kept in the recycle bin' : worktreeReasonWords(worktree)}
          aria-label={doing === null ? `Remove ${name}` : undefined}
          onClick={() => isRemovable(worktree) && void removeWorktree(app, worktree)}
        >
          Remove
        </Button>
      </div>
    </>
  );
}

/** Takes a worktree away, with a way back. */
async function removeWorktree(app: ReturnType<typeof useApp>, { path, task }: Worktree): Promise<void> {
  const ended = await carryOut(app, { about: `worktree:${path}`, sentence: 'Removing…' }, (client) =>
    client.worktrees.remove({ path }),
  );
  if (!ended.ok) return complain(app, ended.failure);
  const { ref, repository, notKept } = ended.value;
  const gone = notKept.length === 0 ? '' : ` Ignored by git, too large, and gone: ${cleanLine(notKept.join(', '))}.`;
  say(app.said, {
    kind: 'done',
    text: `Removed the worktree of ${task === null ? cleanLine(path) : `“${cleanLine(task.title)}”`}. It is in the recycle bin.${gone}`,
    undo:
      ref === null
        ? null
        : () => void restoreBackup(app, { repository, ref }).then(() => showSheet(app, { kind: 'worktrees' })),
  });
}
