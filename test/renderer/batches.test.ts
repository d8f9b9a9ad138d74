import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { FileChange } from '../../core/contract/review';
import {
  batchLines,
  eagerLines,
  firstLines,
  heavyLines,
  planBatches,
  splitPatch,
} from '../../renderer/changes/batches';
import { itemOf } from '../../renderer/changes/items';

function file(path: string, additions: number | null): FileChange {
  return {
    path,
    oldPath: null,
    status: 'modified',
    additions,
    deletions: additions === null ? null : 0,
    binary: additions === null,
    oldMode: '100644',
    content: '',
    newMode: '100644',
    note: null,
  };
}

describe('planBatches', () => {
  test('every file is fetched in one batch or waits to be asked for, none twice', () => {
    const files = Array.from({ length: 900 }, (_, index) => file(`f${index}`, (index * 37) % (heavyLines + 500)));
    const plan = planBatches(files);
    const all = [...plan.eager.flat(), ...plan.onDemand];
    expect(all.sort()).toEqual(files.map(({ path }) => path).sort());
  });

  test('a lock file waits to be asked for', () => {
    expect([...planBatches([file('package-lock.json', heavyLines + 1), file('a.ts', 3)]).onDemand]).toEqual([
      'package-lock.json',
    ]);
  });

  test('no call and no opening of a review asks for more than was agreed', () => {
    const plan = planBatches(Array.from({ length: 200 }, (_, index) => file(`f${index}`, 1_000)));
    for (const batch of plan.eager) expect(batch.length * 1_000).toBeLessThanOrEqual(batchLines);
    expect(plan.eager.flat().length * 1_000).toBeLessThanOrEqual(eagerLines);
  });
});

test('the first call asks for little, because nothing is shown before its answer', () => {
  const plan = planBatches(Array.from({ length: 200 }, (_, index) => file(`f${index}`, 100)));
  expect(plan.eager.slice(0, 2).map((batch) => batch.length * 100)).toEqual([firstLines, batchLines]);
});

describe('splitPatch', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  test('finds every file of a patch git made, whatever it is called', () => {
    const folder = mkdtempSync(join(tmpdir(), 'switchyard-patch-'));
    folders.push(folder);
    const git = (...args: string[]): string =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: folder, encoding: 'utf8' });
    git('init', '-q');
    const names = ['plain.ts', 'with space.ts', 'é“x”.ts', 'tab\there', 'quote"d', 'b/ b', 'new\nline'].map((name) =>
      name.replace('b/ b', 'b b'),
    );
    writeFileSync(join(folder, 'gone'), 'gone\n');
    writeFileSync(join(folder, 'old name'), 'line\n'.repeat(20));
    git('add', '-A');
    git('commit', '-qm', 'first');
    for (const name of names)
      writeFileSync(join(folder, name), `--- a/trap\n+++ b/trap\ndiff --git a/trap b/trap\n${name}\n`);
    writeFileSync(join(folder, 'binary'), Buffer.from([0, 1, 2, 3]));
    writeFileSync(join(folder, 'empty'), '');
    rmSync(join(folder, 'gone'));
    git('mv', 'old name', 'new name');
    git('add', '-A');
    const found = splitPatch(git('diff', '--cached', '--find-renames', '--no-color', 'HEAD'));
    expect([...found.keys()].sort()).toEqual([...names, 'binary', 'empty', 'gone', 'new name'].sort());
    for (const part of found.values()) expect(part.startsWith('diff --git ')).toBe(true);
  });

  test('takes no line end that is none to git for one, so that nothing is shown as part of another file, or as nothing', () => {
    const lines = ['\r', '\u2028', '\u2029'].map((end) =>
      ['+shown', 'diff --git a/other.txt b/other.txt', '+++ b/other.txt', '@@ -1 +1 @@', '+hidden'].join(end),
    );
    const part = [
      'diff --git a/a.txt b/a.txt',
      '--- a/a.txt',
      '+++ b/a.txt',
      '@@ -1 +1,4 @@',
      ' one',
      ...lines,
      '',
    ].join('\n');
    expect([...splitPatch(part)]).toEqual([['a.txt', part]]);
    const { fileDiff } = itemOf(file('a.txt', 3), part, false);
    expect(fileDiff.hunks).toHaveLength(1);
    expect(fileDiff.additionLines).toHaveLength(4);
  });
});
