import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { RepositoryInspection } from '../../core/contract/repository';
import { Button } from '../parts/button';
import { Skeleton } from '../parts/empty';
import { Keys } from '../parts/hint';
import { Note } from '../parts/note';
import { SheetFrame } from '../parts/sheet';
import { readMs } from '../requests/readable';
import { type App, useApp, useDoing } from '../state/app';
import { carryOut, goTo, showSheet } from '../state/commands';
import type { Failure } from '../state/failure';
import { nameOfPath } from '../state/places';
import { useResource } from '../state/resource';
import { say } from '../state/said';
import type { FolderQueue } from '../state/view';
import { cleanLine } from '../text/clean';
import { forRepository } from './new-task-choices';

/** Adds a repository: which folder, what is in it, and whether what it configures may run. The path can always be changed. */
export function AddRepository(props: { readonly path: string | null; readonly queue: FolderQueue | null }): ReactNode {
  const { path, queue } = props;
  const app = useApp();
  const [typed, setTyped] = useState(path ?? '');
  const field = useRef<HTMLInputElement>(null);
  const trust = useRef<((at: number) => void) | null>(null);
  const found = useResource(path, (client, signal) => client.repositories.inspect({ path: path ?? '' }, { signal }));
  const look = (at: string): void => {
    if (at === path) found.reload();
    else showSheet(app, { kind: 'add-repository', path: at, ...(queue === null ? {} : { queue }) });
  };
  const { folders } = app.bridge;
  const pick = async (): Promise<void> => {
    const picked = await folders?.pickFolder();
    if (picked != null) look(picked);
  };
  // A folder picked or dropped is written into the field like one that was typed.
  useEffect(() => {
    if (path !== null) setTyped(path);
  }, [path]);
  useEffect(() => {
    if (found.failure === null) return;
    field.current?.focus();
    field.current?.select();
  }, [found.failure]);
  const isShown = path !== null && typed.trim() === path;
  return (
    <SheetFrame
      title={queue === null ? 'Add repository' : `Add repository, ${queue.at} of ${queue.of}`}
      onSend={(at) => trust.current?.(at)}
      onEnter={(at) => trust.current?.(at)}
    >
      <form
        className="path-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() === '') void pick();
          else if (!isShown || found.failure !== null) look(typed.trim());
          else trust.current?.(event.timeStamp);
        }}
        // Held down, the key that has the folder looked at would go on to what is decided then.
        onKeyDown={(event) => event.key === 'Enter' && event.repeat && event.preventDefault()}
      >
        <label className="sheet-lead" htmlFor="path">
          {folders === null
            ? 'The folder of a git repository on the machine Switchyard runs on. Only the desktop app there lets you choose or drop one.'
            : 'The folder of a git repository. You can also drop it anywhere on the window.'}
        </label>
        <div className="path-row">
          <input
            id="path"
            ref={field}
            className="field mono"
            placeholder="/path/to/repository"
            value={typed}
            spellCheck={false}
            aria-invalid={(isShown && found.failure !== null) || undefined}
            onChange={(event) => setTyped(event.target.value)}
          />
          {typed.trim() !== '' && (!isShown || found.failure !== null) && (
            <Button look="primary" type="submit">
              {isShown ? 'Look again' : 'Look at it'}
            </Button>
          )}
          {folders !== null && (
            <Button look={typed.trim() === '' ? 'primary' : 'plain'} onClick={() => void pick()}>
              Choose…
            </Button>
          )}
        </div>
        {isShown && found.failure !== null && <Note kind="failed">{cleanLine(found.failure.message)}</Note>}
        {queue !== null && queue.rest.length > 0 && (
          <p className="path-next quiet">
            <span className="ellipsis">
              Then {queue.rest.map((rest) => cleanLine(nameOfPath(rest))).join(', ')}. Closing this leaves them out.
            </span>
            <Button onClick={() => showNext(app, queue)}>Skip this one</Button>
          </p>
        )}
      </form>
      {isShown && found.value !== null && found.failure === null && (
        <Found inspection={found.value} again={found.reload} queue={queue} byKey={trust} />
      )}
      {isShown && found.value === null && found.failure === null && <Skeleton lines={5} />}
    </SheetFrame>
  );
}

function Found(given: {
  readonly inspection: RepositoryInspection;
  readonly again: () => void;
  readonly queue: FolderQueue | null;
  /** Where what the key does is kept, as long as there is something to decide. */
  readonly byKey: RefObject<((at: number) => void) | null>;
}): ReactNode {
  const { inspection, again, queue, byKey } = given;
  const app = useApp();
  const doing = useDoing('add-repository');
  const [failure, setFailure] = useState<Failure | null>(null);
  const name = cleanLine(inspection.name);
  const { knownAs: known, trustHash: expected } = inspection;
  const add = async (trust: boolean): Promise<void> => {
    setFailure(null);
    const ended = await carryOut(app, { about: 'add-repository', sentence: 'Adding…' }, (client) =>
      known === null
        ? client.repositories.add({ path: inspection.path, trust, expected })
        : client.repositories.trust({ repository: known, trust, expected }),
    );
    if (!ended.ok) {
      // What would run now is shown in place of what was; trusting it is another decision.
      if (ended.failure.code === 'MOVED') again();
      return setFailure(ended.failure);
    }
    const repository = ended.value;
    app.model.update((model) => ({
      ...model,
      repositories: [...model.repositories.filter(({ id }) => id !== repository.id), repository],
    }));
    goTo(app, `repository:${repository.id}`);
    say(app.said, {
      kind: 'done',
      text: outcome(name, { trust, isNew: known === null }),
      undo: null,
    });
    if (showNext(app, queue)) return;
    // What is being written may have waited for just this one.
    app.drafts.update((drafts) => forRepository(drafts, repository.id));
    showSheet(app, { kind: 'new-task', repository: repository.id });
  };
  const hasPrograms = inspection.programs.length > 0;
  const body = useRef<HTMLDivElement>(null);
  const shownAt = useRef(Number.POSITIVE_INFINITY);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what would run now is to be read anew.
  useLayoutEffect(() => {
    shownAt.current = performance.now();
    const { activeElement } = document;
    // What is to be decided is gone to, and never away from something else the person does meanwhile.
    if (activeElement === document.body || activeElement?.closest('.path-row') != null) body.current?.focus();
  }, [inspection]);
  useLayoutEffect(() => {
    byKey.current = (at) => {
      if (doing !== null) return;
      if (at >= shownAt.current + readMs) void add(true);
      else say(app.said, { kind: 'done', text: tooSoonToTrust, undo: null });
    };
    return () => {
      byKey.current = null;
    };
  });
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset has a look of its own. */}
      <div ref={body} className="sheet-body found" role="group" aria-label={`What ${name} would run`} tabIndex={-1}>
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
        {known !== null && (
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
          Trust and add <Keys keys="Enter" />
        </Button>
      </div>
    </>
  );
}

const tooSoonToTrust = 'Not trusted: it had only just come up. Press again when you have read it';

/** Goes on to the next of the folders dropped together. False when this was the last. */
function showNext(app: App, queue: FolderQueue | null): boolean {
  const [path, ...rest] = queue?.rest ?? [];
  if (queue === null || path === undefined) return false;
  showSheet(app, { kind: 'add-repository', path, queue: { at: queue.at + 1, of: queue.of, rest } });
  return true;
}

function outcome(name: string, { trust, isNew }: { readonly trust: boolean; readonly isNew: boolean }): string {
  if (isNew) return trust ? `Added ${name} and trusted it` : `Added ${name}; nothing it configures will run`;
  return trust ? `Trusted what ${name} runs now` : `${name} is not trusted now; nothing it configures will run`;
}
