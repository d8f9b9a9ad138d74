import { processFile } from '@pierre/diffs';
import { expect, test } from 'vitest';
import { reachesEnd } from '../../renderer/changes/expanding';

function diffOf(...hunk: readonly string[]) {
  const old = hunk.filter((line) => /^[ -]/.test(line)).length;
  const now = hunk.filter((line) => /^[ +]/.test(line)).length;
  const lines = ['diff --git a/a.ts b/a.ts', 'index 1..2 100644', '--- a/a.ts', '+++ b/a.ts'];
  const diff = processFile([...lines, `@@ -1,${old} +1,${now} @@`, ...hunk, ''].join('\n'), { isGitDiff: true });
  if (diff === undefined) throw new Error('The patch is one.');
  return diff;
}

test('a file is said to end under its last hunk only where it certainly does', () => {
  expect(reachesEnd(diffOf('-one', '+two', ' a', ' b', ' c'))).toBe(false);
  expect(reachesEnd(diffOf('-one', '+two', ' a', ' b'))).toBe(true);
  expect(reachesEnd(diffOf(' a', '+two'))).toBe(true);
  expect(reachesEnd(diffOf('-one', '+two'))).toBe(true);
  expect(reachesEnd(diffOf('+one'))).toBe(true);
  expect(reachesEnd(diffOf('-one', '+two', ' a', ' b', ' c', '\\ No newline at end of file'))).toBe(true);
  expect(reachesEnd({ hunks: [] })).toBe(false);
});
