import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { endLeftovers, markerName } from '../agents/leftovers';
import { enclose } from '../agents/namespace';
import { CodedError } from '../contract/errors';
import {
  endedOnRequest,
  type OpenedKind,
  type Terminal,
  type TerminalBytes,
  type TerminalKind,
  type TerminalSize,
} from '../contract/terminal';
import { startOf } from '../git/live';
import type { Hosts } from '../host/hosts';
import type { News } from '../host/news';
import type { Ending, Held } from '../host/protocol';
import { readEnding } from '../host/read';
import type { Database } from '../store/database';
import {
  endTerminal,
  insertTerminal,
  listTerminals,
  openTerminals,
  readTerminal,
  type TerminalRow,
  terminalRuns,
} from '../store/terminals';
import type { Deps, DepsWithoutTerminals } from './deps';
import { createGrowth } from './growth';
import { createScreens, type Screens } from './screens';
import { createEnds, graceMs } from './terminal-ends';
import { standingGroup } from './terminal-group';
import { terminalId, terminalName } from './terminal-name';
import { isDash, type Person, type TerminalProgram, terminalMarker, terminalProgram } from './terminal-program';
import { readPrinted } from './terminal-reading';
import { removeOldOutput } from './terminal-removal';

/** The programs on terminals of this data folder. */
export interface Terminals {
  /** Takes over what an earlier runtime left with its hosts, and says of the rest how it ended. Never throws. */
  adopt(): Promise<void>;
  list(task: number): Terminal[];
  open(about: { readonly task: number; readonly kind: OpenedKind; readonly size: TerminalSize }): Promise<Terminal>;
  readonly screens: Screens;
  /** What was printed from a byte on, or what comes next when `wait` is set. Ends early when the signal is aborted. */
  read(
    about: { readonly terminal: number; readonly from: number; readonly wait: boolean },
    signal: AbortSignal | undefined,
  ): Promise<TerminalBytes>;
  write(terminal: number, text: string): Promise<void>;
  resize(terminal: number, size: TerminalSize): Promise<void>;
  /** Ends a program with all that it started. Harmless when it has ended. */
  close(terminal: number): Promise<Terminal>;
  /** Ends all programs of a task, before its worktree goes. Never throws. */
  closeOf(task: number): Promise<void>;
  /** How many run. */
  running(): number;
  /** Ends all programs, or keeps them: as is said for this time, else as their setting says. Harmless when called twice. */
  stop(keep?: boolean): Promise<void>;
}

/** What making terminals takes beyond what the runner has. */
export interface TerminalDeps extends DepsWithoutTerminals {
  readonly folders: Deps['folders'] & { readonly terminals: string };
  readonly person: Person;
  readonly hosts: Hosts;
  readonly followHosts: News['follow'];
  readonly announceTerminal: (terminal: Terminal) => void;
}

const lookEveryMs = 60 * 60_000;

/** Makes the keeper of terminals. It starts nothing by itself. */
export function createTerminals(deps: TerminalDeps): Terminals {
  const { db, writer, now, log, hosts } = deps;
  const live = new Map<number, Held>();
  const growth = createGrowth();
  /** Those somebody asked to end: how they then exit says nothing. */
  const asked = new Set<number>();
  /** What is being started: no host knows it yet, so none could end it. */
  const opening = new Map<number, Promise<unknown>>();
  let adopting: Promise<void> = Promise.resolve();
  let looking: NodeJS.Timeout | undefined;
  let stopping: Promise<void> | undefined;

  deps.followHosts('terminal', {
    grew(child) {
      const id = terminalId(child.id);
      const before = live.get(id);
      live.set(id, child);
      if (before !== undefined && before.heldUp !== child.heldUp) tell(id);
      growth.wake(id);
    },
    ended: (id, ending) => void over(terminalId(id), ending).catch(failed),
    lost: (id) => void over(terminalId(id), null).catch(failed),
  });

  const failed = (cause: unknown) => log('error', 'The end of a terminal could not be kept.', { cause: String(cause) });

  function shown(row: TerminalRow): Terminal {
    const { pid: _pid, startTime: _startTime, ...terminal } = row;
    return { ...terminal, heldUp: row.state === 'ended' ? null : (live.get(row.id)?.heldUp ?? null) };
  }

  function isOver(id: number): boolean {
    return readTerminal(db, id).state === 'ended';
  }

  function announce(id: number): void {
    deps.announceTerminal(shown(readTerminal(db, id)));
  }

  /** Telling is no part of the work: what is wrong with it must not reach the host's connection. */
  function tell(id: number): void {
    try {
      announce(id);
    } catch (cause) {
      log('warning', 'A terminal could not be told of.', { terminal: id, cause: String(cause) });
    }
  }

  /** What a program started goes with it; `ending` is null when nobody was there to see it end. */
  async function over(id: number, ending: Ending | null, lost = 'The process that held it ended.'): Promise<void> {
    const row = readTerminal(db, id);
    const known = ending ?? (await readEnding(folderOf(id)));
    await endRest(row);
    await writer.write((store) =>
      endTerminal(store, {
        id,
        exitCode: known === null || known.signal !== null || asked.has(id) ? null : known.exitCode,
        reason: asked.has(id)
          ? endedOnRequest
          : known === null
            ? lost
            : known.signal === null
              ? null
              : `Ended by signal ${known.signal}.`,
        at: known?.at ?? now(),
      }),
    );
    live.delete(id);
    asked.delete(id);
    announce(id);
    growth.wake(id);
    void removeOld();
  }

  /** What a host of this runtime held was seen to be its own; of the rest only the store knows. */
  async function endRest(row: TerminalRow): Promise<void> {
    const group = live.get(row.id)?.pid ?? (await standingGroup(row));
    await endLeftovers({ group, marker: terminalMarker(deps.owner, row.task, row.id)[markerName] ?? null });
  }

  /** Notes the program of a terminal, once it has one. */
  async function noteRuns(id: number, pid: number): Promise<void> {
    const startTime = await startOf(pid);
    await writer.write((store) => terminalRuns(store, { id, pid, startTime }));
  }

  const removeOld = () =>
    removeOldOutput(deps, announce).catch((cause) =>
      log('warning', 'What old terminals printed could not be removed.', { cause: String(cause) }),
    );

  function folderOf(id: number): string {
    return join(deps.folders.terminals, terminalName(id));
  }

  async function start(
    {
      task,
      kind,
      size,
      program,
    }: {
      readonly task: number;
      readonly kind: TerminalKind;
      readonly size: TerminalSize;
      readonly program: TerminalProgram;
    },
    keep: (db: Database, terminal: number) => void = () => {},
  ): Promise<Terminal> {
    const namespace = kind === 'shell' && (await isDash(program.command)) ? null : await deps.namespace();
    const { command, args } = enclose(namespace, program);
    const about = { task, kind, command: program.shown, at: now() };
    const id = await writer.write((store) => {
      const inserted = insertTerminal(store, about);
      keep(store, inserted);
      return inserted;
    });
    const marker = terminalMarker(deps.owner, task, id);
    const started = hosts.start({
      ...{ id: terminalName(id), command, args: [...args], directory: program.directory },
      environment: { ...program.environment, ...marker },
      wiring: { kind: 'terminal', size },
      keepBytes: deps.settings().terminalMegabytes * 1_000_000,
    });
    opening.set(
      id,
      started.catch(() => {}),
    );
    try {
      const held = await started;
      if (!isOver(id) && !live.has(id)) live.set(id, held);
      await noteRuns(id, held.pid);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      await rm(folderOf(id), { recursive: true, force: true });
      await writer.write((store) => endTerminal(store, { id, exitCode: null, reason, at: now() }));
      announce(id);
      throw new CodedError('TERMINAL_FAILED', `Could not start ${program.shown} in a terminal: ${reason}`, { cause });
    } finally {
      opening.delete(id);
    }
    announce(id);
    return shown(readTerminal(db, id));
  }

  const { end, closeAll } = createEnds({
    ...{ hosts, growth, opening, asked, isOver, log },
    endRest: (id) => endRest(readTerminal(db, id)),
  });
  const screens = createScreens({ db, growth, start, closeAll, adopted: () => adopting });

  return {
    adopt() {
      const before = openTerminals(db);
      adopting = (async () => {
        const mine = (await hosts.adopt()).filter(({ id }) => id.startsWith('terminal-'));
        const held = new Map(mine.map((child) => [terminalId(child.id), child]));
        for (const row of before) {
          const child = held.get(row.id);
          if (child === undefined) await over(row.id, null);
          else {
            live.set(row.id, child);
            await noteRuns(row.id, child.pid);
            announce(row.id);
          }
        }
        const known = new Set(before.map(({ id }) => id));
        // A host may hold what an older copy of the data folder knows nothing of; nobody could ever end it.
        for (const id of held.keys()) if (!known.has(id)) await hosts.end(terminalName(id), graceMs).catch(() => {});
        await removeOld();
      })().catch((cause) => log('error', 'Terminals could not be taken over.', { cause: String(cause) }));
      looking ??= setInterval(() => void removeOld(), lookEveryMs);
      return adopting;
    },
    list: (task) => listTerminals(db, task).map(shown),
    async open({ task, kind, size }) {
      await adopting;
      if (kind === 'run') {
        const runs = openTerminals(db).filter((row) => row.task === task && row.kind === 'run');
        await closeAll(runs);
      }
      return start({ task, kind, size, program: await terminalProgram(deps, task, kind) });
    },
    screens,
    read: (about, signal) =>
      readPrinted({ folder: folderOf(about.terminal), hasEnded: () => isOver(about.terminal), growth }, about, signal),
    async write(terminal, text) {
      // Right after a start no host is attached to yet, which is no end of what it holds.
      await adopting;
      if (isOver(terminal)) throw hasEnded(terminal);
      await hosts.write(terminalName(terminal), text).catch(() => Promise.reject(hasEnded(terminal)));
    },
    async resize(terminal, size) {
      // One that has just ended needs no size.
      if (!isOver(terminal)) await hosts.resize(terminalName(terminal), size).catch(() => {});
    },
    async close(terminal) {
      await adopting;
      await end(terminal);
      return shown(readTerminal(db, terminal));
    },
    async closeOf(task) {
      await adopting;
      await closeAll(openTerminals(db).filter((row) => row.task === task));
    },
    running: () => openTerminals(db).length,
    stop(keep) {
      stopping ??= (async () => {
        clearInterval(looking);
        await adopting;
        if (!(keep ?? deps.settings().keepTerminals)) await closeAll(openTerminals(db));
      })();
      return stopping;
    },
  };
}

function hasEnded(terminal: number): CodedError {
  return new CodedError('WRONG_STATE', `Terminal ${terminal} has ended, so nothing can be typed into it.`, {
    facts: { terminal },
  });
}
