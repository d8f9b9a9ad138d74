import type { FileChange } from '../../core/contract/review';

/** A file with more changed lines than this is shown only when asked for. */
export const heavyLines = 4_000;
/** About how many changed lines are fetched in one call. */
export const batchLines = 4_000;
/** And in the first, for which the window waits to show anything: more than fit on a screen. */
export const firstLines = 500;
/** What is fetched without being asked for. The rest follows with a button. */
export const eagerLines = 24_000;

/** Which files of a change are fetched how: in small calls in the order shown, and some only when asked for. */
export interface Batches {
  /** Fetched one after the other, each a list of paths. */
  readonly eager: readonly (readonly string[])[];
  /** Fetched when the person asks, one file at a time. */
  readonly onDemand: ReadonlySet<string>;
}

/** Plans the fetching of a change's patch, so that neither a lock file nor ten thousand files make the window wait. */
export function planBatches(files: readonly FileChange[]): Batches {
  const eager: string[][] = [];
  const onDemand = new Set<string>();
  let batch: string[] = [];
  let inBatch = 0;
  let total = 0;
  for (const file of files) {
    const lines = (file.additions ?? 0) + (file.deletions ?? 0);
    if (lines > heavyLines || total + lines > eagerLines) {
      onDemand.add(file.path);
      continue;
    }
    const most = eager.length === 0 ? firstLines : batchLines;
    if (batch.length > 0 && (inBatch + lines > most || batch.length >= 400)) {
      eager.push(batch);
      batch = [];
      inBatch = 0;
    }
    batch.push(file.path);
    inBatch += lines;
    total += lines;
  }
  if (batch.length > 0) eager.push(batch);
  return { eager, onDemand };
}

/** Cuts a patch of several files into one patch for each, by the path after the change. */
export function splitPatch(patch: string): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  // To a pattern with the flag `m` a line begins after a carriage return, too; to git only after a line feed.
  const starts = [...patch.matchAll(/(?<![^\n])diff --git /g)].map((match) => match.index);
  for (const [index, start] of starts.entries()) {
    const part = patch.slice(start, starts[index + 1]);
    const path = pathOf(part);
    if (path !== null) parts.set(path, part);
  }
  return parts;
}

/** The path a single file's patch is about: the new one, or the old one of a deleted file. */
export function pathOf(part: string): string | null {
  const [head = ''] = part.split('\n@@ ', 1);
  const lines = head.split('\n');
  const after = (words: string) => lines.find((line) => line.startsWith(words))?.slice(words.length);
  const renamed = after('rename to ') ?? after('copy to ');
  if (renamed !== undefined) return unquoted(renamed);
  const added = after('+++ ');
  if (added !== undefined && added !== '/dev/null') return withoutSide(unquoted(added.replace(/\t$/, '')));
  const removed = after('--- ');
  if (removed !== undefined && removed !== '/dev/null') return withoutSide(unquoted(removed.replace(/\t$/, '')));
  // Without hunks (binary, mode only) both names are on the first line, and they are the same.
  const first = (lines[0] ?? '').slice('diff --git '.length);
  if (first.startsWith('"')) return withoutSide(unquoted(/^"(?:[^"\\]|\\.)*"/.exec(first)?.[0] ?? ''));
  const half = (first.length - 1) / 2;
  return Number.isInteger(half) ? withoutSide(first.slice(half + 1)) : null;
}

function withoutSide(path: string): string {
  return path.replace(/^[ab]\//, '');
}

/** A name as git quotes it: C escapes, and bytes of UTF-8 in octal. */
function unquoted(name: string): string {
  if (!name.startsWith('"')) return name;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const match of name.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gs)) {
    if (match[1] !== undefined) bytes.push(Number.parseInt(match[1], 8));
    else if (match[2] !== undefined) bytes.push(...encoder.encode(escapes[match[2]] ?? match[2]));
    else bytes.push(...encoder.encode(match[3] ?? ''));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };
