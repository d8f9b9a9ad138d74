import { z } from 'zod';

const idSchema = z.number().int().positive();

/** That a task's change touches files another one's touches, or that changed on its base since. */
export const overlapSchema = z.object({
  /** The other task; null for the base. */
  with: idSchema.nullable(),
  /** In how many of the files they cannot be brought together. */
  conflicts: z.number().int(),
  /** In how many they can. */
  files: z.number().int(),
});
export type Overlap = z.infer<typeof overlapSchema>;

const linesSchema = z.object({ first: z.number().int(), last: z.number().int() });

/** A file two changes touch, with the stretches of lines each changed, as they are numbered where each of them began. */
const overlapFileSchema = z.object({
  path: z.string(),
  /** Git's word for the conflict; null when both can be brought together. */
  conflict: z.string().nullable(),
  /** What happened on either side, a sentence or two; empty when both can be brought together. */
  about: z.string(),
  mine: z.array(linesSchema),
  theirs: z.array(linesSchema),
});
export type OverlapFile = z.infer<typeof overlapFileSchema>;

/** Where two changes meet, file by file, and both changes of these files as patches. */
export const overlapDetailSchema = z.object({
  files: z.array(overlapFileSchema),
  /** The task's change of these files, and the other one's; cut when they are very long. */
  mine: z.string(),
  theirs: z.string(),
});
export type OverlapDetail = z.infer<typeof overlapDetailSchema>;

/** How two changes meet, in a few words: `conflicts with #3: 2 files`. */
export function overlapWords({ with: other, conflicts, files }: Overlap, base: string): string {
  const what = other === null ? base : `#${other}`;
  const count = (number: number) => (number === 1 ? '1 file' : `${number} files`);
  return conflicts > 0 ? `conflicts with ${what}: ${count(conflicts)}` : `overlaps with ${what}: ${count(files)}`;
}

/** Worst first: what conflicts, with the base before all. */
export function worstFirst(overlaps: readonly Overlap[]): Overlap[] {
  const weight = ({ with: other, conflicts }: Overlap) => (conflicts > 0 ? (other === null ? 0 : 1) : 2);
  return [...overlaps].sort(
    (one, other) =>
      weight(one) - weight(other) || other.conflicts - one.conflicts || (one.with ?? 0) - (other.with ?? 0),
  );
}

/** A live change, as the radar looks at it. */
export interface Blip {
  readonly task: number;
  /** The branch it is to land on. */
  readonly base: string;
  readonly head: string;
  /** The files it changes. */
  readonly paths: ReadonlySet<string>;
  /** The contest it is in; null for none. Of one contest only one is meant to land. */
  readonly contest: number | null;
  /** The tasks it comes after, however many lie between: what they change is known to it, or comes first. */
  readonly below: ReadonlySet<number>;
}

/** More pairs than this are not compared: the newest tasks come first. */
const mostPairs = 200;

/** Which changes of one base are to be compared with each other, newest first, each with the files both touch. */
export function pairsOf(
  blips: readonly Blip[],
  most = mostPairs,
): { readonly one: Blip; readonly other: Blip; readonly common: readonly string[] }[] {
  const newest = [...blips].sort((one, other) => other.task - one.task);
  const pairs: { one: Blip; other: Blip; common: string[] }[] = [];
  for (const [index, one] of newest.entries()) {
    for (const other of newest.slice(index + 1)) {
      if (one.contest !== null && one.contest === other.contest) continue;
      if (one.base !== other.base || one.below.has(other.task) || other.below.has(one.task)) continue;
      const common = [...one.paths].filter((path) => other.paths.has(path));
      if (common.length > 0) pairs.push({ one, other, common });
      if (pairs.length === most) return pairs;
    }
  }
  return pairs;
}
