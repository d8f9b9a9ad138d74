import { lstat, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkout, Place } from './checkout';
import { adminFolder, checkoutAt, isVacant, realPath } from './links';
import { readyMark, reattachWorktree } from './worktree';

/** What is at the path of a worktree somebody may have worked in. */
export type Reclaimed =
  | { readonly kind: 'usable'; readonly checkout: Checkout }
  /** There are no files: the folder is gone, or empty. */
  | { readonly kind: 'gone' }
  /** There are files, and they are no whole worktree. Nothing was touched; `reason` says where they are and what to do. */
  | { readonly kind: 'broken'; readonly reason: string };

/**
 * The worktree at a path, as `reattachWorktree` gives it. Its link is written anew when nothing but that is missing, as
 * after an agent's `rm .git`. Changes nothing else, whatever it finds.
 */
export async function reclaimWorktree(place: Place, unresolved: string): Promise<Reclaimed> {
  const whole = await reattachWorktree(place, unresolved);
  if (whole !== null) return { kind: 'usable', checkout: whole };
  const path = await realPath(unresolved);
  if (await isVacant(path)) return { kind: 'gone' };

  const gitDir = await adminFolder(place.checkout.commonDir, path);
  if (gitDir === null || !(await lstat(path)).isDirectory()) {
    const unknown = `${path} holds files, but the repository at ${place.checkout.workTree} knows no worktree there.`;
    return { kind: 'broken', reason: `${unknown} Nothing was touched. Copy what you need from it, then move it away.` };
  }
  if (!(await present(join(gitDir, readyMark)))) {
    const unfinished = `${path} holds files, but git's notes about it in ${gitDir} are not complete.`;
    return {
      kind: 'broken',
      reason: `${unfinished} Nothing was touched. Copy what you need from it, then move it away.`,
    };
  }
  const checkout = await relink(place, { path, gitDir });
  if (checkout !== null) return { kind: 'usable', checkout };
  const link = join(path, '.git');
  return {
    kind: 'broken',
    reason: `${path} holds files, but ${link} no longer leads to ${gitDir}. Nothing was touched. Move ${link} away if you do not need it; its link is then written anew. Or copy what you need, then move the folder away.`,
  };
}

/** Writes the link from the files to git's notes where there is none, and takes it back when it does not hold. */
async function relink(
  place: Place,
  { path, gitDir }: { readonly path: string; readonly gitDir: string },
): Promise<Checkout | null> {
  const link = join(path, '.git');
  if (await present(link)) return null;
  await writeFile(link, `gitdir: ${gitDir}\n`, { flag: 'wx' });
  const checkout = await checkoutAt(place.checkout.commonDir, path);
  if (checkout === null) await rm(link, { force: true });
  return checkout;
}

async function present(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
}
