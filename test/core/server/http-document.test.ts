import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { type CallName, callScopes, keyTypes, mayCall } from '../../../core/contract/key';

const root = resolve(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const document = read('docs/http.md');

test('docs/http.md says of every path of the server how it is asked, and of none that is not there', () => {
  const said = [...document.matchAll(/^\| `(?:GET|POST|WebSocket) ([^`]+)`/gm)].map(([, path]) => path ?? '');
  const files = readdirSync(join(root, 'core/server')).map((name) => `core/server/${name}`);
  const texts = [...files, 'core/serving-report.ts', 'core/relay-upgrades.ts'].map(read).join('\n');
  const there = [
    ...[...texts.matchAll(/\.(?:get|post)\(\s*'(\/[^'*]*)\*?'/g)].map(([, path]) => path),
    ...[...texts.matchAll(/^ {4}'(\/[^']*)': \{/gm)].map(([, path]) => path),
    ...[...texts.matchAll(/\[\s*'(\/rpc)', calls/g)].map(([, path]) => path),
    ...[...texts.matchAll(/\['(\/\w+)', '(\/\w+)'\]/g)].flatMap(([, one, other]) => [one, other]),
  ];
  expect([...new Set(said)].sort()).toEqual([...new Set(there)].sort());
});

test('docs/http.md says what each type of key may call, as the one table has it', () => {
  const said = (begins: string) => {
    const line = new RegExp(`^- ${begins}[^:]*: ((?:\`[\\w.]+\`(?:, )?)+)\\.`, 'm').exec(document)?.[1] ?? '';
    return [...line.matchAll(/`([\w.]+)`/g)].map(([, name]) => name ?? '').sort();
  };
  const names = Object.keys(callScopes) as CallName[];
  const may = (type: (typeof keyTypes)[number]) =>
    names.filter((name) => mayCall({ key: { name: 'one', type } }, name));
  const every = names.filter((name) => keyTypes.every((type) => may(type).includes(name)));
  const besides = (type: (typeof keyTypes)[number]) =>
    may(type)
      .filter((name) => !every.includes(name))
      .sort();
  expect(said('Every key')).toEqual([...every].sort());
  for (const type of ['feature', 'bugfix', 'test', 'docs', 'refactor'] as const)
    expect([type, said('Keys of the types `feature`')]).toEqual([type, besides(type)]);
  expect(said('Keys of the type `review`')).toEqual(besides('review'));
  expect(said('Keys of the type `observer`')).toEqual(besides('observer'));
  expect(said('Over the network')).toEqual(names.filter((name) => !mayCall({}, name)).sort());
});
