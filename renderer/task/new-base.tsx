import { type ReactNode, useState } from 'react';
import type { Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { useApp, useDoing } from '../state/app';
import { changeBase } from '../state/landing';
import { useResource } from '../state/resource';
import { cleanLine } from '../text/clean';

/** Bases a task whose base is gone on a branch there is. */
export function NewBase({ task }: { readonly task: Task }): ReactNode {
  const app = useApp();
  const branches = useResource(`branches ${task.repositoryId}`, (client, signal) =>
    client.repositories.branches({ repository: task.repositoryId }, { signal }),
  );
  const doing = useDoing(`task:${task.id}`);
  const [chosen, setChosen] = useState<string | null>(null);
  const names = (branches.value ?? []).map(({ name }) => name).filter((name) => !name.startsWith('switchyard/'));
  const base = chosen ?? names[0];
  if (base === undefined) return null;
  return (
    <form
      className="new-base"
      onSubmit={(event) => {
        event.preventDefault();
        void changeBase(app, task, base);
      }}
    >
      <label htmlFor="new-base">Base it on</label>
      <select id="new-base" className="choose" value={base} onChange={(event) => setChosen(event.target.value)}>
        {names.map((name) => (
          <option key={name} value={name}>
            {cleanLine(name)}
          </option>
        ))}
      </select>
      <Button type="submit" doing={doing}>
        Use this branch
      </Button>
    </form>
  );
}
