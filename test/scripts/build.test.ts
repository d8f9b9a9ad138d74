import { rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fingerprint, isBuilt, markBuilt } from '../../scripts/setup/build.mjs';
import { temporaryFolder, writeFiles } from './folder';

function builtCheckout(): string {
  const folder = temporaryFolder();
  writeFiles(folder, { 'core/index.ts': 'a', 'renderer/view/list.tsx': 'b', 'package.json': '{}', 'docs/a.md': 'x' });
  markBuilt(folder, fingerprint(folder));
  return folder;
}

it('a checkout that was never built is stale', () => {
  const folder = temporaryFolder();
  writeFiles(folder, { 'core/index.ts': 'a' });
  expect(isBuilt(folder)).toBe(false);
});

it('a build stays fresh while no source changes, whatever happens to the rest', () => {
  const folder = builtCheckout();
  writeFiles(folder, { 'docs/a.md': 'y', 'test/a.test.ts': 'c', 'out/main/main.js': 'd' });
  expect(isBuilt(folder)).toBe(true);
});

it.each([
  ['is written to', (folder: string) => writeFiles(folder, { 'core/index.ts': 'longer' })],
  ['is touched', (folder: string) => utimesSync(join(folder, 'core/index.ts'), 1, 1)],
  ['is added', (folder: string) => writeFiles(folder, { 'core/store/tasks.ts': '' })],
  ['is removed', (folder: string) => rmSync(join(folder, 'renderer/view/list.tsx'))],
])('a build is stale when a source %s', (_, change) => {
  const folder = builtCheckout();
  change(folder);
  expect(isBuilt(folder)).toBe(false);
});

it('an edit while the build runs makes it stale', () => {
  const folder = builtCheckout();
  const atTheStart = fingerprint(folder);
  writeFiles(folder, { 'core/index.ts': 'edited meanwhile' });
  markBuilt(folder, atTheStart);
  expect(isBuilt(folder)).toBe(false);
});
