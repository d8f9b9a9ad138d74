import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import type { FileChange } from '../../core/contract/review';
import { FileMark } from '../../renderer/changes/file-mark';
import { itemOf } from '../../renderer/changes/items';

const file = (path: string, more: Partial<FileChange> = {}): FileChange => ({
  ...{ path, oldPath: null, status: 'modified', additions: 1, deletions: 1, binary: false },
  ...{ oldMode: '100644', newMode: '100644', content: '', note: null, ...more },
});

const renamed = { oldPath: 'src/old.ts', status: 'renamed' } as const;

/** The words in the header of a file's diff before what can be done with it. */
function words(shown: FileChange): readonly string[] {
  const patches = { byPath: new Map<string, string>(), onDemand: new Set<string>(), loading: false, load: () => {} };
  const nothing = { viewed: false, mark: () => {}, unfold: () => {}, comments: 0, comment: null, edit: null };
  const html = renderToStaticMarkup(<FileMark file={shown} patches={patches} isBegun={false} {...nothing} />);
  return [...html.matchAll(/<span class="(?:file-note|quiet)">([^<]*)<\/span>/g)].map(([, text = '']) => text);
}

test('the head of a diff says that a file was renamed or copied, and which mode it had and has', () => {
  expect(words(file('a.ts'))).toEqual([]);
  expect(words(file('run.sh', { newMode: '100755' }))).toEqual(['mode 100644 → 100755']);
  expect(words(file('src/new.ts', renamed))).toEqual(['renamed']);
  expect(words(file('src/new.ts', { ...renamed, newMode: '100755' }))).toEqual(['renamed', 'mode 100644 → 100755']);
  expect(words(file('src/new.ts', { ...renamed, status: 'copied' }))).toEqual(['copied']);
  const link = { status: 'type-changed', newMode: '120000', note: 'A symbolic link.' } as const;
  expect(words(file('a.ts', link))).toEqual(['A symbolic link.', 'mode 100644 → 120000']);
  // One that came or went has no other mode; what was binary before is it now.
  expect(words(file('new.ts', { status: 'added', oldMode: '000000' }))).toEqual([]);
  expect(words(file('gone.ts', { status: 'deleted', newMode: '000000' }))).toEqual([]);
  expect(words(file('a.png', { binary: true, additions: null, deletions: null }))).toEqual(['binary']);
});

test('a renamed file has both of its names, with lines and without, and no sign in them moves the others', () => {
  const head =
    'diff --git a/src/old.ts b/src/new.ts\nsimilarity index 90%\nrename from src/old.ts\nrename to src/new.ts\n';
  const lines = 'index 1111111..2222222 100644\n--- a/src/old.ts\n+++ b/src/new.ts\n@@ -1 +1 @@\n-one\n+two\n';
  const names = (of: FileChange, patch: string | undefined) => {
    const { prevName, name } = itemOf(of, patch, false).fileDiff;
    return [prevName, name];
  };
  const both = ['src/old.ts', 'src/new.ts'];
  for (const patch of [undefined, head, `${head}${lines}`])
    expect(names(file('src/new.ts', renamed), patch)).toEqual(both);
  const [before] = names(file('b.ts', { ...renamed, oldPath: 'a\u202Eb.ts' }), undefined);
  expect(before).not.toContain('\u202E');
});
