import { type ReactNode, useMemo, useState } from 'react';
import { type Backup, backupCauseWords, bytesWords } from '../../core/contract/worktree';
import { Button } from '../parts/button';
import { Empty, Failed } from '../parts/empty';
import { useApp, useDoing } from '../state/app';
import { carryOut, complain, openTask } from '../state/commands';
import { nameOfPath } from '../state/places';
import { useResource } from '../state/resource';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { Ago, Until } from '../text/time';
import { NotYet } from './list';
import { restoreBackup } from './restore';
import { FewRows } from './rows';
import { useWorktreesSeen } from './seen';

/** What was taken away: when, why, how large, until when it is kept, and the way to have it back. */
export function Bin(): ReactNode {
  const seen = useWorktreesSeen();
  const { value, failure, reload } = useResource('backups', (client) => client.worktrees.backups(), seen);
  const [filter, setFilter] = useState('');
  const shown = useMemo(() => {
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
    return (value ?? []).filter((one) => words.every((word) => textOf(one).includes(word)));
  }, [value, filter]);
  if (value === null) return <NotYet failure={failure} reload={reload} />;
  if (value.length === 0) {
    return (
      <Empty title="Nothing was taken away">
        What is discarded, removed, or goes because a task is done is kept here first: every file byte for byte, and no
        empty folders.
      </Empty>
    );
  }
  const bytes = shown.reduce((sum, one) => sum + (one.bytes ?? 0), 0);
  return (
    <>
      <div className="worktree-tools">
        <input
          className="field"
          aria-label="Filter the recycle bin"
          placeholder="Filter by task, repository, branch or reason"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <p className="quiet tabular" role="status">
          {count(shown.length, 'backup')}, {bytesWords(bytes)}
        </p>
      </div>
      {failure !== null && <Failed failure={failure} again={reload} />}
      {shown.length === 0 ? (
        <Empty title="Nothing matches">Nothing here has “{filter}” in its task, repository, branch or reason.</Empty>
      ) : (
        <FewRows
          label="Recycle bin"
          all={shown}
          keyOf={({ repositoryId, ref }) => `${repositoryId} ${ref}`}
          row={(backup) => <BackupRow backup={backup} />}
        />
      )}
    </>
  );
}

function textOf({ task, repository, branch, cause, ref }: Backup): string {
  return `${task?.title ?? ''} #${task?.id ?? ''} ${repository} ${branch ?? ''} ${backupCauseWords(cause)} ${ref}`.toLowerCase();
}

function BackupRow({ backup }: { readonly backup: Backup }): ReactNode {
  const app = useApp();
  const { repositoryId, repository, ref, task, branch, createdAt, keptUntil, bytes, cause, by, restoredPath } = backup;
  const about = `backup:${repositoryId} ${ref}`;
  const doing = useDoing(about);
  const [asked, setAsked] = useState(false);
  const name = cleanLine(task?.title ?? branch ?? ref);
  const remove = async (): Promise<void> => {
    const ended = await carryOut(app, { about, sentence: 'Removing…' }, (client) =>
      client.worktrees.removeBackup({ repository: repositoryId, ref }),
    );
    setAsked(false);
    if (!ended.ok) complain(app, ended.failure);
  };
  return (
    <>
      <div className="worktree-facts">
        <p className="worktree-name">
          {task === null ? (
            <b className="ellipsis" dir="auto">
              {name}
            </b>
          ) : (
            <button type="button" className="link ellipsis" dir="auto" onClick={() => openTask(app, task.id)}>
              {name}
            </button>
          )}
          <span className="quiet">
            {backupCauseWords(cause)}
            {by === null || by === 'person' ? '' : ` by ${cleanLine(by)}`}
          </span>
        </p>
        <p className="quiet worktree-where ellipsis" dir="auto" title={ref}>
          {cleanLine(nameOfPath(repository))}
          {branch !== null && ` · ${cleanLine(branch)}`}
          {' · '}
          <Ago at={createdAt} />
          {restoredPath !== null && ` · put back at ${cleanLine(restoredPath)}`}
          {keptUntil !== null && ' · goes '}
          {keptUntil !== null && <Until at={keptUntil} />}
        </p>
      </div>
      <span className="worktree-size tabular">{bytes === null ? '' : bytesWords(bytes)}</span>
      {asked ? (
        <>
          <Button onClick={() => setAsked(false)}>Keep</Button>
          <Button look="danger" doing={doing} aria-label={`Remove ${name} for good`} onClick={() => void remove()}>
            Remove for good
          </Button>
        </>
      ) : (
        <>
          <Button
            doing={doing}
            disabled={restoredPath !== null && backup.bringsBack === 'branch'}
            aria-label={doing === null ? `Restore ${name}` : undefined}
            title={wayWords[backup.bringsBack]}
            onClick={() => void restoreBackup(app, { repository: repositoryId, ref })}
          >
            Restore
          </Button>
          <Button
            look="quiet"
            disabled={backup.bringsBack === 'checkpoint'}
            aria-label={`Remove ${name} for good…`}
            onClick={() => setAsked(backup.bringsBack !== 'checkpoint')}
          >
            Remove…
          </Button>
        </>
      )}
    </>
  );
}

const wayWords: Readonly<Record<Backup['bringsBack'], string>> = {
  task: 'Brings the task back to where it was, with its worktree',
  worktree: 'Puts the task’s worktree back as it was',
  checkpoint: 'Puts the task’s worktree back to what was left',
  branch: 'Puts it on a branch of its own, in a worktree beside',
};
