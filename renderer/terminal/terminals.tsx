import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import type { Task } from '../../core/contract/task';
import { endedOnRequest, type OpenedKind, type Terminal } from '../../core/contract/terminal';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { Empty, Failed, Skeleton } from '../parts/empty';
import { Glyph } from '../parts/glyph';
import { Keys } from '../parts/hint';
import { useApp, useDoing, useModel } from '../state/app';
import { carryOut, complain } from '../state/commands';
import { useResource } from '../state/resource';
import { RepositoryCommand } from '../task/repository-command';
import { cleanLine } from '../text/clean';
import { whenDriven } from './chosen';
import { TakeOver } from './driving';
import { type Asked, Opening } from './opening';
import './terminal.css';

/** xterm.js is large and most tasks never need it. */
const TerminalView = lazy(async () => ({ default: (await import('./terminal-view')).TerminalView }));

/** A program needs a size before its place on screen has one. */
const firstSize = { columns: 100, rows: 30 };
/** So many ended ones stay beside those that run. */
const endedShown = 4;

/** The terminals of a task: shells of the person's in its worktree, and the repository's run command. */
export function Terminals({ task }: { readonly task: Task }): ReactNode {
  const app = useApp();
  const repository = useModel((model) => model.repositories.find(({ id }) => id === task.repositoryId) ?? null);
  const listed = useResource(`${task.id}`, (client, signal) => client.terminals.list({ task: task.id }, { signal }));
  const changed = useModel((model) => model.terminals);
  const all = newest(
    listed.value ?? [],
    [...changed.values()].filter((one) => one.task === task.id),
  );
  const [chosen, setChosen] = useState<number | null>(null);
  const place = useRef<HTMLDivElement>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const held = useRef('');
  const doing = useDoing(`terminals:${task.id}`);
  const shown = all.find(({ id }) => id === chosen) ?? all.at(-1) ?? null;
  const driven = task.takeover?.terminal ?? null;
  // Who looks on as it is opened wants to see it, whatever they looked at before, and to type.
  const isAwaited = task.takeover?.state === 'asked';
  const [awaited, setAwaited] = useState(isAwaited);
  useEffect(() => {
    if (isAwaited) setAwaited(true);
    if (driven !== null) setChosen((chosen) => whenDriven({ chosen, driven, isTyping: isTyping(place.current) }));
    if (!isAwaited && driven === null) setAwaited(false);
  }, [isAwaited, driven]);
  const bare = shown === null && (task.worktree === null || repository?.runCommand == null);
  const run = all.filter(({ kind, state }) => kind === 'run' && state !== 'ended').at(-1) ?? null;

  const act = async (
    sentence: string,
    call: (terminals: ReturnType<typeof app.line.client>['terminals']) => Promise<Terminal>,
  ): Promise<Terminal | null> => {
    const ended = await carryOut(app, { about: `terminals:${task.id}`, sentence }, ({ terminals }) => call(terminals));
    if (!ended.ok) {
      complain(app, ended.failure);
      return null;
    }
    const { value } = ended;
    app.model.update((model) => ({ ...model, terminals: new Map(model.terminals).set(value.id, value) }));
    setChosen(value.id);
    return value;
  };
  const open = (kind: OpenedKind): Promise<Terminal | null> =>
    act(kind === 'run' ? 'Starting…' : 'Opening…', (calls) => calls.open({ task: task.id, kind, size: firstSize }));
  const openShell = async (): Promise<void> => {
    if (app.doing.get().has(`terminals:${task.id}`)) return;
    held.current = '';
    setAsked({ terminal: null, failed: false, left: false });
    const terminal = await open('shell');
    setAsked((now) =>
      now === null || (terminal === null && now.left)
        ? null
        : { ...now, terminal: terminal?.id ?? null, failed: terminal === null },
    );
  };
  const close = (terminal: Terminal): void => void act('Ending…', (calls) => calls.close({ terminal: terminal.id }));
  useActions({ 'new-shell': () => (task.worktree === null ? false : openShell()) });
  const isFor = (terminal: Terminal): boolean => asked?.terminal === terminal.id;
  /** Hands over what was typed for a shell until it was there. */
  const listens = (runs: boolean): string => {
    const text = held.current;
    held.current = '';
    setAsked((now) => (runs || now?.left ? null : now && { ...now, failed: true }));
    return text;
  };

  if (listed.failure !== null) return <Failed failure={listed.failure} again={listed.reload} />;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears where the keyboard is
    <div className="terminals" ref={place} onFocus={() => isTyping(place.current) && setChosen(shown?.id ?? null)}>
      <div className="terminals-bar" role="toolbar" aria-label="Terminals" hidden={bare || listed.value === null}>
        {all.map((terminal) => (
          <Chip
            key={terminal.id}
            terminal={terminal}
            name={nameIn(all, terminal)}
            pressed={terminal.id === shown?.id}
            press={() => {
              setChosen(terminal.id);
              setAsked(null);
            }}
          />
        ))}
        <span className="terminals-space" />
        {task.worktree !== null && repository?.runCommand != null && (
          <Button look="quiet" doing={doing} onClick={() => void open('run')}>
            {run === null ? 'Run' : 'Restart'}
          </Button>
        )}
        {shown !== null && <TakeOver task={task} />}
        {task.worktree !== null && shown !== null && (
          <Button look="quiet" action="new-shell" doing={doing} onClick={() => void openShell()}>
            New shell
          </Button>
        )}
        {shown !== null && shown.state !== 'ended' && shown.kind !== 'agent' && (
          <Button look="quiet" doing={doing} onClick={() => close(shown)}>
            End
          </Button>
        )}
      </div>
      <div className="terminals-stack">
        {asked !== null && !asked.left && (
          <Opening
            failed={asked.failed}
            type={(text) => {
              held.current += text;
            }}
            left={() => setAsked((now) => (now === null || now.failed ? null : { ...now, left: true }))}
            leave={() => leave(place.current)}
          />
        )}
        {listed.value === null ? (
          <Skeleton lines={4} />
        ) : shown === null ? (
          <Nothing task={task} open={() => void openShell()} doing={doing} />
        ) : (
          <>
            <Suspense fallback={<Skeleton lines={6} />}>
              <TerminalView
                key={shown.id}
                terminal={shown}
                takesFocus={(isFor(shown) && asked?.left === false) || (awaited && shown.id === driven)}
                {...(isFor(shown) && { listens })}
              />
            </Suspense>
            <Foot terminal={shown} />
          </>
        )}
      </div>
      {repository !== null && task.worktree !== null && (
        <RepositoryCommand key={repository.id} repository={repository} kind="runCommand" />
      )}
    </div>
  );
}

/** Whether the keyboard is in a terminal's screen. */
function isTyping(place: HTMLElement | null): boolean {
  const { activeElement } = document;
  return activeElement instanceof HTMLTextAreaElement && place?.contains(activeElement) === true;
}

/** Gives the keyboard to the terminal's name in the bar, else to the place of the page they are in. */
function leave(place: HTMLElement | null): void {
  const chip = place?.querySelector<HTMLElement>('.terminal-chip[aria-pressed="true"]');
  (chip ?? place?.closest<HTMLElement>('[role="tabpanel"]'))?.focus();
}

function Chip(props: {
  readonly terminal: Terminal;
  readonly name: string;
  readonly pressed: boolean;
  readonly press: () => void;
}): ReactNode {
  const { state, exitCode, endReason } = props.terminal;
  const fine = exitCode === 0 || endReason === endedOnRequest;
  const look = state !== 'ended' ? 'running' : fine ? 'done' : 'failed';
  return (
    <Button look="quiet" className="terminal-chip" aria-pressed={props.pressed} onClick={props.press}>
      <Glyph look={look} alone /> {props.name}
    </Button>
  );
}

function Nothing(props: { readonly task: Task; readonly open: () => void; readonly doing: string | null }): ReactNode {
  if (props.task.worktree === null) {
    return (
      <Empty title="No worktree">
        <p>
          A terminal works in the task’s worktree. It has one from when its agent starts until its change is merged or
          discarded.
        </p>
        <TakeOver task={props.task} look="plain" />
      </Empty>
    );
  }
  return (
    <Empty title="No terminal yet">
      <p>A shell of yours in the worktree of this task, beside its agent.</p>
      <Button look="primary" action="new-shell" doing={props.doing} onClick={props.open}>
        New shell
      </Button>
      <TakeOver task={props.task} look="plain" />
    </Empty>
  );
}

function Foot({ terminal }: { readonly terminal: Terminal }): ReactNode {
  const { state, port, exitCode, endReason } = terminal;
  return (
    <p className="terminal-foot quiet">
      <code className="ellipsis">{cleanLine(terminal.command)}</code>
      {state === 'ended' ? (
        <span>{endReason ?? (exitCode === null ? 'ended' : `exited with ${exitCode}`)}</span>
      ) : (
        <>
          {port !== null && (
            <span className="tabular">
              PORT {port}, and {port + 1} to {port + 9}
            </span>
          )}
          <span className="terminal-leaves">
            <Keys keys="shift+Escape" /> leaves the terminal
          </span>
          <span className="terminal-enters">
            <Keys keys="t" /> to type in it
          </span>
        </>
      )}
    </p>
  );
}

/** Those that run, the newest run and the newest ended ones, oldest first, each as it was heard of last. */
function newest(listed: readonly Terminal[], changed: readonly Terminal[]): readonly Terminal[] {
  const all = [...new Map([...listed, ...changed].map((one) => [one.id, one])).values()].sort(
    (one, other) => one.id - other.id,
  );
  const kept = new Set(all.filter(({ state }) => state === 'ended').slice(-endedShown));
  return all.filter((one) => one.state !== 'ended' || kept.has(one));
}

const words = { run: 'Run', shell: 'Shell', agent: 'Agent' } as const;

function nameIn(all: readonly Terminal[], terminal: Terminal): string {
  const alike = all.filter(({ kind }) => kind === terminal.kind);
  const word = words[terminal.kind];
  return alike.length === 1 ? word : `${word} ${alike.indexOf(terminal) + 1}`;
}
