import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readBounds } from '../../electron/bounds';
import { temporaryFolder } from '../core/server/door';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const display = { x: 0, y: 0, width: 1920, height: 1080 };
const saved = (text: string) => {
  writeFileSync(join(folder.path, 'bounds.json'), text);
  return readBounds(folder.path, [display]);
};

test('a window opens where it was', () => {
  const bounds = { x: 40, y: 50, width: 700, height: 500, maximized: true };
  expect(saved(JSON.stringify(bounds))).toEqual(bounds);
});

test('a window whose screen is gone opens on one that is there', () => {
  expect(saved(JSON.stringify({ x: 2500, y: 50, width: 700, height: 500 }))).toBeNull();
  expect(saved(JSON.stringify({ x: 1900, y: 50, width: 700, height: 500 }))).toBeNull();
  expect(readBounds(folder.path, [])).toBeNull();
});

test('nonsense counts as nothing remembered', () => {
  expect(readBounds(folder.path, [display])).toBeNull();
  for (const text of [
    '',
    '{',
    'null',
    '[]',
    '{"x":"1"}',
    '{"x":1e99,"y":0,"width":1,"height":1}',
    '{"x":1.5,"y":0,"width":700,"height":500}',
  ]) {
    expect(saved(text)).toBeNull();
  }
});
