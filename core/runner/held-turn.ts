import { randomUUID } from 'node:crypto';
import type { Turn } from '../agents/agent';
import { startChild } from '../agents/child';
import type { Usage } from '../contract/task';
import type { TranscriptBody } from '../contract/transcript';
import { HostFailure } from '../host/failure';
import { releaseMessages } from '../store/messages';
import { endOpenSessions } from '../store/sessions';
import { readTranscript } from '../store/transcript-read';
import { countTakingUp, deleteTurn, insertTurn, listTurns, type TurnRow, turnOf } from '../store/turns';
import type { Deps } from './deps';
import { endSurvivorsOf } from './processes';
import type { HeldChild } from './programs';
import type { Words } from './session';

/**
 * What a turn was begun with, kept with it: gone through again it must begin with the same. Read by the version that wrote
 * it and by no other.
 */
export interface Given {
  readonly version: string;
  readonly id: string;
  readonly words: Words;
  /** The requests the agent had been told of before. */
  readonly told: readonly number[];
  readonly startedAt: number;
  /** The number of the transcript's newest event. */
  readonly event: number;
  /** What the session had used. */
  readonly usage: Usage;
  readonly resume: string | null;
  /** The place in that conversation it went on from. */
  readonly resumeAt: string | null;
  /** Which turn of its session it is. */
  readonly number: number;
  readonly cutOff: boolean;
  readonly costBefore: number | null;
  readonly budgetUsd: number | null;
  readonly permissionLevel: Turn['permissionLevel'];
  /** What of the repository's programs was allowed to run; null for none of them. */
  readonly passed: readonly string[] | null;
}

/** A turn that another runtime began, with its agent at work or done by now. */
export interface HeldTurn {
  readonly turn: number;
  readonly session: number;
  readonly given: Given;
  /** What the transcript holds of it. */
  readonly heard: readonly TranscriptBody[];
}

/** Gives a new turn its id and notes what it begins with. */
export function givenWith(version: string, given: Omit<Given, 'version' | 'id'>): Given {
  return { ...given, version, id: randomUUID() };
}

/** A turn is taken up so often without getting anywhere; what ends a runtime each time would end the next one too. */
const mostTakingUp = 3;

/** The turns an earlier runtime left that may be gone on with, as far as a quick look tells. */
export function turnsLeft(deps: Pick<Deps, 'db' | 'programs'>): readonly TurnRow[] {
  return listTurns(deps.db).filter(
    ({ id, given, takenUp }) =>
      takenUp < mostTakingUp &&
      (JSON.parse(given) as Given).version === deps.programs.version &&
      deps.programs.mayGoOn(id),
  );
}

/**
 * The turn of a task to go on with, or null. One that cannot be gone on with after all is given up: what is left of its
 * agent is ended, and its session is one whose agent was cut off.
 */
export async function takeUp(deps: Deps, task: number): Promise<HeldTurn | null> {
  const row = turnOf(deps.db, task);
  if (row === undefined) return null;
  if (!(await deps.programs.canGoOn(row.id))) {
    deps.log('warning', 'An agent could not be gone on with; its session is resumed.', { task });
    await giveUpTurn(deps, task);
    return null;
  }
  await deps.writer.write((db) => countTakingUp(db, { turn: row.id, through: false }));
  const given = JSON.parse(row.given) as Given;
  const heard: TranscriptBody[] = [];
  const { transcripts: folder } = deps.folders;
  for await (const events of readTranscript({ folder, session: row.session, after: given.event }))
    heard.push(...events);
  return { turn: row.id, session: row.session, given, heard };
}

/** Ends what is left of a task's turn that nobody goes on with, so that its session can be resumed. */
export async function giveUpTurn(deps: Deps, task: number): Promise<void> {
  const row = turnOf(deps.db, task);
  if (row === undefined) return;
  await endSurvivorsOf(deps, task);
  await deps.writer.write((db) => {
    deleteTurn(db, task);
    endOpenSessions(db, { task, at: deps.now() });
    releaseMessages(db, task);
  });
  await forget(deps, task, row.id);
}

/** What cannot be removed now is removed by the next start, and is no failure of the work. */
async function forget(deps: Deps, task: number, turn: number): Promise<void> {
  try {
    await deps.programs.forget(turn);
  } catch (cause) {
    deps.log('warning', 'What an agent printed could not be removed.', { task, cause: String(cause) });
  }
}

/** The programs of one turn, held where that is possible. */
export interface TurnPrograms {
  readonly start: Turn['start'];
  /** The name of an asking that may be read again; null while nothing is held. */
  readonly askedAs: (name: string) => string | null;
  /** Why its program was lost, a sentence; null when it was not. */
  readonly lost: () => string | null;
  /** What the turn led to is kept, so it is not taken up again. Safe to call twice. */
  readonly over: () => Promise<void>;
}

/** Makes them. `held` is the turn's number when it is gone on with; `onThrough` is told when all of that was gone through. */
export function programsOf(
  deps: Deps,
  turn: {
    readonly task: number;
    readonly session: number;
    readonly given: Given;
    readonly held: number | null;
    readonly onThrough: () => void;
  },
): TurnPrograms {
  const { task, session, given } = turn;
  let row = turn.held;
  let number = 0;
  let child: HeldChild | undefined;
  const onThrough = () => {
    if (turn.held === null) return;
    turn.onThrough();
    const counted = { turn: turn.held, through: true };
    deps.writer
      .write((db) => countTakingUp(db, counted))
      .catch((cause) => deps.log('warning', 'A turn could not be noted.', { task, cause: String(cause) }));
  };
  const over = async () => {
    if (row === null) return;
    const id = row;
    row = null;
    // What the agent's adapter did not come to, it cannot have ended.
    if (turn.held !== null && child === undefined) await endSurvivorsOf(deps, task);
    await deps.writer.write((db) => deleteTurn(db, task));
    await forget(deps, task, id);
  };
  return {
    async start(options) {
      if (!deps.programs.held) return startChild(options);
      const json = JSON.stringify(given);
      const id =
        row ?? (await deps.writer.write((db) => insertTurn(db, { task, session, given: json, at: deps.now() })));
      row = id;
      number += 1;
      try {
        child = await deps.programs.start({ turn: id, number, onThrough }, options);
        return child;
      } catch (cause) {
        if (!(cause instanceof HostFailure)) throw cause;
        // An agent that cannot outlive this runtime is better than none.
        deps.log('warning', 'No host could hold an agent, so it ends with Switchyard.', { task, cause: String(cause) });
        await over();
        return startChild(options);
      }
    },
    askedAs: (name) => (row === null ? null : `${given.id} ${number} ${name}`),
    lost: () => child?.lost() ?? null,
    over,
  };
}
