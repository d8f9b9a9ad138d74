import { expect, test } from 'vitest';
import type { FileChange } from '../../core/contract/review';
import { treeOf } from '../../renderer/changes/file-tree';
import { inOrder } from '../../renderer/changes/viewed';

const file = (path: string, additions: number | null = 1): FileChange => ({
  ...{ path, oldPath: null, status: 'modified', additions, deletions: 2, binary: additions === null },
  ...{ oldMode: '100644', newMode: '100644', content: '', note: null },
});
const files = inOrder(
  ['web/logo.png', 'src/run.ts', 'src/members/a.ts', 'src-old/x/y/deep.ts', 'README.md', 'src/members/b.ts'].map(
    (path) => file(path, path.endsWith('.png') ? null : 1),
  ),
);

/** Each row as one line, two spaces for each folder it is in. */
const drawn = (folded: readonly string[] = [], viewed: readonly string[] = []): string[] =>
  treeOf(files, new Set(folded), new Set(viewed)).map((row) => {
    const indent = '  '.repeat(row.depth);
    if (row.kind === 'file') return `${indent}${row.name}`;
    return `${indent}${row.isFolded ? '>' : 'v'} ${row.name} ${row.files} +${row.additions} -${row.deletions}${row.isViewed ? ' seen' : ''}`;
  });

test('files stand in their folders, in the order of their diffs, and folders with nothing beside the next are one', () => {
  expect(drawn()).toEqual([
    'README.md',
    'v src-old/x/y 1 +1 -2',
    '  deep.ts',
    'v src 3 +3 -6',
    '  v members 2 +2 -4',
    '    a.ts',
    '    b.ts',
    '  run.ts',
    'v web 1 +0 -2',
    '  logo.png',
  ]);
  const shown = treeOf(files, new Set(), new Set()).flatMap((row) => (row.kind === 'file' ? [row.file] : []));
  expect(shown).toEqual(files);
});

test('a folded folder stands for what is in it, and is viewed when all of that is', () => {
  expect(drawn(['src'], ['src/members/a.ts', 'src/members/b.ts', 'src/run.ts', 'web/logo.png'])).toEqual([
    'README.md',
    'v src-old/x/y 1 +1 -2',
    '  deep.ts',
    '> src 3 +3 -6 seen',
    'v web 1 +0 -2 seen',
    '  logo.png',
  ]);
  const hiding = (folded: readonly string[], path: string) =>
    treeOf(files, new Set(folded), new Set()).flatMap((row) =>
      row.kind === 'folder' && row.hides(path) ? [row.path] : [],
    );
  expect(hiding(['src'], 'src/members/a.ts')).toEqual(['src']);
  expect(hiding(['src'], 'src-old/x/y/deep.ts')).toEqual([]);
  expect(hiding([], 'src/members/a.ts')).toEqual([]);
});
