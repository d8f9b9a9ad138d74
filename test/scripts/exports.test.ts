import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
/** They stand in for modules of a library, which is what imports them. */
const standIns = ['renderer/changes/languages.ts', 'renderer/changes/nothing.ts'];
const product = ['core', 'cli', 'electron', 'preload', 'renderer', 'scripts'];

test('no function and no value is exported that no other file uses', () => {
  const files = [...product, 'test', 'bench'].flatMap((folder) => filesIn(join(root, folder)));
  const texts = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
  const users = new Map<string, string[]>();
  for (const [file, text] of texts)
    for (const name of usedIn(text)) users.set(name, [...(users.get(name) ?? []), file]);
  const unused = files
    .filter((file) => product.includes(relative(root, file).split('/')[0] ?? ''))
    .filter((file) => !standIns.includes(relative(root, file)))
    .flatMap((file) =>
      exportsOf(texts.get(file) ?? '')
        .filter((name) => !users.get(name)?.some((other) => other !== file))
        .map((name) => `${relative(root, file)}: ${name}`),
    );
  expect(unused).toEqual([]);
});

function exportsOf(text: string): string[] {
  const declared = /^export (?:declare )?(?:async )?(?:abstract )?(?:function\*?|const|let|class|enum) ([\w$]+)/gm;
  return [...text.matchAll(declared)].map(([, name]) => name ?? '');
}

/**
 * The names a file uses of others. Comments do not use what they speak of, so a name counts only in an import, or after
 * the name of an imported module.
 */
function usedIn(text: string): ReadonlySet<string> {
  const imported = [
    ...text.matchAll(/^import\s[\s\S]*?from\s/gm),
    ...text.matchAll(/@(?:typedef|type|param|returns)[^\n]*import\([^\n]*/g),
  ];
  // `import * as tasks` and `const { attach } = await import(…)`.
  const taken = /import \* as|import\(/.test(text) ? [...text.matchAll(/\.[\w$]+|\{[^}]*/g)] : [];
  return new Set([...imported, ...taken].flatMap(([piece]) => piece.match(/[\w$]+/g) ?? []));
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return filesIn(path);
    return /(?<!\.d)\.(?:ts|tsx|mts|mjs)$/.test(name) ? [path] : [];
  });
}
