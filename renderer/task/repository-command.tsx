import { type ReactNode, useState } from 'react';
import type { Repository } from '../../core/contract/repository';
import { Button } from '../parts/button';
import { leaving, shownOf, type Typed, typing } from '../parts/typed';
import { useApp, useDoing } from '../state/app';
import { carryOut, complain } from '../state/commands';
import { say } from '../state/said';
import { cleanLine } from '../text/clean';

/** The command lines a person gives a repository, with their words. */
const kinds = {
  runCommand: {
    id: 'run-command',
    label: 'Run command',
    example: 'none, for example npm run dev',
    none: (name: string) => `${name} has no run command now`,
    set: (name: string, line: string) => `Run now starts ${line} in ${name}`,
  },
  setupCommand: {
    id: 'setup-command',
    label: 'Setup of worktrees',
    example: 'none, for example npm ci',
    none: (name: string) => `New worktrees of ${name} are not set up`,
    set: (name: string, line: string) => `New worktrees of ${name} are set up with ${line} before the agent starts`,
  },
  teardownCommand: {
    id: 'teardown-command',
    label: 'Teardown of worktrees',
    example: 'none, for example docker compose down',
    none: (name: string) => `Worktrees of ${name} are not torn down`,
    set: (name: string, line: string) => `Worktrees of ${name} are torn down with ${line} before they go`,
  },
} as const;

/** One command line of a repository. Saved on ↵ or with the button; empty means none. */
export function RepositoryCommand(props: {
  readonly repository: Repository;
  readonly kind: keyof typeof kinds;
}): ReactNode {
  const { repository, kind } = props;
  const { id, label, example, none, set } = kinds[kind];
  const app = useApp();
  const saved = repository[kind] ?? '';
  const [typed, setTyped] = useState<Typed | null>(null);
  const text = shownOf(typed, saved);
  const about = `repository:${repository.id}`;
  const doing = useDoing(about);
  const name = cleanLine(repository.name);
  const wanted = text.trim();
  const save = async (): Promise<void> => {
    const line = wanted === '' ? null : wanted;
    const ended = await carryOut(app, { about, sentence: 'Saving…' }, (client) =>
      client.repositories.configure({ repository: repository.id, [kind]: line }),
    );
    if (!ended.ok) return complain(app, ended.failure);
    setTyped((now) => (now?.text === text ? leaving(now, saved) : now));
    say(app.said, { kind: 'done', text: wanted === '' ? none(name) : set(name, wanted), undo: null });
  };
  return (
    <form
      className={`repository-command ${id}`}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <label htmlFor={id}>
        {label} of {name}
      </label>
      <input
        id={id}
        className="field mono"
        value={text}
        placeholder={example}
        spellCheck={false}
        onChange={(event) => setTyped(typing(event.target.value))}
      />
      {wanted !== saved && (
        <Button type="submit" doing={doing}>
          Save
        </Button>
      )}
    </form>
  );
}
