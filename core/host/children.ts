import { rmSync } from 'node:fs';
import { createOutput, type Output, writeEnding } from './output';
import { startOnPipes } from './pipes';
import type { Hearing, Program } from './program';
import type { Ending, Held, NewChild, Size } from './protocol';
import { startPty } from './pty';
import { signalSession } from './session';

/** What the host's clients are told of its children. */
export interface Told {
  grew(child: Held): void;
  ended(id: string, ending: Ending): void;
}

/** The programs this host holds. */
export interface Children {
  list(): Held[];
  /** Starts one; asked again while that one is held or being started, it is the same. Rejects with the reason when it cannot. */
  start(child: NewChild): Promise<void>;
  /** Each throws when there is no such child; writing also when one on pipes was given another number of texts before. */
  write(id: string, text: string, after?: number): void;
  /** Tells a child on pipes that nothing more comes. */
  closeInput(id: string): void;
  resize(id: string, size: Size): void;
  /** Hangs up on a child; what of it is left after the grace is killed. */
  end(id: string, graceMs: number): void;
  /** Ends all of them now. */
  endAll(): void;
}

interface Child {
  readonly id: string;
  readonly program: Program;
  readonly output: Output;
  /** Read but not yet in the file: a loop turn's worth, or what a full disk did not take. */
  pending: Buffer[];
  heldUp: string | null;
  scheduled: boolean;
  telling: NodeJS.Timeout | undefined;
  told: number;
  retry: NodeJS.Timeout | undefined;
  killing: NodeJS.Timeout | undefined;
  end: Parameters<Hearing['onEnd']>[0] | null;
}

/** Followers hear of growth at once, then at most this often: a file that grows is no news. */
const tellEveryMs = 16;
const tryAgainMs = 500;
/** A terminal gives some 4 KB at a time; this many of them are written at once when a program prints fast. */
const chunksAtOnce = 16;

/**
 * Makes the place where programs are held. What they print is in their file before anybody is told of it. `folderOf`
 * says where a child's output goes.
 */
export function createChildren(options: {
  readonly folderOf: (id: string) => string;
  readonly told: Told;
  readonly now?: () => number;
}): Children {
  const { folderOf, told, now = Date.now } = options;
  const children = new Map<string, Child>();
  const starting = new Map<string, Promise<void>>();

  function flush(child: Child): void {
    child.scheduled = false;
    if (child.heldUp !== null || child.pending.length === 0) return;
    const bytes = child.pending.length === 1 ? (child.pending[0] as Buffer) : Buffer.concat(child.pending);
    const { written, failure } = child.output.append(bytes);
    child.pending = written === bytes.length ? [] : [bytes.subarray(written)];
    if (failure?.code === 'ENOENT') abandon(child);
    else if (failure !== null) holdUp(child, failure);
    tell(child);
  }

  function holdUp(child: Child, failure: NodeJS.ErrnoException): void {
    child.heldUp =
      failure.code === 'ENOSPC'
        ? 'The disk is full. The program waits and goes on by itself when there is space again.'
        : `What it prints cannot be kept: ${failure.message}. The program waits and goes on by itself when it can be.`;
    child.program.pause();
    child.retry = setInterval(() => {
      const bytes = Buffer.concat(child.pending);
      const { written, failure: again } = child.output.append(bytes);
      child.pending = written === bytes.length ? [] : [bytes.subarray(written)];
      if (again?.code === 'ENOENT') abandon(child);
      else if (again !== null) return;
      clearInterval(child.retry);
      child.heldUp = null;
      child.program.resume();
      tellNow(child);
      if (child.end !== null) finish(child);
    }, tryAgainMs);
    tellNow(child);
  }

  /** Whoever takes the place of its output away wants nothing more of it. */
  function abandon(child: Child): void {
    child.pending = [];
    if (child.end === null) signalSession(child.program.pid, 'SIGKILL');
  }

  function tell(child: Child): void {
    if (child.telling !== undefined || child.output.end === child.told) return;
    tellNow(child);
    child.telling = setTimeout(() => {
      child.telling = undefined;
      tell(child);
    }, tellEveryMs);
  }

  function tellNow(child: Child): void {
    child.told = child.output.end;
    told.grew(heldOf(child));
  }

  function finish(child: Child): void {
    if (child.end === null) return;
    flush(child);
    // Its last bytes are not kept yet; when they are this comes again.
    if (child.heldUp !== null) return;
    clearTimeout(child.telling);
    clearTimeout(child.killing);
    clearInterval(child.retry);
    const ending = { ...child.end, end: child.output.end, at: now() };
    child.output.close();
    children.delete(child.id);
    try {
      writeEnding(folderOf(child.id), ending);
    } catch {
      // Whoever is attached learns it all the same; nobody else can be told on a disk that takes nothing.
    }
    told.ended(child.id, ending);
  }

  function held(id: string): Child {
    const child = children.get(id);
    if (child === undefined) throw new Error(`There is no ${id} here; it has ended.`);
    return child;
  }

  async function startOne(given: NewChild): Promise<void> {
    const folder = folderOf(given.id);
    const output = createOutput({ folder, keepBytes: given.keepBytes });
    let child: Child | null = null;
    const hear: Hearing = {
      onBytes(bytes) {
        if (child === null) return;
        child.pending.push(bytes);
        if (child.pending.length >= chunksAtOnce) return flush(child);
        if (child.scheduled) return;
        child.scheduled = true;
        const mine = child;
        setImmediate(() => flush(mine));
      },
      onEnd(end) {
        if (child === null) return;
        child.end = end;
        finish(child);
      },
    };
    const { wiring } = given;
    let program: Program;
    try {
      program =
        wiring.kind === 'terminal'
          ? startPty({ ...given, size: wiring.size }, hear)
          : await startOnPipes({ ...given, folder, printed: () => output.end }, hear);
    } catch (cause) {
      // An output says that its program was started.
      output.close();
      rmSync(folder, { recursive: true, force: true });
      throw cause;
    }
    child = {
      ...{ id: given.id, program, output, pending: [], heldUp: null, scheduled: false, told: 0, end: null },
      ...{ telling: undefined, retry: undefined, killing: undefined },
    };
    children.set(given.id, child);
    tellNow(child);
  }

  return {
    list: () => [...children.values()].map(heldOf),
    async start(given) {
      if (children.has(given.id)) return;
      const known = starting.get(given.id) ?? startOne(given).finally(() => starting.delete(given.id));
      starting.set(given.id, known);
      await known;
    },
    write: (id, text, after) => held(id).program.write(text, after),
    closeInput: (id) => held(id).program.closeInput(),
    resize: (id, size) => held(id).program.resize(size),
    end(id, graceMs) {
      const child = held(id);
      signalSession(child.program.pid, 'SIGHUP');
      // An interactive shell takes the hang-up; what ignores it, and what is stopped, does not.
      signalSession(child.program.pid, 'SIGCONT');
      child.killing ??= setTimeout(() => signalSession(child.program.pid, 'SIGKILL'), graceMs);
    },
    endAll() {
      for (const child of children.values()) signalSession(child.program.pid, 'SIGKILL');
    },
  };
}

function heldOf({ id, program, output, heldUp }: Child): Held {
  return { id, pid: program.pid, end: output.end, heldUp };
}
