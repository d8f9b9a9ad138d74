import { constants } from 'node:os';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { type Child, type Ending, within } from '../agents/child';
import { signalProcess } from '../agents/leftovers';
import { plainText } from '../agents/plain';
import { NotNow } from '../host/failure';
import type { Hosts } from '../host/hosts';
import type * as host from '../host/protocol';
import { readBytes, readErrors } from '../host/read';
import { readSaid } from '../host/said';
import type { Replay } from './replay';

/** What a host tells of a program, for whoever waits for it. */
export interface Tap {
  /** How it ended; null while nobody told that. */
  ended: host.Ending | null;
  /** Why nothing more can be heard of it though it may live; null while it can. */
  lost: string | null;
  /** Resolves when the host tells anything at all, or `wake` is called. */
  next(): Promise<void>;
  wake(): void;
}

/** Makes the place where what is told of one program arrives. */
export function createTap(): Tap {
  let wake = () => {};
  let woken: Promise<void> | undefined;
  return {
    ended: null,
    lost: null,
    next() {
      woken ??= new Promise((resolve) => {
        wake = resolve;
      });
      return woken;
    },
    wake() {
      woken = undefined;
      wake();
    },
  };
}

/** A program on pipes that a host holds, or held until it ended. */
export interface HeldProgram {
  readonly id: string;
  /** Where what it prints is. */
  readonly folder: string;
  /** Null when it ended before anybody here knew of it. */
  readonly pid: number | null;
  readonly command: string;
  readonly marker: string | null;
  readonly tap: Tap;
  readonly replay: Replay;
  /** How much it had printed when this runtime came to it. */
  readonly printed: number;
  /** Called once all of that was read, and everything said again that was said before. */
  readonly onThrough: () => void;
}

const chunk = 256 * 1024;
const stderrBytes = 64 * 1024;
/** Going through what was printed before takes no longer between two things that were said, or it goes another way. */
const astrayMs = 10_000;
const tries = 3;
/** A host whose disk is full is asked again so often, for as long as it answers. */
const tryAgainMs = 500;
/** Whoever has read nothing of what a program that ended had said for so long is not going to. */
const silentMs = 500;

/** The program as agents know one. When its host is gone it has ended, as far as its agent is concerned. */
export function heldChild(hosts: Hosts, program: HeldProgram): Child {
  const { id, folder, pid, tap, replay } = program;
  let last: Promise<void> = Promise.resolve();
  const isOver = () => tap.ended !== null || tap.lost !== null;

  const lose = (why: string): void => {
    tap.lost ??= why;
    tap.wake();
  };

  async function say(text: string): Promise<void> {
    for (let left = tries; !isOver(); ) {
      try {
        await hosts.write(id, text, replay.told());
        return replay.tell();
      } catch (cause) {
        // It may have been told this by a runtime that is gone, or by this one over a line that broke.
        const said = readSaid(folder);
        const more = said.length > replay.told();
        replay.learn(said);
        if (replay.saidBefore(text)) return;
        if (cause instanceof NotNow) {
          await pause(tryAgainMs);
          continue;
        }
        left -= 1;
        if (!more && left <= 0) lose(`It could not be told anything: ${String(cause)}`);
      }
    }
  }

  const progress = { at: 0 };
  const stdout = Readable.from(readOutput(program, progress, lose), { objectMode: false });
  const closed = new Promise<void>((resolve) => stdout.once('close', resolve));

  // One that ended unseen has said something first, and whoever reads that is not to be told of its end before.
  async function heardOut(): Promise<void> {
    for (let seen = -1; progress.at !== seen && !stdout.closed; ) {
      seen = progress.at;
      await within(closed, silentMs);
    }
  }

  const ended = (async (): Promise<Ending> => {
    while (!isOver()) await tap.next();
    if (tap.ended === null) return { code: null, signal: null };
    await heardOut();
    return endingOf(tap.ended);
  })();

  return {
    pid: pid ?? 0,
    group: pid,
    command: program.command,
    marker: program.marker,
    stdout,
    ended,
    write(text) {
      if (replay.saidBefore(text)) {
        tap.wake();
        return true;
      }
      if (isOver()) return false;
      last = last.then(() => say(text));
      return true;
    },
    closeInput: () => {
      last = last.then(() => (isOver() ? undefined : hosts.closeInput(id).catch(() => {})));
    },
    signal: (signal) =>
      pid !== null && tap.ended === null && signalProcess(process.platform === 'win32' ? pid : -pid, signal),
    stderr: () => plainText(readErrors(folder, stderrBytes).toString('utf8')).trim(),
  };
}

/** What it printed from its first byte on, as far as it may be read, until it has ended or is lost. */
async function* readOutput(
  program: HeldProgram,
  progress: { at: number },
  lose: (why: string) => void,
): AsyncGenerator<Buffer, void, undefined> {
  const { folder, tap, replay, printed } = program;
  let isThrough = false;
  while (tap.lost === null) {
    // Asked for before the look, so that what is told between the two is not slept through.
    const more = tap.next();
    const limit = replay.limit();
    const { ended } = tap;
    if (!isThrough && progress.at >= printed && limit === Number.POSITIVE_INFINITY) {
      isThrough = true;
      program.onThrough();
    }
    const room = Math.min(chunk, limit - progress.at);
    const { from, bytes } =
      room > 0 ? await readBytes(folder, progress.at, room) : { from: progress.at, bytes: Buffer.alloc(0) };
    if (from !== progress.at) return lose('Some of what it printed is no longer kept.');
    progress.at += bytes.length;
    if (bytes.length > 0) yield bytes;
    else {
      if (ended !== null && progress.at >= ended.end) return;
      await (progress.at < limit ? more : soonEnough(more, () => lose('It cannot be gone on with from here.')));
    }
  }
}

/** Waits, and says so when nothing happened for too long. */
async function soonEnough(more: Promise<void>, onLate: () => void): Promise<void> {
  const timer = setTimeout(onLate, astrayMs);
  try {
    await more;
  } finally {
    clearTimeout(timer);
  }
}

function endingOf({ exitCode, signal }: host.Ending): Ending {
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0] ?? null;
  return { code: exitCode, signal: name as NodeJS.Signals | null };
}
