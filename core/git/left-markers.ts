import type { LeftMarker } from '../contract/review';
import { readBlob } from './blob';
import type { Place } from './checkout';
import { listChangesOf, type Range } from './diff';
import { known } from './known';

/** As many files are looked at. */
const mostFiles = 20;

/** How git begins and ends what it leaves in a file to be resolved. The line between is the underline of a heading, too. */
const asked = '^(<<<<<<<|>>>>>>>)([[:space:]]|$)';
const marker = /^(<{7}|>{7})(\s|$)/;

/** How long is looked for them, in milliseconds. */
const usualLimitMs = 10_000;

/**
 * Where a change leaves the marks of a conflict that was not resolved: the first of each text file, of at most 20 files. A
 * file that had such a line before is about them, and is left out. Nothing depends on them, so where they cannot be found in time
 * there are none: `failed` is told why, once for a change.
 */
export function leftMarkers(
  place: Place,
  { base, head }: Range,
  { failed, limitMs = usualLimitMs }: { readonly failed: (cause: unknown) => void; readonly limitMs?: number },
): Promise<readonly LeftMarker[]> {
  return known(place, `left-markers ${base} ${head}`, () =>
    find(place, { base, head, signal: AbortSignal.timeout(limitMs) }).catch((cause: unknown) => {
      failed(cause);
      return [];
    }),
  );
}

async function find(
  place: Place,
  { base, head, signal }: Range & { readonly signal: AbortSignal },
): Promise<readonly LeftMarker[]> {
  const files = (await listChangesOf(place, { base, head, lines: asked, signal })).slice(0, mostFiles);
  const left: LeftMarker[] = [];
  for (const { path, oldPath } of files) {
    const [before, now] = [
      await firstMarker(place, { commit: base, path: oldPath ?? path, signal }),
      await firstMarker(place, { commit: head, path, signal }),
    ];
    if (before === null && now !== null) left.push({ path, line: now });
  }
  return left;
}

/** The line of a text file on which the first marker stands; null without one. */
async function firstMarker(
  place: Place,
  file: { readonly commit: string; readonly path: string; readonly signal: AbortSignal },
): Promise<number | null> {
  const content = await readBlob(place, file);
  if (content === null || content.includes(0)) return null;
  const at = content
    .toString('utf8')
    .split('\n')
    .findIndex((line) => marker.test(line));
  return at === -1 ? null : at + 1;
}
