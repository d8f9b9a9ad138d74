import { constants, existsSync } from 'node:fs';
import { access, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, type ChildOptions, startFailure, within } from '../agents/child';
import { endLeftovers, markerName } from '../agents/leftovers';
import { enclose } from '../agents/namespace';
import { Refused } from '../host/connection';
import { HostFailure } from '../host/failure';
import type { Adopted, Hosts } from '../host/hosts';
import type { News } from '../host/news';
import { endingFile } from '../host/output';
import { extentOf, readEnding } from '../host/read';
import { readSaid } from '../host/said';
import { createTap, heldChild, type Tap } from './held-child';
import { createReplay } from './replay';

/** The agents' programs, held by hosts so that they outlive this runtime. */
export interface Programs {
  /** Whether there is a host to hold any. */
  readonly held: boolean;
  /** The version a turn's notes are read by; a program held by another version's host is not gone on with. */
  readonly version: string;
  /**
   * Starts a program of a turn, or goes on with it when it was started before: then its agent is given what it printed
   * from the first byte on. `number` counts the programs of the turn. Throws as `startChild` does, and a HostFailure when
   * no host could hold it; then nothing of it runs.
   */
  start(program: ProgramOf, options: ChildOptions): Promise<HeldChild>;
  /** Whether a turn may be gone on with: its last program is held, or has ended with all it printed kept. */
  canGoOn(turn: number): Promise<boolean>;
  /** A quick look at the same, which may be wrong about what a host holds. */
  mayGoOn(turn: number): boolean;
  /** Removes what the programs of a turn printed; ends those that are still held. Rejects when that cannot be removed. */
  forget(turn: number): Promise<void>;
  /** Ends what hosts hold for other turns than these, and removes what those printed. Rejects when that cannot be removed. */
  endOthers(turns: readonly number[]): Promise<void>;
  /** Ends what is still held of what this runtime knows: it closes. Never throws. */
  stop(): Promise<void>;
}

/** Which program of which turn. */
export interface ProgramOf {
  readonly turn: number;
  readonly number: number;
  /** Called once everything that it had printed before was gone through. */
  readonly onThrough: () => void;
}

/** A held program as agents know one. */
export interface HeldChild extends Child {
  /** Why it was lost, a sentence; null when it was not. */
  readonly lost: () => string | null;
}

/** What is kept of one program's output; a turn of which more was printed cannot be taken up. */
const keepBytes = 256 * 1024 * 1024;
const graceMs = 2000;
const tries = 3;

/** Makes the keeper of agents' programs. It starts none by itself. */
export function createPrograms(options: {
  readonly hosts: Hosts;
  readonly followHosts: News['follow'];
  /** Whether some host of this data folder may live. */
  readonly someHostLives: () => boolean;
  /** Whether a host can be started. */
  readonly held: boolean;
  readonly version: string;
  readonly outputs: string;
}): Programs {
  const { hosts, outputs } = options;
  const taps = new Map<string, Tap>();
  /** What this runtime started. */
  const began = new Set<string>();
  const tapOf = (id: string): Tap => {
    const known = taps.get(id) ?? createTap();
    taps.set(id, known);
    return known;
  };
  const lose = (id: string, why: string) => {
    const tap = tapOf(id);
    tap.lost ??= why;
    tap.wake();
  };
  options.followHosts('agent', {
    grew({ id }) {
      tapOf(id).wake();
      // A host that hung may start late what another one started meanwhile.
      void hosts.adopt().then((adopted) => {
        if (!began.has(id) && adopted.every((one) => one.id !== id)) void end(id, 0);
      });
    },
    ended(id, ending) {
      const tap = tapOf(id);
      tap.ended = ending;
      tap.wake();
    },
    lost: (id) => lose(id, 'The process that held it ended.'),
    // An agent goes on elsewhere with its session's id; a host may take long to come back, or never do.
    silent: (id) => lose(id, 'The process that held it does not answer.'),
  });
  const folderOf = (id: string) => join(outputs, id);

  async function start(program: ProgramOf, given: ChildOptions): Promise<HeldChild> {
    const id = nameOf(program);
    const folder = folderOf(id);
    const before = existsSync(folder);
    let pid: number | null = null;
    if (before) {
      const tap = tapOf(id);
      pid = (await hosts.adopt()).find((one) => one.id === id)?.pid ?? null;
      // Looked for after the hosts were, because it may end between the two, and what they tell meanwhile stands.
      const ending = await readEnding(folder);
      tap.ended ??= ending;
      if (pid === null && tap.ended === null) tap.lost ??= 'The process that held it ended.';
    } else pid = await startNew(id, given);
    const tap = tapOf(id);
    const child = heldChild(hosts, {
      ...{ id, folder, pid, tap },
      command: [given.command, ...given.args].join(' '),
      marker: given.environment[markerName] ?? null,
      replay: createReplay(before ? readSaid(folder) : []),
      printed: before ? (await extentOf(folder)).end : 0,
      onThrough: program.onThrough,
    });
    return { ...child, lost: () => (tap.ended === null ? tap.lost : null) };
  }

  /** When its host hangs or dies over it another one starts it. */
  async function startNew(id: string, given: ChildOptions): Promise<number> {
    const { directory, environment, namespace = null } = given;
    // What holds the namespace starts in any case, and would tell of a missing program too late.
    await access(given.command, constants.X_OK).catch((cause) => Promise.reject(startFailure(given, cause)));
    const { command, args } = enclose(namespace, given);
    const wiring = { kind: 'pipes' } as const;
    began.add(id);
    for (let left = tries; ; left -= 1) {
      let failure: unknown;
      try {
        const child = { id, command, args: [...args], directory, environment, wiring, keepBytes };
        return (await hosts.start(child)).pid;
      } catch (cause) {
        // What the host itself says of the program is the program's fault, everything else the host's.
        if (cause instanceof Refused && !cause.message.includes('nothing new')) throw startFailure(given, cause);
        failure = cause;
      }
      // It may have been started all the same.
      await endLeftovers({ group: null, marker: environment[markerName] ?? null });
      await rm(folderOf(id), { recursive: true, force: true });
      taps.delete(id);
      if (left <= 1)
        throw failure instanceof HostFailure ? failure : new HostFailure(String(failure), { cause: failure });
    }
  }

  async function programsOf(turn: number): Promise<string[]> {
    const names = await readdir(outputs);
    return names
      .filter((name) => name.startsWith(`agent-${turn}-`))
      .sort((one, other) => numberOf(one) - numberOf(other));
  }

  const end = (id: string, grace: number) => hosts.end(id, grace).catch(() => {});

  /** Ends a program and waits until that is told: its host writes to its output until then. A host that hangs tells nothing. */
  async function endWhole(id: string): Promise<void> {
    const tap = tapOf(id);
    const isOver = () => tap.ended !== null || tap.lost !== null;
    if (isOver()) return;
    const asked = hosts.end(id, 0).then(
      () => true,
      () => false,
    );
    if ((await within(asked, graceMs)) !== true) return;
    const over = async () => {
      while (!isOver()) await tap.next();
    };
    await within(over(), graceMs);
  }

  return {
    held: options.held,
    version: options.version,
    start,
    async canGoOn(turn) {
      const known = await programsOf(turn);
      const last = known.at(-1);
      if (last === undefined) return false;
      for (const id of known) if ((await extentOf(folderOf(id))).first > 0) return false;
      const adopted: Adopted | undefined = (await hosts.adopt()).find(({ id }) => id === last);
      return adopted?.current === true || (await readEnding(folderOf(last))) !== null;
    },
    mayGoOn(turn) {
      const first = folderOf(nameOf({ turn, number: 1 }));
      return existsSync(first) && (options.someHostLives() || existsSync(endingFile(first)));
    },
    async forget(turn) {
      for (const id of await programsOf(turn)) {
        await endWhole(id);
        taps.delete(id);
        await rm(folderOf(id), { recursive: true, force: true });
        began.delete(id);
      }
    },
    async endOthers(turns) {
      const adopted = await hosts.adopt();
      const others = adopted.filter(({ id }) => id.startsWith('agent-') && !turns.includes(turnIn(id)));
      await Promise.all(others.map(({ id }) => endWhole(id)));
      for (const { id } of others) taps.delete(id);
      for (const id of await readdir(outputs)) {
        if (!id.startsWith('agent-') || turns.includes(turnIn(id)) || began.has(id)) continue;
        await rm(folderOf(id), { recursive: true, force: true });
      }
    },
    async stop() {
      const left = [...taps].filter(([, { ended, lost }]) => ended === null && lost === null);
      await within(Promise.all(left.map(([id]) => end(id, 0))), graceMs);
    },
  };
}

function nameOf({ turn, number }: Pick<ProgramOf, 'turn' | 'number'>): string {
  return `agent-${turn}-${number}`;
}

function turnIn(id: string): number {
  return Number(id.split('-')[1]);
}

function numberOf(id: string): number {
  return Number(id.split('-')[2]);
}
