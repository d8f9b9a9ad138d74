import type { CodeViewDiffItem } from '@pierre/diffs';
import { blocksIn } from './line-places';

/** Notes on the rows of a file that are on screen which belong to accepted hunks; the sheet of the diff dims those. */
export function noteAccepted(
  root: ShadowRoot | null,
  fileDiff: CodeViewDiffItem['fileDiff'],
  isAccepted: (hunk: number) => boolean,
): void {
  if (root === null) return;
  const lines = { additions: new Set<string>(), deletions: new Set<string>() };
  for (const [index, hunk] of fileDiff.hunks.entries()) {
    if (!isAccepted(index)) continue;
    for (const block of blocksIn(hunk))
      for (const side of ['additions', 'deletions'] as const)
        for (let at = 0; at < block[side].count; at += 1) lines[side].add(`${block[side].first + at}`);
  }
  for (const row of root.querySelectorAll<HTMLElement>('[data-line-type^="change-"]')) {
    const side = row.dataset.lineType === 'change-deletion' ? 'deletions' : 'additions';
    row.toggleAttribute('data-accepted', lines[side].has(row.dataset.line ?? row.dataset.columnNumber ?? ''));
  }
}
