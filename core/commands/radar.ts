import { CodedError } from '../contract/errors';
import { type Blip, type Overlap, type OverlapDetail, pairsOf, worstFirst } from '../contract/overlap';
import { mergeBase, type Range } from '../git/diff';
import { conflictsIn, overlapBetween, ownChange, pathsBetween } from '../git/overlap';
import { refInFiles } from '../git/ref-files';
import { refOid } from '../git/resolve';
import { meet } from '../git/restack';
import { type RepositoryPlace, repositoryPlace } from '../runner/place';
import type { Database } from '../store/database';
import { listDependencies } from '../store/dependencies';
import { type LiveChange, liveChanges, overlappingTasks, overlapsOf, setOverlaps } from '../store/overlaps';
import { repositoryById } from '../store/repositories';
import { isStale } from '../store/stacks';
import { type TaskWork, taskWork } from '../store/task-work';
import { noticeMoved } from './moved';
import { tipsOf } from './reviews';
import type { Room } from './room';
import { wayOf } from './stack-way';

type Needs = Pick<Room, 'db' | 'writer' | 'git' | 'announce' | 'log' | 'now'>;

/** Looks where the changes of unfinished tasks meet each other and their bases, and keeps it on the tasks. */
export interface Radar {
  /** A task changed: look again in a while. */
  wake(): void;
  /** Looks without waiting for more, and resolves when what was found is kept. */
  now(): Promise<void>;
  start(): void;
  /** Resolves when nothing is being looked at; nothing begins afterwards. */
  close(): Promise<void>;
}

/** What came to pass meanwhile is looked at together. */
const debounceMs = 1_000;
/** Bases and branches move without anybody telling; where they are is read from their files. */
const lookMs = 5_000;
/** Where that does not say it, git is asked. */
const askMs = 60_000;

/**
 * Makes the radar. Nothing is compared that was compared before, by its commits, and nothing without two that may meet.
 * `onBaseMoved` is called when a base of an unfinished change is found elsewhere, because nobody else looks: once a minute,
 * because much is done over for it.
 */
export function createRadar(room: () => Needs, { onBaseMoved }: { readonly onBaseMoved: () => void }): Radar {
  const seen = new Map<number, Seen>();
  let timer: NodeJS.Timeout | null = null;
  let isSoon = false;
  let thoroughAt = 0;
  let isStarted = false;
  let isClosed = false;
  let running: Promise<void> = Promise.resolve();

  function look(after: number): void {
    if (!isStarted || isClosed) return;
    // What goes on changing must not put the look off for good.
    if (timer !== null && (isSoon || after === lookMs)) return;
    if (timer !== null) clearTimeout(timer);
    isSoon = after === debounceMs;
    timer = setTimeout(() => {
      timer = null;
      isSoon = false;
      void now().then(() => {
        if (!isClosed && liveChanges(room().db).length > 0) look(lookMs);
      });
    }, after);
    timer.unref();
  }

  function now(): Promise<void> {
    // One after the other, because each ends with what it found.
    running = running
      .then(sweep)
      .catch((cause) => room().log('warning', 'Overlaps could not be looked for.', { cause: String(cause) }));
    return running;
  }

  async function sweep(): Promise<void> {
    if (isClosed) return;
    const { db, log } = room();
    const time = room().now();
    // Also when changes come so often that no look is ever the one of the minute.
    const isThorough = time - thoroughAt >= askMs;
    if (isThorough) thoroughAt = time;
    await noticeMoved(room(), null, { asks: isThorough });
    const live = liveChanges(db);
    const repositories = new Set([...live.map(({ repository }) => repository), ...seen.keys()]);
    for (const repository of repositories) {
      if (isClosed) return;
      const own = live.filter((one) => one.repository === repository);
      await sweepOne(room(), repository, { live: own, seen, isThorough, onBaseMoved }).catch((cause) =>
        log('warning', 'Overlaps could not be looked for.', { repository, cause: String(cause) }),
      );
    }
  }

  return {
    wake: () => look(debounceMs),
    now,
    start() {
      isStarted = true;
      look(debounceMs);
    },
    async close() {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
      await running;
    },
  };
}

/** What a repository was last looked at for: its changes and their order, where their bases were, and where it was last said they are. */
interface Seen {
  readonly changes: string;
  readonly bases: Bases;
  readonly told: string;
}

type Bases = ReadonlyMap<string, string | null>;

async function sweepOne(
  room: Needs,
  repository: number,
  {
    live,
    seen,
    isThorough,
    onBaseMoved,
  }: {
    readonly live: readonly LiveChange[];
    readonly seen: Map<number, Seen>;
    /** Whether git is asked where the bases are though nothing is known to have changed. */
    readonly isThorough: boolean;
    readonly onBaseMoved: () => void;
  },
): Promise<void> {
  const found = new Map<number, Overlap[]>(live.map(({ id }) => [id, []]));
  if (live.length > 0) {
    const edges = live.map(({ id }) => listDependencies(room.db, id).map((one) => one.id));
    const changes = JSON.stringify([live, edges]);
    const last = seen.get(repository);
    const isSame = last?.changes === changes;
    // As one that is not trusted: nothing of it is to be run, and what it would run need not be looked at.
    const place = await repositoryPlace(room.git, { ...repositoryById(room.db, repository), trusted: false });
    const bases = await basesOf(place, live, isSame && !isThorough ? last.bases : null);
    const now = textOf(bases);
    const tells = isThorough || !isSame;
    if (tells && last !== undefined && last.told !== now) onBaseMoved();
    const told = tells || last === undefined ? now : last.told;
    if (!isSame || textOf(last.bases) !== now) await compare(room, place, { live, bases, found });
    else return void seen.set(repository, { ...last, told });
    seen.set(repository, { changes, bases, told });
  } else seen.delete(repository);
  const tasks = [...new Set([...found.keys(), ...overlappingTasks(room.db, repository)])];
  const changed = tasks.filter(
    (task) => JSON.stringify(overlapsOf(room.db, task)) !== JSON.stringify(worstFirst(found.get(task) ?? [])),
  );
  if (changed.length === 0) return;
  await room.writer.write((db) => {
    for (const task of changed) setOverlaps(db, task, found.get(task) ?? []);
  });
  changed.forEach(room.announce);
}

/** Where the bases of changes are. Given where they were, no git is started: what the files do not say is as it was. */
async function basesOf(place: RepositoryPlace, live: readonly LiveChange[], before: Bases | null): Promise<Bases> {
  const bases = new Map<string, string | null>();
  for (const base of new Set(live.map((one) => one.base))) {
    const ref = `refs/heads/${base}`;
    const tip = before === null ? await refOid(place, ref) : await refInFiles(place, ref);
    bases.set(base, tip === 'unknown' ? (before?.get(base) ?? null) : tip);
  }
  return bases;
}

function textOf(bases: Bases): string {
  return JSON.stringify([...bases]);
}

async function compare(
  { db, log }: Needs,
  place: RepositoryPlace,
  {
    live,
    bases,
    found,
  }: {
    readonly live: readonly LiveChange[];
    readonly bases: Bases;
    readonly found: ReadonlyMap<number, Overlap[]>;
  },
): Promise<void> {
  const blips: Blip[] = [];
  for (const { id: task, base, head, stackOid, contest } of live) {
    const tip = bases.get(base) ?? null;
    if (tip === null) continue;
    const own = await ownChange(place, { base: stackOid ?? tip, head }).catch(() => null);
    if (own === null) continue;
    const paths = await pathsBetween(place, own);
    blips.push({ task, base, head, paths, contest, below: belowOf(db, task) });
    if (stackOid !== null || own.base === tip) continue;
    const since = await pathsBetween(place, { base: own.base, head: tip });
    const common = [...paths].filter((path) => since.has(path));
    if (common.length === 0) continue;
    const conflicts = await conflictsIn(place, { baseOid: tip, headOid: head, paths: common });
    found.get(task)?.push({ with: null, ...counts(conflicts.length, common.length) });
  }
  for (const { one, other, common } of pairsOf(blips)) {
    // Two that cannot be compared must not keep the others from it.
    const conflicts = await conflictsIn(place, { baseOid: other.head, headOid: one.head, paths: common }).catch(
      (cause) => {
        log('warning', 'Two changes could not be compared.', { tasks: [one.task, other.task], cause: String(cause) });
        return null;
      },
    );
    if (conflicts === null) continue;
    const meets = counts(conflicts.length, common.length);
    found.get(one.task)?.push({ with: other.task, ...meets });
    found.get(other.task)?.push({ with: one.task, ...meets });
  }
}

function counts(conflicts: number, common: number): Pick<Overlap, 'conflicts' | 'files'> {
  return { conflicts, files: Math.max(0, common - conflicts) };
}

/** All tasks that one comes after, however many lie between. */
function belowOf(db: Database, task: number): ReadonlySet<number> {
  const below = new Set<number>();
  for (let next = [task]; next.length > 0; ) {
    next = next.flatMap((id) => listDependencies(db, id).map((one) => one.id)).filter((id) => !below.has(id));
    for (const id of next) below.add(id);
  }
  return below;
}

/** Where the change of a task meets that of another one, or what came to its base, file by file. Throws WRONG_STATE when one of them is gone. */
export async function overlap(
  room: Room,
  { task, with: other }: { readonly task: number; readonly with: number | null },
): Promise<OverlapDetail> {
  const work = taskWork(room.db, task);
  const place = { ...(await repositoryPlace(room.git, work.repository)), trusted: false };
  const mine = await changeOf(room, place, task);
  if (other !== null && taskWork(room.db, other).repository.id !== work.repository.id) {
    throw new CodedError('BAD_INPUT', `Tasks ${task} and ${other} work in different repositories, so they never meet.`);
  }
  const theirs = other === null ? await baseOf(room, work, { place, mine }) : await changeOf(room, place, other);
  if ((await mergeBase(place, mine.head, theirs.head)) === null) {
    const what = other === null ? `and ${work.base}` : `and that of task ${other}`;
    throw new CodedError(
      'WRONG_STATE',
      `The change of task ${task} ${what} have no commit in common, so they never meet.`,
    );
  }
  return overlapBetween(place, { mine, theirs });
}

/** What came to where a change is to land, or to what it is to be brought onto first, since it began. */
async function baseOf(
  room: Room,
  work: TaskWork,
  { place, mine }: { readonly place: RepositoryPlace; readonly mine: Range },
): Promise<Range> {
  const found = work.state === 'review' && isStale(room.db, work.id) ? await wayOf(room, place, work) : null;
  const met = found?.kind === 'way' ? await meet(place, found.way) : null;
  // As the restack would merge it: git by itself would compare with where both came from once.
  if (met !== null && met.kind !== 'there') return { base: mine.base, head: met.toMerge };
  const tips = await tipsOf(room, work, place);
  return { base: mine.base, head: tips?.base ?? mine.base };
}

async function changeOf(room: Room, place: RepositoryPlace, task: number): Promise<Range> {
  const tips = await tipsOf(room, taskWork(room.db, task), place);
  const own = tips === null ? null : await ownChange(place, tips);
  if (own !== null) return own;
  throw new CodedError('WRONG_STATE', `Task ${task} has no change to compare: its branch, or its base, is not there.`, {
    facts: { task },
  });
}
