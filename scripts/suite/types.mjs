import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runtimeNode } from '../setup/node.mjs';
import { root } from '../setup/places.mjs';
import { run } from '../setup/run.mjs';

/**
 * What the compiler is told of a side.
 * @typedef {{ extends?: string, compilerOptions: Record<string, unknown> & { typeRoots?: string[] }, include: string[] }} Side
 */

/**
 * Checks the types of each side: the root (tools) and each folder with a tsconfig.
 * @returns {Promise<number>} 0 when all are right
 */
export async function checkTypes() {
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'switchyard-types-'));
  try {
    const programs = programsOf(root).map((side, number) => {
      const file = join(folder, `${number}.json`);
      writeFileSync(file, JSON.stringify(side));
      return file;
    });
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    // They are checked beside each other, so that several checkers for each would only do the same work again.
    const how = ['--checkers', '1', '--pretty', String(!process.env.NO_COLOR)];
    const ended = await Promise.all(
      programs.map((file) => run(runtimeNode(), [compiler, '-p', file, ...how], { cwd: root })),
    );
    for (const { output } of ended) process.stdout.write(output);
    return ended.some(({ code }) => code !== 0) ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The sides of a checkout as the programs that are compiled: those with the same options are one, for what they share is checked
 * once then and not for each.
 * @param {string} folder
 * @returns {readonly Side[]}
 */
export function programsOf(folder) {
  const names = readdirSync(folder).filter((name) => name !== 'node_modules');
  const sides = ['.', ...names].filter((name) => existsSync(join(folder, name, 'tsconfig.json')));
  /** @type {Map<string, Side>} */
  const programs = new Map();
  for (const { include, ...options } of sides.map((name) => readSide(join(folder, name)))) {
    const name = JSON.stringify(options);
    const same = programs.get(name)?.include ?? [];
    programs.set(name, { ...options, include: [...new Set([...same, ...include])] });
  }
  return [...programs.values()];
}

/**
 * A side with each path whole, so that it says the same anywhere.
 * @param {string} folder
 * @returns {Side}
 */
function readSide(folder) {
  /** @type {Side} */
  const side = JSON.parse(readFileSync(join(folder, 'tsconfig.json'), 'utf8'));
  const { typeRoots } = side.compilerOptions;
  return {
    ...(side.extends === undefined ? {} : { extends: resolve(folder, side.extends) }),
    compilerOptions: {
      ...side.compilerOptions,
      ...(typeRoots === undefined ? {} : { typeRoots: typeRoots.map((path) => resolve(folder, path)) }),
    },
    include: side.include.map((path) => resolve(folder, path)),
  };
}
