import type { ReactNode } from 'react';
import { NoneInstalled } from '../agents/none-installed';
import { Button } from '../parts/button';
import { Icon } from '../parts/icon';
import { useApp, useDoing } from '../state/app';
import { carryOut, complain, openTask, showSheet } from '../state/commands';

/** The window with no repository yet: one drop zone, and a way to try everything without a key. */
export function Welcome(): ReactNode {
  const app = useApp();
  const doing = useDoing('demo');
  const demo = async (): Promise<void> => {
    const ended = await carryOut(app, { about: 'demo', sentence: 'Making a sample repository…' }, (client) =>
      client.runtime.demo(),
    );
    if (!ended.ok) return complain(app, ended.failure);
    app.model.update((model) => ({ ...model, tasks: new Map(model.tasks).set(ended.value.id, ended.value) }));
    openTask(app, ended.value.id, 'conversation');
  };
  return (
    <main className="welcome" aria-label="Welcome">
      <div className="welcome-zone">
        <Icon name="repository" />
        <h1>{app.bridge.folders === null ? 'Add a git repository' : 'Drop a git repository here'}</h1>
        <ol>
          <li>Write a task. An agent does it in a worktree of its own.</li>
          <li>Watch it, and answer what it asks from one inbox.</li>
          <li>Review the change. Approve it, and it is merged.</li>
        </ol>
        <div className="welcome-actions">
          <Button
            look="primary"
            action="add-repository"
            onClick={() => showSheet(app, { kind: 'add-repository', path: null })}
          >
            {app.bridge.folders === null ? 'Name a folder' : 'Choose a folder'}
          </Button>
          <Button doing={doing} onClick={demo}>
            Try it without a key
          </Button>
        </div>
        <p className="quiet">Your checkout is never touched while an agent works.</p>
        <NoneInstalled />
      </div>
    </main>
  );
}
