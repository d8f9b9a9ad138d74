import { join } from 'node:path';
import { runtimeNode } from '../setup/node.mjs';
import { root } from '../setup/places.mjs';
import { handOver } from '../setup/run.mjs';

/**
 * Checks format and lint rules; a warning counts.
 * @returns {Promise<number>} 0 when all is right
 */
export function checkLint() {
  const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  return handOver(runtimeNode(), [biome, 'check', '--error-on-warnings'], { cwd: root });
}
