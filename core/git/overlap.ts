import type { OverlapDetail } from '../contract/overlap';
import type { Conflict } from '../contract/review';
import type { Place } from './checkout';
import { mergeBase, patch, type Range } from './diff';
import { readHunks } from './hunks';
import { known } from './known';
import { previewMerge } from './merge';
import { splitNul } from './nul';
import { runGit } from './run';

/** The files that differ between two commits, by every name they have or had. */
export function pathsBetween(place: Place, { base, head }: Range): Promise<ReadonlySet<string>> {
  return known(place, `paths ${base} ${head}`, async () => {
    const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--end-of-options', base, head];
    return new Set(splitNul((await runGit(place, args)).stdout));
  });
}

/**
 * Which of some files two changes conflict in, found by merging both in the object database. No program that the repository
 * names for merging is run, trusted or not: nobody asked for this look.
 */
export async function conflictsIn(
  place: Place,
  {
    baseOid,
    headOid,
    paths,
  }: { readonly baseOid: string; readonly headOid: string; readonly paths: readonly string[] },
): Promise<readonly Conflict[]> {
  const quiet = { ...place, trusted: false };
  const found = await known(quiet, `conflicts ${baseOid} ${headOid}`, async () => {
    const preview = await previewMerge(quiet, { baseOid, headOid });
    return preview.kind === 'conflict' ? preview.conflicts : [];
  });
  const wanted = new Set(paths);
  return found.filter(({ path }) => wanted.has(path));
}

/** The most of each change that is shown. */
const shownBytes = 512 * 1024;

/** The most files that are shown. */
const shownFiles = 50;

/** Where two changes meet, with the lines each changed. Either is what lies between where it began and its head. */
export async function overlapBetween(
  place: Place,
  { mine, theirs }: { readonly mine: Range; readonly theirs: Range },
): Promise<OverlapDetail> {
  const [own, others] = await Promise.all([pathsBetween(place, mine), pathsBetween(place, theirs)]);
  const common = [...own].filter((path) => others.has(path)).sort();
  const conflicts = await conflictsIn(place, { baseOid: theirs.head, headOid: mine.head, paths: common });
  const files = [];
  // What conflicts first, because not all may be shown.
  const ordered = [
    ...conflicts.map(({ path }) => path),
    ...common.filter((path) => !conflicts.some((one) => one.path === path)),
  ];
  const shown = ordered.slice(0, shownFiles);
  for (const path of shown) {
    const conflict = conflicts.find((one) => one.path === path);
    const about =
      conflict === undefined ? '' : conflict.about.replace('the base', 'the other').replace('The base', 'The other');
    const lines = { mine: await linesOf(place, mine, path), theirs: await linesOf(place, theirs, path) };
    files.push({ path, conflict: conflict?.kind ?? null, about, ...lines });
  }
  const text = async (range: Range) =>
    shown.length === 0 ? '' : (await patch(place, { ...range, paths: shown, maxBytes: shownBytes })).patch;
  return { files, mine: await text(mine), theirs: await text(theirs) };
}

async function linesOf(place: Place, range: Range, path: string): Promise<{ first: number; last: number }[]> {
  const { patch: text } = await patch(place, { ...range, paths: [path], context: 0, maxBytes: shownBytes });
  return readHunks(text)
    .slice(0, 100)
    .map(({ oldStart, oldCount }) => ({ first: oldStart, last: oldStart + Math.max(0, oldCount - 1) }));
}

/** What a branch changed since it left another one; null when they share nothing. */
export async function ownChange(place: Place, { base, head }: Range): Promise<Range | null> {
  const common = await mergeBase(place, base, head);
  return common === null ? null : { base: common, head };
}
