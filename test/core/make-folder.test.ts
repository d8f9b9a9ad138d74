import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { assertCanBeFolder, makeFolder } from '../../core/make-folder';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('makes every missing level for its owner alone, and is content with what is there', () => {
  makeFolder(join(folder, 'a/b/c'));
  makeFolder(join(folder, 'a/b/c'));
  for (const name of ['a', 'a/b', 'a/b/c']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o700);
});

it('says what to do where nothing can be made, at once', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => makeFolder(join(folder, 'file/data'))).toThrow(/SWITCHYARD_HOME/);
  if (process.platform === 'linux') expect(() => makeFolder('/proc/nothing/data')).toThrow(/SWITCHYARD_HOME/);
});

it('names the file that stands where a folder would have to be, in words and not in codes', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (const act of [makeFolder, assertCanBeFolder]) {
    expect(() => act(file)).toThrow(`${file} cannot be a folder: it is a file.`);
    expect(() => act(join(file, 'a/b'))).toThrow(`${join(file, 'a/b')} cannot be made: ${file} is a file.`);
    expect(() => act(join(file, 'a'))).not.toThrow(/ENOTDIR/);
  }
  assertCanBeFolder(join(folder, 'not/there/yet'));
  expect(existsSync(join(folder, 'not'))).toBe(false);
});
