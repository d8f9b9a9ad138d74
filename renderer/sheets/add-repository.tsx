import { type ReactNode, useState } from 'react';
import type { RepositoryInspection } from '../../core/contract/repository';
import { Button } from '../parts/button';
import { Skeleton } from '../parts/empty';
import { Note } from '../parts/note';
import { SheetFrame } from '../parts/sheet';
import { useApp, useDoing } from '../state/app';
import { carryOut, goTo, showSheet } from '../state/commands';
import type { Failure } from '../state/failure';
import { useResource } from '../state/resource';
import { say } from '../state/said';
import { cleanLine } from '../text/clean';

/** Adds a repository: which folder, what is in it, and whether what it configures may run. */
export function AddRepository({ path }: { readonly path: string | null }): ReactNode {
  const app = useApp();
  const [typed, setTyped] = useState('');
  const found = useResource(path, (client, signal) => client.repositories.inspect({ path: path ?? '' }, { signal }));
  const look = (at: string): void => showSheet(app, { kind: 'add-repository', path: at });
  const pick = async (): Promise<void> => {
    const picked = await app.bridge.pickFolder();
    if (picked !== null) look(picked);
  };
  return (
    <SheetFrame title="Add repository">
      {path === null ? (
        <form
          className="sheet-body"
          onSubmit={(event) => {
            event.preventDefault();
            if (typed.trim() !== '') look(typed.trim());
          }}
        >
          <p className="sheet-lead">Choose the folder of a git repository, or drop it anywhere on the window.</p>
          <div className="path-row">
            <input
              className="field mono"
              aria-label="Path of the folder"
              placeholder="/path/to/repository"
              value={typed}
              spellCheck={false}
              onChange={(event) => setTyped(event.target.value)}
            />
            {typed.trim() === '' ? (
              <Button look="primary" onClick={() => void pick()}>
                Choose…
              </Button>
            ) : (
              <Button look="primary" type="submit">
                Look at it
              </Button>
            )}
          </div>
        </form>
      ) : found.value !== null ? (
        <Found inspection={found.value} />
      ) : found.failure !== null ? (
        <>
          <div className="sheet-body">
            <Note kind="failed">{cleanLine(found.failure.message)}</Note>
          </div>
          <div className="sheet-foot">
            <Button onClick={found.reload}>Look again</Button>
            <Button look="primary" onClick={() => void pick()}>
              Choose another folder
            </Button>
          </div>
        </>
      ) : (
        <Skeleton lines={5} />
      )}
    </SheetFrame>
  );
}

function Found({ inspection }: { readonly inspection: RepositoryInspection }): ReactNode {
  const app = useApp();
  const doing = useDoing('add-repository');
  const [failure, setFailure] = useState<Failure | null>(null);
  const name = cleanLine(inspection.name);
  const add = async (trust: boolean): Promise<void> => {
    setFailure(null);
    const ended = await carryOut(app, { about: 'add-repository', sentence: 'Adding…' }, (client) =>
      client.repositories.add({ path: inspection.path, trust }),
    );
    if (!ended.ok) return setFailure(ended.failure);
    const repository = ended.value;
    app.model.update((model) => ({
      ...model,
      repositories: [...model.repositories.filter(({ id }) => id !== repository.id), repository],
    }));
    goTo(app, `repository:${repository.id}`);
    say(app.said, {
      kind: 'done',
      text: trust ? `Added ${name} and trusted it` : `Added ${name}; nothing it configures will run`,
      undo: null,
    });
    showSheet(app, { kind: 'new-task', repository: repository.id });
  };
  const hasPrograms = inspection.programs.length > 0;
  return (
    <>
      <div className="sheet-body found">
        <div>
          <h3>{name}</h3>
          <p className="quiet selectable">
            <code>{cleanLine(inspection.path)}</code>
            {inspection.defaultBranch !== null && (
              <>
                {' '}
                on <code>{cleanLine(inspection.defaultBranch)}</code>
              </>
            )}
          </p>
        </div>
        {inspection.knownAs !== null && (
          <Note kind="info">It was added before. Adding it again only changes whether it is trusted.</Note>
        )}
        {inspection.notices.map((notice) => (
          <Note key={notice} kind="warning">
            {cleanLine(notice)}
          </Note>
        ))}
        <section>
          <h3>{hasPrograms ? `Trust what ${name} would run?` : 'It configures nothing that would run'}</h3>
          <p className="quiet">
            {hasPrograms
              ? 'Trusted, these run as you when tasks are worked on. Untrusted, none of them runs; you can trust it later.'
              : 'No hooks, filters or programs are configured. If that changes, you are asked again.'}
          </p>
          {hasPrograms && (
            <ul className="programs code selectable">
              {inspection.programs.map((program) => (
                <li key={program}>{cleanLine(program)}</li>
              ))}
            </ul>
          )}
        </section>
        {failure !== null && <Note kind="failed">{cleanLine(failure.message)}</Note>}
      </div>
      <div className="sheet-foot">
        {doing !== null && <span className="quiet">{doing}</span>}
        <span className="grow" />
        <Button onClick={() => void add(false)} disabled={doing !== null}>
          Add without trust
        </Button>
        <Button look="primary" onClick={() => void add(true)} disabled={doing !== null}>
          Trust and add
        </Button>
      </div>
    </>
  );
}
