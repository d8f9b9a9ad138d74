import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { staysInside } from '../../../core/runner/inside';

let root: string;
let worktree: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-inside-')));
  // What stands for a variable elsewhere is a name where a worktree is.
  worktree = join(root, '~a $HOME of 100%');
  mkdirSync(join(worktree, 'src'), { recursive: true });
  writeFileSync(join(worktree, 'src', 'a.ts'), 'a');
  writeFileSync(join(root, 'secret'), 's');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const looks = (path: string, from = worktree) =>
  staysInside({ name: 'Edit', command: null, input: JSON.stringify({ file_path: path }), diff: null }, from);

describe('a file a tool is used on', () => {
  test('is inside when it is, or will be, in the worktree', async () => {
    expect(await looks(join(worktree, 'src', 'a.ts'))).toBe(true);
    expect(await looks('src/new/deep/b.ts')).toBe(true);
    expect(await looks('src/../src/a.ts')).toBe(true);
    expect(await looks('..odd/name')).toBe(true);
  });

  test('is inside by the real path of a worktree that is reached through a link', async () => {
    symlinkSync(worktree, join(root, 'link'));
    expect(await looks(join(root, 'link', 'src', 'a.ts'), join(root, 'link'))).toBe(true);
    expect(await looks(join(worktree, 'src', 'a.ts'), join(root, 'link'))).toBe(true);
  });

  test.each([
    '~/.ssh/config',
    '~root/x',
    ' /etc/x',
    'a ',
    '$HOME/x',
    '%APPDATA%/x',
    '..',
    '../secret',
    'src/../../secret',
    '/etc/passwd',
    '.',
    '',
    '.git',
    '.git/config',
    'src/.GIT/hooks/x',
  ])('is not inside: %j', async (path) => {
    expect(await looks(path)).toBe(false);
  });

  test('is not inside when what follows the worktree stands for something else', async () => {
    expect(await looks(`${worktree}/src/a.ts`)).toBe(true);
    for (const rest of ['$HOME/x', '%APPDATA%/x', '~/x', 'a ']) expect(await looks(`${worktree}/${rest}`)).toBe(false);
  });

  test('is not inside when a link on the way leads out, even to what is not there yet', async () => {
    symlinkSync(root, join(worktree, 'out'));
    symlinkSync(join(root, 'nowhere'), join(worktree, 'dangling'));
    symlinkSync('loop', join(worktree, 'loop'));
    expect(await looks('out/secret')).toBe(false);
    expect(await looks('out/new')).toBe(false);
    expect(await looks('dangling')).toBe(false);
    expect(await looks('loop')).toBe(false);
  });

  test('is not inside when none is named', async () => {
    expect(await staysInside(null, worktree)).toBe(false);
    expect(await staysInside({ name: 'Bash', command: 'ls', input: '{"command":"ls"}', diff: null }, worktree)).toBe(
      false,
    );
  });
});
