import { type Comment, type CommentPlace, isUndecided, type LineRange } from '../contract/comment';
import type { TaskState } from '../contract/task';
import { readBlob } from '../git/blob';
import type { Place } from '../git/checkout';
import { listRenames } from '../git/diff';
import { followLines, touches } from '../git/follow-lines';
import { type FileHunks, fileHunks } from '../git/hunks';
import type { CommentRow } from '../store/comments';

/** The change comments are followed to. */
export interface ChangeNow {
  readonly mergeBase: string;
  readonly head: string;
  readonly state: TaskState;
}

const sinceBytes = 8_000;

/** A place of a change, the commits it is of, and its lines as they were there. */
export type Spot = Pick<CommentRow, 'place' | 'head' | 'mergeBase' | 'quote'>;

/** What became of each comment in the change as it stands. */
export async function standing(
  place: Place,
  comments: readonly CommentRow[],
  now: ChangeNow,
): Promise<readonly Comment[]> {
  const found = await findAll(place, comments, now);
  return comments.map((comment, index) => {
    const { at, changed, changes } = found[index] ?? nowhere;
    return { ...comment, fate: fateOf(comment, { at, changed }, now), now: at, since: sinceOf(changes) };
  });
}

/** Where each place is in the change as it stands; null for one whose file is gone from it. */
export async function placesNow(
  place: Place,
  spots: readonly Spot[],
  now: Pick<ChangeNow, 'head' | 'mergeBase'>,
): Promise<readonly (CommentPlace | null)[]> {
  return (await findAll(place, spots, now)).map(({ at }) => at);
}

function findAll(
  place: Place,
  spots: readonly Spot[],
  now: Pick<ChangeNow, 'head' | 'mergeBase'>,
): Promise<readonly Found[]> {
  const between = asking(place);
  return Promise.all(spots.map((spot) => (spot.place.side === 'new' ? inNew : inOld)(place, { spot, now, between })));
}

/** How many git programs look at files at once. */
const mostAtOnce = 4;

/** Asks git once for each file between two commits, and for what was renamed between them, however many comments are there. */
function asking(place: Place): Between {
  const files = new Map<string, Promise<FileHunks | null>>();
  const moved = new Map<string, ReturnType<typeof listRenames>>();
  // Each lane does one after the other.
  const lanes = Array.from({ length: mostAtOnce }, () => Promise.resolve<unknown>(null));
  const inLane = (work: () => Promise<FileHunks>): Promise<FileHunks> => {
    const lane = files.size % lanes.length;
    const done = (lanes[lane] ?? Promise.resolve()).then(work);
    lanes[lane] = done.catch(() => null);
    return done;
  };
  const once = <Answer>(known: Map<string, Promise<Answer>>, key: string, ask: () => Promise<Answer>) => {
    const answer = known.get(key) ?? ask();
    known.set(key, answer);
    return answer;
  };
  const look = async (base: string, head: string, path: string) => {
    const renames = await once(moved, `${base} ${head}`, async () =>
      base === head ? new Map() : listRenames(place, { base, head }),
    );
    return inLane(() => fileHunks(place, { base, head, path, renames }));
  };
  // A commit of long ago may have been pruned; then its lines are looked for by what they say.
  return (base, head, path) => once(files, `${base} ${head} ${path}`, () => look(base, head, path).catch(() => null));
}

type Between = (base: string, head: string, path: string) => Promise<FileHunks | null>;

/** A place to find, and what there is to find it by. */
interface Search {
  readonly spot: Spot;
  readonly now: Pick<ChangeNow, 'head' | 'mergeBase'>;
  readonly between: Between;
}

/** Where the lines of a place are, and what was changed in them. */
interface Found {
  readonly at: CommentPlace | null;
  readonly changed: boolean;
  readonly changes: readonly string[];
}

const nowhere: Found = { at: null, changed: true, changes: [] };

function fateOf(comment: CommentRow, { at, changed }: Pick<Found, 'at' | 'changed'>, now: ChangeNow): Comment['fate'] {
  if (isUndecided(comment)) return 'proposed';
  if (comment.sentAt === null) return 'draft';
  if (now.state === 'queued' || now.state === 'running' || now.state === 'waiting') return 'sent';
  if (changed) return 'addressed';
  const { path, lines } = comment.place;
  return at?.path === path && at.lines?.first === lines?.first ? 'ignored' : 'moved';
}

function sinceOf(changes: readonly string[]): string | null {
  const text = changes.filter((change) => change !== '').join('\n');
  return text === '' ? null : text.slice(0, sinceBytes);
}

/** Lines of the change as it leaves the file: followed from the commit they were in to the newest one. */
async function inNew(place: Place, { spot, now, between }: Search): Promise<Found> {
  const { path, lines } = spot.place;
  const file = await between(spot.head, now.head, path);
  if (file === null) return byWords(place, spot, now.head);
  if (file.path === null) return nowhere;
  if (lines === null) {
    const at = { ...spot.place, path: file.path };
    return { at, changed: file.hunks.length > 0, changes: file.hunks.map(({ text }) => text) };
  }
  const followed = followLines(file.hunks, lines);
  return {
    at: { ...spot.place, path: file.path, lines: followed.lines },
    changed: followed.changed.length > 0,
    changes: followed.changed.map(({ text }) => text),
  };
}

/** Lines that the change takes away: what it does to them then, and what it does to them now. */
async function inOld(place: Place, { spot, now, between }: Search): Promise<Found> {
  const { path, lines } = spot.place;
  const base = await between(spot.mergeBase, now.mergeBase, path);
  if (base === null) return byWords(place, spot, now.mergeBase);
  if (base.path === null) return nowhere;
  const at = {
    ...spot.place,
    path: base.path,
    lines: lines === null ? null : followLines(base.hunks, lines).lines,
  };
  const [then, today] = await Promise.all([
    between(spot.mergeBase, spot.head, path),
    between(now.mergeBase, now.head, base.path),
  ]);
  const before = then === null ? null : about(then, lines);
  const after = today === null ? null : about(today, at.lines);
  const changed = before !== after;
  return { at, changed, changes: changed && after !== null ? [after] : [] };
}

/** What is done to some lines of a file, or to all of it. */
function about({ hunks }: FileHunks, lines: LineRange | null): string {
  return hunks
    .filter((hunk) => lines === null || touches(hunk, lines))
    .map(({ text }) => text)
    .join('\n');
}

/** Where the words of a place's lines stand, when there is no telling how they came there. */
async function byWords(place: Place, spot: Spot, commit: string): Promise<Found> {
  const { path, lines } = spot.place;
  const text = (await readBlob(place, { commit, path }))?.toString('utf8');
  if (text === undefined) return nowhere;
  if (lines === null) return { at: spot.place, changed: false, changes: [] };
  const first = nearest(text.split('\n'), spot.quote.split('\n'), lines.first);
  if (first === null) return nowhere;
  const moved = { first, last: first + lines.last - lines.first };
  return { at: { ...spot.place, lines: moved }, changed: false, changes: [] };
}

/** The line nearest to `line` from which the words stand as they are; null when they stand nowhere. */
function nearest(text: readonly string[], words: readonly string[], line: number): number | null {
  const starts = text.flatMap((_, at) => (words.every((word, index) => text[at + index] === word) ? [at + 1] : []));
  return starts.reduce<number | null>(
    (best, start) => (best === null || Math.abs(start - line) < Math.abs(best - line) ? start : best),
    null,
  );
}
