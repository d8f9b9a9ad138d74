import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tokens } from '../../renderer/changes/look';

const sheet = readFileSync(join(import.meta.dirname, '../../renderer/theme/tokens.css'), 'utf8');

/** Where code stands in a diff: a line as it was and is, one that was added or removed, and the words that were. */
const grounds = ['--panel', '--added-soft', '--added-strong', '--removed-soft', '--removed-strong'];

test.each(['light', 'dark'])('code is told from every ground of a diff in the %s theme, by WCAG 2.2 AA', (theme) => {
  const variables = variablesOf(theme);
  const colourOf = (name: string): string => {
    const value = variables.get(name) ?? '';
    const inner = /^var\((--[\w-]+)\)$/.exec(value)?.[1];
    return inner === undefined ? value : colourOf(inner);
  };
  const names = [...new Set(Object.values(tokens).map((value) => value.slice('var('.length, -1)))];
  expect(names.length).toBeGreaterThan(5);
  const faint = names.flatMap((name) =>
    grounds
      .filter((ground) => contrast(colourOf(name), colourOf(ground)) < 4.5)
      .map((ground) => `${name} on ${ground}: ${contrast(colourOf(name), colourOf(ground)).toFixed(2)}`),
  );
  expect(faint).toEqual([]);
});

/** What the sheet sets at its root, in the order in which it is set, as a theme has it. */
function variablesOf(theme: string): ReadonlyMap<string, string> {
  const blocks = [...sheet.matchAll(/([^{}]*)\{([^{}]*)\}/g)].filter(([, selector = '']) => {
    const themes = [...selector.matchAll(/data-theme="(\w+)"/g)].map(([, name]) => name);
    return themes.length === 0 || themes.includes(theme);
  });
  const pairs = blocks.flatMap(([, , body = '']) => [...body.matchAll(/(--[\w-]+):\s*([^;]+);/g)]);
  return new Map(pairs.map(([, name = '', value = '']) => [name, value.trim()]));
}

/** The contrast ratio of two colours, `#rrggbb` (WCAG 2.2, relative luminance). */
function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  expect(colour).toMatch(/^#[0-9a-f]{6}$/);
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
