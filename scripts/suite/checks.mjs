import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runtimeNode } from '../setup/node.mjs';
import { root } from '../setup/places.mjs';
import { handOver, run } from '../setup/run.mjs';

/**
 * Every side of the code that is compiled for itself: the root (tools) and each folder with a tsconfig.
 * @param {string} folder the checkout
 */
function sides(folder) {
  const hasConfig = (/** @type {string} */ name) => existsSync(join(folder, name, 'tsconfig.json'));
  return ['.', ...readdirSync(folder).filter((name) => name !== 'node_modules' && hasConfig(name))];
}

/**
 * Checks the types of each side.
 * @returns {Promise<number>} 0 when all are right
 */
export async function checkTypes() {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  // The sides are checked beside each other, so that several checkers for each would only do the same work again.
  const how = ['--checkers', '1', '--pretty', String(!process.env.NO_COLOR)];
  const ended = await Promise.all(
    sides(root).map((side) => run(runtimeNode(), [compiler, '-p', side, ...how], { cwd: root })),
  );
  for (const { output } of ended) process.stdout.write(output);
  return ended.some(({ code }) => code !== 0) ? 1 : 0;
}

/**
 * Checks format and lint rules; a warning counts.
 * @returns {Promise<number>} 0 when all is right
 */
export function checkLint() {
  const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  return handOver(runtimeNode(), [biome, 'check', '--error-on-warnings'], { cwd: root });
}
