import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Task } from '../../core/contract/task';
import { type Ground, gitDirOf, plainGit } from './chaos-look';

/** What people and other programs act on: the repository, and the newest task's worktree and branch in it. */
export interface Scene extends Ground {
  /** A number that was not there before. */
  readonly next: () => number;
  readonly pick: <T>(items: readonly T[]) => T;
  readonly task: Pick<Task, 'worktree' | 'branch'> | null;
  /** Ends what an act began that lasts for a step: a lock, or a program that holds one. */
  readonly atEnd: (end: () => void) => void;
}

type Act = (scene: Scene) => Promise<unknown>;

/** What is done to a repository beside Switchyard, by name. Git may refuse any of it, as it does to people. */
export const acts: Readonly<Record<string, Act>> = {
  async commit(scene) {
    const file = `mine-${scene.next()}.txt`;
    await write(scene, file, 'mine\n');
    await here(scene, 'add', file);
    return here(scene, 'commit', '-q', '-m', `Add ${file}`, '--', file);
  },
  async 'commit what tasks change'(scene) {
    await write(scene, 'shared.txt', `by hand ${scene.next()}\n`);
    return here(scene, 'commit', '-q', '-m', 'Change what is shared', '--', 'shared.txt');
  },
  amend: (scene) => here(scene, 'commit', '-q', '--amend', '--only', '-m', `Amended ${scene.next()}`),
  /** As programs do that know nothing of checkouts: the branch moves, and nothing else. */
  async 'move the branch beneath'(scene) {
    const branch = (await here(scene, 'symbolic-ref', 'HEAD')).trim();
    const args = ['commit-tree', '-p', 'HEAD', '-m', `Beneath ${scene.next()}`, 'HEAD^{tree}'];
    const oid = (await here(scene, ...args)).trim();
    return here(scene, 'update-ref', '-m', 'beneath', branch, oid);
  },
  switch: (scene) => here(scene, 'switch', '-q', scene.pick(['main', 'feature'])),
  'switch to a new branch': (scene) => here(scene, 'switch', '-q', '-c', `idea-${scene.next()}`),
  detach: (scene) => here(scene, 'switch', '-q', '--detach'),
  rename: (scene) =>
    here(
      scene,
      'branch',
      '-m',
      ...scene.pick([
        ['main', 'trunk'],
        ['trunk', 'main'],
      ] as const),
    ),
  'delete a branch': (scene) => here(scene, 'branch', '-q', '-D', scene.pick(['feature', 'main'])),
  'bring a branch back': (scene) => here(scene, 'branch', '-q', scene.pick(['feature', 'main'])),
  'reset softly': (scene) => here(scene, 'reset', '-q', '--soft', 'HEAD~1'),
  reset: (scene) => here(scene, 'reset', '-q', 'HEAD~1'),
  'reset all': (scene) => here(scene, 'reset', '-q', '--hard', 'HEAD~1'),
  rebase: (scene) => here(scene, 'rebase', '-q', scene.pick(['feature', 'main'])),
  merge: (scene) => here(scene, 'merge', '-q', '--no-edit', scene.pick(['feature', 'main', 'HEAD~1'])),
  'cherry-pick': (scene) => here(scene, 'cherry-pick', scene.pick(['feature', 'main~1'])),
  async 'end what is under way'(scene) {
    for (const verb of ['rebase', 'merge', 'cherry-pick']) await here(scene, verb, '--abort').catch(() => {});
  },
  stash: (scene) => here(scene, 'stash', 'push', '-q', '-u'),
  'take from the stash': (scene) => here(scene, 'stash', 'pop', '-q'),
  gc: (scene) => here(scene, 'gc', '-q', '--prune=now'),
  prune: (scene) => here(scene, 'prune', '--expire=now'),
  'pack refs': (scene) => here(scene, 'pack-refs', '--all', '--prune'),
  'prune worktrees': (scene) => here(scene, 'worktree', 'prune', '--expire=now'),
  'lock a worktree': (scene) => here(scene, 'worktree', 'lock', worktreeOf(scene)),
  'unlock a worktree': (scene) => here(scene, 'worktree', 'unlock', worktreeOf(scene)),
  'move a worktree': (scene) => here(scene, 'worktree', 'move', worktreeOf(scene), movedFolder(scene)),
  'move a worktree away': async (scene) => renameSync(worktreeOf(scene), movedFolder(scene)),
  'remove a worktree': async (scene) => rmSync(worktreeOf(scene), { recursive: true }),
  async 'work in a worktree'(scene) {
    writeFileSync(join(worktreeOf(scene), `hand-${scene.next()}.txt`), 'by hand\n');
  },
  async 'commit in a worktree'(scene) {
    const file = `hand-${scene.next()}.txt`;
    writeFileSync(join(worktreeOf(scene), file), 'by hand\n');
    await plainGit(scene, worktreeOf(scene), 'add', file);
    return plainGit(scene, worktreeOf(scene), 'commit', '-q', '-m', `Add ${file}`);
  },
  'amend in a worktree': (scene) =>
    plainGit(scene, worktreeOf(scene), 'commit', '-q', '--amend', '-m', `Amended ${scene.next()}`),
  'switch in a worktree': (scene) => plainGit(scene, worktreeOf(scene), 'switch', '-q', '--detach'),
  "delete a task's branch": (scene) => here(scene, 'update-ref', '-d', `refs/heads/${scene.task?.branch}`),
  "rename a task's branch": (scene) => here(scene, 'branch', '-m', scene.task?.branch ?? '', `kept-${scene.next()}`),
  async 'commit beside'(scene) {
    const [, beside = ''] = scene.checkouts;
    const file = `beside-${scene.next()}.txt`;
    writeFileSync(join(beside, file), 'beside\n');
    await plainGit(scene, beside, 'add', file);
    return plainGit(scene, beside, 'commit', '-q', '-m', `Add ${file}`, '--', file);
  },
  'edit what tasks change': (scene) => write(scene, 'shared.txt', `edited ${scene.next()}\n`),
  'edit something else': (scene) => write(scene, 'README.md', `# Edited ${scene.next()}\n`),
  'leave a file': (scene) =>
    write(scene, scene.pick(['notes.txt', 'task.txt', 'ignored/note']), `note ${scene.next()}\n`),
  async stage(scene) {
    await write(scene, 'source/app.txt', `staged ${scene.next()}\n`);
    return here(scene, 'add', 'source/app.txt');
  },
  'make a file read-only': async (scene) => chmodSync(join(scene.path, 'shared.txt'), 0o444),
  'remove a file': async (scene) => rmSync(join(scene.path, 'README.md')),
  configure: (scene) =>
    here(
      scene,
      'config',
      ...scene.pick([
        ['core.autocrlf', 'input'],
        ['merge.conflictStyle', 'diff3'],
        ['merge.ff', 'false'],
        ['core.hooksPath', '/nowhere'],
        ['user.name', 'Grace Person'],
        ['core.logAllRefUpdates', 'always'],
        ['gc.packRefs', 'true'],
        ['extensions.worktreeConfig', 'true'],
      ] as const),
    ),
  'a program at work': async (scene) => hold(scene, 'lives'),
  'a program that died': async (scene) => hold(scene, 'is dead'),
};

const here = (scene: Scene, ...args: readonly string[]) => plainGit(scene, scene.path, ...args);

async function write(scene: Scene, file: string, text: string): Promise<void> {
  mkdirSync(dirname(join(scene.path, file)), { recursive: true });
  writeFileSync(join(scene.path, file), text);
}

function worktreeOf({ task }: Scene): string {
  if (!task?.worktree || !existsSync(task.worktree)) throw new Error('No task has a worktree.');
  return task.worktree;
}

function movedFolder(scene: Scene): string {
  return join(scene.path, '..', `moved-${scene.next()}`);
}

/** A lock that somebody has for a while: a program that is at work, or one that died with it. It is gone after the step. */
function hold(scene: Scene, owner: 'lives' | 'is dead'): void {
  const common = join(scene.path, '.git');
  const own =
    scene.task?.worktree && existsSync(scene.task.worktree) ? [join(gitDirOf(scene.task.worktree), 'index')] : [];
  const locked = [
    ...['index', 'HEAD', 'packed-refs', 'refs/heads/main', 'config'].map((name) => join(common, name)),
    ...own,
  ];
  const path = `${scene.pick(locked)}.lock`;
  const held = openSync(path, 'wx');
  if (owner === 'is dead') closeSync(held);
  scene.atEnd(() => {
    if (owner === 'lives') closeSync(held);
    rmSync(path, { force: true });
  });
}
