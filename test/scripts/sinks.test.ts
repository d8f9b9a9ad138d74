import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const renderer = resolve(import.meta.dirname, '../../renderer');

/** Where a browser takes a string for HTML or for code. */
const sink =
  /\b(?:dangerouslySetInnerHTML|innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|DOMParser|setHTMLUnsafe|srcdoc|document\.write|eval)\b|\bnew Function\b/;

test('the window never turns a string into HTML or code (docs/decisions/0008)', () => {
  const found = filesIn(renderer).flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => sink.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return filesIn(path);
    return /\.(?:ts|tsx|mjs|html)$/.test(name) ? [path] : [];
  });
}
