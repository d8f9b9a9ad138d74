import { type ReactNode, useId, useState } from 'react';
import type { Repository } from '../../core/contract/repository';
import type { RepositoryRetention, Retention } from '../../core/contract/retention';
import { bytesWords, type Going } from '../../core/contract/worktree';
import { Button } from '../parts/button';
import { Skeleton } from '../parts/empty';
import { Note } from '../parts/note';
import { useApp, useDoing, useModel } from '../state/app';
import { carryOut, complain } from '../state/commands';
import type { Failure } from '../state/failure';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';

const limits = [
  ['backupDays', 'Keep backups for', 'days'],
  ['backupMegabytes', 'Keep backups up to', 'MB'],
  ['worktreeDays', 'Keep worktrees of done tasks for', 'days'],
  ['worktreeMegabytes', 'Keep worktrees of done tasks up to', 'MB'],
] as const satisfies readonly (readonly [keyof Retention, string, string])[];

/** How long what was taken away is kept, for all and for each repository; what would go is said before it is saved. */
export function RetentionOfAll(): ReactNode {
  const settings = useModel((model) => model.settings);
  const repositories = useModel((model) => model.repositories);
  if (settings === null) return <Skeleton lines={4} />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <div className="sheet-body" tabIndex={0}>
      <p className="field-help">
        0 is no limit; for worktrees it means that they go as soon as their task is done. Nothing of a task that is not
        done ever goes by itself, and nothing of the last day for want of room.
      </p>
      <RetentionForm key="all" name="All repositories" holds={settings} own={null} repository={null} />
      {repositories.map((repository) => (
        <RetentionForm
          key={repository.id}
          name={cleanLine(repository.name)}
          holds={settings}
          own={repository.retention}
          repository={repository}
        />
      ))}
    </div>
  );
}

type Typed = { readonly [Key in keyof Retention]?: string };

function RetentionForm(props: {
  readonly name: string;
  readonly holds: Retention;
  /** What the repository says for itself; null for all. */
  readonly own: RepositoryRetention | null;
  readonly repository: Repository | null;
}): ReactNode {
  const { name, holds, own, repository } = props;
  const app = useApp();
  const id = useId();
  const about = `retention:${repository?.id ?? 'all'}`;
  const doing = useDoing(about);
  const [typed, setTyped] = useState<Typed>({});
  const [going, setGoing] = useState<Going | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const saved = (limit: keyof Retention): string => `${own === null ? holds[limit] : (own[limit] ?? '')}`;
  const changed = limits.filter(([limit]) => typed[limit] !== undefined && typed[limit] !== saved(limit));
  const wanted = Object.fromEntries(
    changed.map(([limit]) => [limit, typed[limit] === '' ? (own === null ? 0 : null) : Number(typed[limit])]),
  ) as Partial<RepositoryRetention>;

  const look = async (): Promise<void> => {
    const retention = Object.fromEntries(
      limits.map(([limit]) => [
        limit,
        wanted[limit] ?? (limit in wanted ? holds[limit] : (own?.[limit] ?? holds[limit])),
      ]),
    );
    const ended = await carryOut(app, { about, sentence: 'Looking…' }, (client) =>
      client.worktrees.going({ ...(repository !== null && { repository: repository.id }), retention }),
    );
    setFailure(ended.ok ? null : ended.failure);
    setGoing(ended.ok ? ended.value : null);
  };
  const save = async (): Promise<void> => {
    const ended = await carryOut(app, { about, sentence: 'Saving…' }, async (client) => {
      if (repository !== null) {
        await client.repositories.configure({
          repository: repository.id,
          retention: { ...repository.retention, ...wanted },
        });
      } else {
        for (const [limit, value] of Object.entries(wanted)) await client.settings.set({ name: limit, value });
      }
    });
    setFailure(ended.ok ? null : ended.failure);
    if (!ended.ok) return;
    setTyped({});
    setGoing(null);
  };
  return (
    <fieldset className="landing-row retention-row">
      <legend className="ellipsis" dir="auto">
        {name}
      </legend>
      {limits.map(([limit, words, unit]) => (
        <label key={limit} className="retention-limit" htmlFor={`${id}${limit}`}>
          {words}
          <input
            id={`${id}${limit}`}
            className="field number"
            type="number"
            min={0}
            placeholder={own === null ? '0' : `${holds[limit]}`}
            value={typed[limit] ?? saved(limit)}
            onChange={(event) => {
              setGoing(null);
              setTyped((now) => ({ ...now, [limit]: event.target.value }));
            }}
          />
          {unit}
        </label>
      ))}
      {repository !== null && <PoolField repository={repository} />}
      {failure !== null && <Note kind="failed">{cleanLine(failure.message)}</Note>}
      {changed.length > 0 && going === null && (
        <Button doing={doing} onClick={() => void look()}>
          See what would go
        </Button>
      )}
      {going !== null && (
        <Note
          kind={going.backups.length + going.worktrees.length === 0 ? 'info' : 'warning'}
          actions={
            <Button look="primary" doing={doing} onClick={() => void save()}>
              Save
            </Button>
          }
        >
          {goingWords(going)}
        </Note>
      )}
    </fieldset>
  );
}

/** How many worktrees of a repository are made ahead of need. Saved when it is left. */
function PoolField({ repository }: { readonly repository: Repository }): ReactNode {
  const app = useApp();
  const id = useId();
  const save = async (pool: number): Promise<void> => {
    if (!Number.isInteger(pool) || pool === repository.pool) return;
    const ended = await carryOut(app, { about: `pool:${repository.id}`, sentence: 'Saving…' }, (client) =>
      client.repositories.configure({ repository: repository.id, pool }),
    );
    if (!ended.ok) complain(app, ended.failure);
  };
  return (
    <label className="retention-limit" htmlFor={id}>
      Have ready for new tasks
      <input
        id={id}
        className="field number"
        type="number"
        min={0}
        max={10}
        key={repository.pool}
        defaultValue={repository.pool}
        onBlur={(event) => void save(event.target.valueAsNumber)}
      />
      worktrees
    </label>
  );
}

function goingWords({ backups, worktrees }: Going): string {
  if (backups.length + worktrees.length === 0) return 'Nothing would go by that now.';
  const bytes = [...backups.map((one) => one.bytes ?? 0), ...worktrees.map((one) => one.size?.bytes ?? 0)];
  const sum = bytesWords(bytes.reduce((one, other) => one + other, 0));
  const names = [...worktrees, ...backups].map(({ task, branch }) =>
    cleanLine(task?.title ?? branch ?? 'without a name'),
  );
  const some = names.slice(0, 5).join(', ');
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return `Within an hour ${count(backups.length, 'backup')} and ${count(worktrees.length, 'worktree')} would go, ${sum}: ${some}${more}.`;
}
