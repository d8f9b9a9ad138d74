import type { ReactNode } from 'react';
import { useApp, useModel } from '../state/app';
import { openTask } from '../state/commands';
import { cleanLine } from '../text/clean';
import { namedTasks } from '../text/named-tasks';

/** A sentence in which every task it names by number is a way to that task; `leave` is called first. */
export function TaskNames(props: { readonly text: string; readonly leave?: () => void }): ReactNode {
  const app = useApp();
  const tasks = useModel((model) => model.tasks);
  return namedTasks(cleanLine(props.text), (id) => tasks.has(id)).map(({ text, task, at }) =>
    task === null ? (
      text
    ) : (
      <button
        key={at}
        type="button"
        className="link"
        title={cleanLine(tasks.get(task)?.title ?? '')}
        onClick={() => {
          props.leave?.();
          openTask(app, task);
        }}
      >
        {text}
      </button>
    ),
  );
}
