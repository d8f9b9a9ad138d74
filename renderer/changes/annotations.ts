import type { CodeViewDiffItem, DiffLineAnnotation } from '@pierre/diffs';
import type { Comment, CommentPlace } from '../../core/contract/comment';
import type { PullRequestThread } from '../../core/contract/pull-request';
import type { FileChange } from '../../core/contract/review';
import type { Begun } from '../state/comments';
import { isIn, showsLine, sideOf } from './line-places';
import type { Compared } from './patches';

/**
 * What stands under a line of a diff: a comment, one that is written or was begun there, a thread of the task's pull request, or
 * a file that has no lines.
 */
export interface Annotation {
  readonly about: About;
  readonly away: Away;
}

/** How far an annotation is from its line: under it, elsewhere in its file, or above all files. So much of its place is said. */
export type Away = 'not' | 'in-file' | 'above';

type About =
  | { readonly kind: 'comment'; readonly comment: Comment }
  | { readonly kind: 'begun'; readonly begun: Begun; readonly isOpen: boolean }
  | { readonly kind: 'thread'; readonly task: number; readonly thread: PullRequestThread }
  | { readonly kind: 'binary'; readonly change: Compared; readonly file: FileChange };

/** Where the annotations of a change are shown. */
export interface Arranged {
  /** Under lines, by file; in a file without lines on screen there are none. */
  readonly inFiles: ReadonlyMap<string, readonly DiffLineAnnotation<Annotation>[]>;
  /** What no line on screen belongs to: listed above the diff. */
  readonly elsewhere: readonly Annotation[];
  /** Comments and threads in the order they are come across: those listed above first. */
  readonly inOrder: readonly { readonly key: string; readonly path: string | null }[];
}

/** What there is to be placed in a diff. */
export interface ToArrange {
  readonly files: readonly FileChange[];
  readonly items: readonly CodeViewDiffItem[];
  readonly comments: readonly Comment[];
  readonly threads: { readonly task: number; readonly all: readonly PullRequestThread[] };
  readonly begun: readonly Begun[];
  /** The name of the one that is written on; null for none. */
  readonly open: string | null;
  /** Patches are still on their way, so a file without lines may get some. */
  readonly loading: boolean;
}

/** What stands in place of lines, by file: of each that has none because it is no text. */
export function binariesOf(change: Compared): ReadonlyMap<string, readonly DiffLineAnnotation<Annotation>[]> {
  return new Map(
    change.files
      .filter(({ binary }) => binary)
      .map((file) => {
        const metadata = { about: { kind: 'binary', change, file }, away: 'not' } as const;
        return [file.path, [{ side: file.status === 'deleted' ? 'deletions' : 'additions', lineNumber: 0, metadata }]];
      }),
  );
}

/** Places annotations in a diff. A line the diff does not show has its annotations at the head of its file. */
export function arrange(given: ToArrange): Arranged {
  const { files, items, loading } = given;
  const inFiles = new Map<string, DiffLineAnnotation<Annotation>[]>();
  const elsewhere: Annotation[] = [];
  const put = (place: CommentPlace | null, about: About, anchor?: number): void => {
    const at = place === null ? -1 : files.findIndex((file) => isIn(file, place));
    const file = files[at];
    const item = items[at];
    if (place === null || file === undefined || item === undefined) {
      elsewhere.push({ about, away: 'above' });
      return;
    }
    if (item.fileDiff.hunks.length === 0) {
      if (!loading) elsewhere.push({ about, away: 'above' });
      return;
    }
    const known = inFiles.get(file.path);
    const all = known ?? [];
    if (known === undefined) inFiles.set(file.path, all);
    const side = sideOf(place);
    const line = anchor ?? place.lines?.last ?? 0;
    const isShown = line > 0 && showsLine(item.fileDiff, side, line);
    const headSide = file.status === 'deleted' ? 'deletions' : 'additions';
    all.push({
      side: isShown ? side : headSide,
      lineNumber: isShown ? line : 0,
      metadata: { about, away: isShown ? 'not' : 'in-file' },
    });
  };
  for (const comment of given.comments) put(comment.now, { kind: 'comment', comment });
  const { task } = given.threads;
  for (const thread of given.threads.all) put(thread.now, { kind: 'thread', task, thread });
  // The one that is written on comes last, so that what is added or taken away before it leaves its place alone.
  const ordered = [...given.begun].sort(
    (one, other) => Number(one.name === given.open) - Number(other.name === given.open),
  );
  for (const begun of ordered)
    put(begun.current ? begun.place : null, { kind: 'begun', begun, isOpen: begun.name === given.open }, begun.anchor);
  return { inFiles, elsewhere, inOrder: orderOf(files, inFiles, elsewhere) };
}

function orderOf(
  files: readonly FileChange[],
  inFiles: ReadonlyMap<string, readonly DiffLineAnnotation<Annotation>[]>,
  elsewhere: readonly Annotation[],
): Arranged['inOrder'] {
  const keys = (about: About, path: string | null) => {
    const key = keyOf(about);
    return key === null ? [] : [{ key, path }];
  };
  const above = elsewhere.flatMap(({ about }) => keys(about, null));
  const below = files.flatMap(({ path }) =>
    [...(inFiles.get(path) ?? [])]
      .sort((one, other) => one.lineNumber - other.lineNumber)
      .flatMap(({ metadata }) => keys(metadata.about, path)),
  );
  return [...above, ...below];
}

/** What a comment or a thread is known by among all of them; null for anything else. */
export function keyOf(about: About): string | null {
  if (about.kind === 'comment') return String(about.comment.id);
  return about.kind === 'thread' ? threadKey(about.thread) : null;
}

/** The same of a thread. */
export function threadKey({ id }: Pick<PullRequestThread, 'id'>): string {
  return `thread-${id}`;
}

/** How many comments and threads each file has, but for resolved ones. */
export function countsOf(
  files: readonly FileChange[],
  comments: readonly Comment[],
  threads: readonly PullRequestThread[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const open = [
    ...comments.filter(({ resolvedAt }) => resolvedAt === null),
    ...threads.filter(({ resolved }) => !resolved),
  ];
  for (const { now } of open) {
    if (now === null) continue;
    const file = files.find((each) => isIn(each, now));
    if (file !== undefined) counts.set(file.path, (counts.get(file.path) ?? 0) + 1);
  }
  return counts;
}
