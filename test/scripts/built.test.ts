import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const out = resolve(import.meta.dirname, '../../out');

/**
 * What the oldest shell, Electron 25 with Node 18.15, does not have. The build lowers syntax only, and the types are
 * Node 18.19's; these are the calls that neither would refuse, in our code or in a package.
 */
const tooNew = [
  /\bObject\.groupBy\b/,
  /\bMap\.groupBy\b/,
  /\bPromise\.(withResolvers|try)\b/,
  /\bArray\.fromAsync\b/,
  /\bAbortSignal\.any\b/,
  /\.(toSorted|toReversed|toSpliced)\(/,
  /\.(isSubsetOf|isSupersetOf|isDisjointFrom|symmetricDifference)\(/,
  /\.(isWellFormed|toWellFormed)\(/,
  /\bRegExp\.escape\b/,
  /\bIterator\.from\b/,
  /\bimport\.meta\.(dirname|filename)\b/,
  /\bprocess\.(getBuiltinModule|loadEnvFile)\b/,
  /\bnavigator\.hardwareConcurrency\b/,
  /["']node:(sqlite|sea)["']/,
];

/** Packages may look for a newer call and do without it: the text around the use shows that they do. */
const guarded = /typeof [\w.$]*$|\?\.$|in Symbol|if \([\w.$]*$/;

it.skipIf(!existsSync(join(out, 'main')))(
  'the built main process and preload ask for nothing their oldest shell lacks',
  () => {
    const asked = ['main', 'main/chunks', 'preload'].flatMap((folder) => filesOf(join(out, folder)).flatMap(newCalls));
    expect(asked).toEqual([]);
  },
);

it.skipIf(!existsSync(join(out, 'main')))('the build carries every package but native code and the shell', () => {
  const text = ['main', 'main/chunks'].flatMap((folder) => filesOf(join(out, folder)).map(read)).join('\n');
  const required = [...text.matchAll(/\brequire\("([^"./][^"]*)"\)/g)].map(([, name]) => name ?? '');
  const packages = [...new Set(required)].filter((name) => !name.startsWith('node:'));
  const builtin = (name: string) => process.getBuiltinModule(name) !== undefined;
  expect(packages.filter((name) => !builtin(name)).sort()).toEqual(
    ['@lydell/node-pty', 'better-sqlite3', 'electron'].filter((name) => packages.includes(name)),
  );
});

function newCalls(file: string): string[] {
  const text = read(file);
  return tooNew.flatMap((call) =>
    [...text.matchAll(new RegExp(call, 'g'))]
      .filter((match) => !guarded.test(text.slice(Math.max(0, match.index - 40), match.index)))
      .map((match) => `${file}: ${text.slice(Math.max(0, match.index - 40), match.index + 60)}`),
  );
}

function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(folder, name));
}

function read(file: string): string {
  return readFileSync(file, 'utf8');
}
