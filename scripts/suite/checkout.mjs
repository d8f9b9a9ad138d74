import { root } from '../setup/places.mjs';
import { run } from '../setup/run.mjs';

/**
 * What git sees changed or new in the checkout. Tests may not add to it; build output and reports are ignored by git.
 * @param {string} [folder]
 * @returns {Promise<string[]>}
 */
export async function changesIn(folder = root) {
  const { code, output } = await run('git', ['status', '--porcelain', '--untracked-files=all'], { cwd: folder });
  return code === 0 ? output.split('\n').filter(Boolean) : [];
}
