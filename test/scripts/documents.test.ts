import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { commands } from '../../cli/commands';
import { help } from '../../cli/help';
import { parseEcho } from '../../core/agents/echo-script';
import { echoHelp } from '../../core/contract/echo';
import { version } from '../../core/version';
import { actions } from '../../renderer/keys/actions';
import { selectStages } from '../../scripts/suite/stages.mjs';
import { temporaryFolder } from '../core/server/door';
import { commandReference } from '../support/command-reference';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const unique = (names: readonly string[]) => [...new Set(names)].sort();

test('docs/echo.md lists exactly the lines the echo agent says it understands, and it understands each', () => {
  const said = unique([...echoHelp.matchAll(/\[([a-z-]+)/g)].map(([, name]) => name ?? ''));
  const shown = [...read('docs/echo.md').matchAll(/^\| `\[([a-z-]+)/gm)].map(([, name]) => name ?? '');
  expect([...shown].sort()).toEqual(said);
  for (const name of said.filter((each) => each !== 'escape' && each !== 'nothing'))
    expect(parseEcho(`[${name}: 1]`)[0]?.do, name).toBe(name.replace(/-once$/, ''));
  expect(parseEcho('[nothing]')).toEqual([]);
  expect(parseEcho('[print: 1]\n[escape]')[0]).toMatchObject({ escapes: true });
});

test('the help of task add tells the same lines', () => {
  for (const line of echoHelp.trim().split('\n'))
    expect(help(['task', 'add'], commands, { program: 'switchyard' })).toContain(line);
});

test('docs/cli.md is what the commands say of themselves: npm run reference writes it anew', () => {
  for (const { words, examples } of commands)
    expect(
      examples.some((example) => example.startsWith(words.join(' '))),
      words.join(' '),
    ).toBe(true);
  expect(read('docs/cli.md')).toBe(commandReference(commands));
});

test('docs/cli.md is written also by a Node that does not run the sources as they are', () => {
  const folder = temporaryFolder('switchyard-reference-');
  const written = join(folder.path, 'cli.md');
  try {
    const main = join(root, 'test', 'support', 'command-reference-main.mjs');
    execFileSync(process.execPath, ['--no-experimental-strip-types', main, written], { cwd: folder.path });
    expect(readFileSync(written, 'utf8')).toBe(read('docs/cli.md'));
  } finally {
    folder.remove();
  }
});

test('docs/cli.md says what the value of each option is called, whole', () => {
  const options = [...read('docs/cli.md').matchAll(/^- `(--.*?)`/gm)].map(([, option = '']) => option);
  for (const option of options)
    expect(option).toMatch(/^--[a-z-]+( (\[[A-Z]+\.\.\])?[^[\]().]+(\[[^\]]+\])?| \[[A-Z]+\])?$/);
  expect(options).toEqual(
    expect.arrayContaining(['--agent NAME[:MODEL]', '--status-port [PORT]', '--option NUMBER_OR_LABEL', '--deny']),
  );
});

test('the map in ARCHITECTURE.md names every file at the top of core/ and every room of it, and nothing that is not there', () => {
  const map = /```\n(core\/ [\s\S]*?)```/.exec(read('ARCHITECTURE.md'))?.[1] ?? '';
  const [inCore = ''] = map.split(/^cli\/ /m);
  const named = unique([...inCore.matchAll(/[a-z-]+(?:\.d)?\.ts\b|\b[a-z]+\/(?=\s)/g)].map(([name]) => name));
  const there = readdirSync(join(root, 'core')).map((name) =>
    statSync(join(root, 'core', name)).isDirectory() ? `${name}/` : name,
  );
  const nested = ['queue.ts', 'agent.ts', 'core/'];
  expect(named.filter((name) => !nested.includes(name))).toEqual(
    unique(there.filter((name) => name !== 'tsconfig.json')),
  );
});

test.skipIf(process.platform === 'win32')('what README.md says puts switchyard on the PATH does', () => {
  const line = /^mkdir -p ~\/\.local\/bin .*$/m.exec(read('README.md'))?.[0] ?? '';
  const home = temporaryFolder('switchyard-path-');
  const env = { HOME: home.path, PATH: `${home.path}/.local/bin:${process.env.PATH}` };
  try {
    execFileSync('sh', ['-c', line], { cwd: root, env });
    expect(execFileSync('switchyard', ['--version'], { cwd: home.path, env, encoding: 'utf8' })).toBe(`${version}\n`);
  } finally {
    home.remove();
  }
});

test('the keys in the first task of README.md are the keys of the window', () => {
  const first = /## The first task\n([\s\S]*?)\n## /.exec(read('README.md'))?.[1] ?? '';
  const shown = unique(
    [...first.matchAll(/`([^`\s]{1,2})`/g)].map(([, key]) => key ?? '').filter((key) => key !== '↵'),
  );
  const ids = [
    'new-task',
    'allow',
    'deny',
    'reply',
    'next-hunk',
    'previous-hunk',
    'comment',
    'take-over',
    'hand-back',
    'help',
  ] as const;
  const meant = ids.flatMap((id) => actions[id].keys);
  expect(shown).toEqual(unique(meant));
});

test('the map names every folder of the checkout that git keeps', () => {
  const kept = execFileSync('git', ['ls-tree', '-d', '--name-only', 'HEAD'], { cwd: root, encoding: 'utf8' });
  const folders = kept.split('\n').filter((name) => name !== '' && !name.startsWith('.'));
  for (const folder of folders) expect(read('ARCHITECTURE.md')).toMatch(new RegExp(`^${folder}/ `, 'm'));
});

test('every npm command that the documents name is there', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = ['README.md', 'CONTRIBUTING.md', 'docs/echo.md'].flatMap((document) =>
    [...read(document).matchAll(/npm (?:--prefix \S+ )?run (?:-s )?([a-z]+)/g)].map(([, name]) => name ?? ''),
  );
  expect(unique(named).filter((name) => scripts[name] === undefined)).toEqual([]);
  const stage = [...read('CONTRIBUTING.md').matchAll(/`npm test -- ([a-z ]+?)(?: test\/\S+)?`/g)];
  for (const [, names = ''] of stage) expect(selectStages(names.split(' '))).not.toHaveProperty('usage');
});

test('every file and folder that the documents name is there', () => {
  const documents = [
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    ...readdirSync(join(root, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
    ...readdirSync(join(root, 'docs/decisions')).map((name) => `docs/decisions/${name}`),
  ];
  const missing = documents.flatMap((document) => {
    const paths = [
      ...read(document).matchAll(
        /`((?:core|cli|electron|preload|renderer|scripts|test|bench|docs)\/[\w./-]*)`|\]\(([\w./-]+)\)/g,
      ),
    ].map(([, code, link]) => code ?? link ?? '');
    return paths
      .filter((path) => !exists(path) && !exists(join(document, '..', path)))
      .map((path) => `${document}: ${path}`);
  });
  expect(missing).toEqual([]);
});

function exists(path: string): boolean {
  return statSync(join(root, path), { throwIfNoEntry: false }) !== undefined;
}
