import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Who may import what: the file, what it may import, what it may not. */
const rules: { file: string; allowed: string[]; forbidden: string[] }[] = [
  {
    file: 'core/contract/task.ts',
    allowed: ['zod', '@orpc/contract', './state'],
    forbidden: ['node:fs', '../store/tasks', '../config', '@orpc/server', 'electron', 'react', 'better-sqlite3'],
  },
  {
    file: 'core/contract/calls/tasks.ts',
    allowed: ['zod', '@orpc/contract', './refs', '../task'],
    forbidden: ['node:fs', '../../store/tasks', '../../config', '@orpc/server', 'electron', 'react'],
  },
  {
    file: 'core/store/tasks.ts',
    allowed: [
      'better-sqlite3',
      '../contract/task',
      './database',
      './migrations/0001-create.sql?raw',
      'node:fs',
      'node:fs/promises',
    ],
    forbidden: [
      '../git/merge',
      '../runner/run',
      '../agents/echo',
      '../sources/queue',
      '../commands/tasks',
      '../config',
      'electron',
      'react',
    ],
  },
  {
    file: 'core/git/merge.ts',
    allowed: ['../contract/review', './git', '../starter/process', 'node:child_process'],
    forbidden: [
      '../store/tasks',
      '../agents/echo',
      '../runner/run',
      '../config',
      'better-sqlite3',
      'electron',
      'simple-git',
    ],
  },
  {
    file: 'core/starter/process.ts',
    allowed: ['../contract/errors', './messages', 'node:child_process'],
    forbidden: ['../git/git', '../host/start', '../agents/child', '../runner/run', '../config', 'electron'],
  },
  {
    file: 'core/agents/acp.ts',
    allowed: ['../contract/session', './agent', '@agentclientprotocol/sdk', 'zod', 'node:child_process'],
    forbidden: ['../store/tasks', '../git/merge', '../runner/run', 'better-sqlite3', 'electron', '@orpc/server'],
  },
  {
    file: 'core/forge/github.ts',
    allowed: ['../contract/remote', './place', '../starter/process', '@octokit/core', 'zod', 'node:http'],
    forbidden: ['../git/push', '../store/tasks', '../runner/run', '../config', 'better-sqlite3', 'electron'],
  },
  {
    file: 'core/host/serve.ts',
    allowed: ['./children', 'zod', 'node:net'],
    forbidden: ['../contract/task', '../store/tasks', '../agents/echo', '../config', '@lydell/node-pty', 'electron'],
  },
  {
    file: 'core/host/pty.ts',
    allowed: ['./protocol', '@lydell/node-pty', 'node:tty'],
    forbidden: ['../contract/task', '../runner/run', 'electron'],
  },
  {
    file: 'core/sources/http.ts',
    allowed: ['../contract/task', './source', 'node:http'],
    forbidden: ['../store/tasks', '../git/merge', 'better-sqlite3', 'electron'],
  },
  {
    file: 'core/sources/queue.ts',
    allowed: ['../contract/task', '../store/tasks', './source'],
    forbidden: ['../git/merge', '../runner/run', 'better-sqlite3', 'electron'],
  },
  {
    file: 'core/runner/run.ts',
    allowed: [
      '../contract/task',
      '../store/tasks',
      '../sources/queue',
      '../agents/agent',
      '../git/merge',
      '../host/hosts',
      './recover',
    ],
    forbidden: ['../commands/tasks', '../server/server', '../config', '../index', 'better-sqlite3', 'electron'],
  },
  {
    file: 'core/commands/tasks.ts',
    allowed: ['../contract/task', '../store/tasks', '../git/merge', '../runner/run', '@orpc/server', './repositories'],
    forbidden: ['../agents/echo', '../sources/queue', '../server/server', 'better-sqlite3', 'electron'],
  },
  {
    file: 'core/relay/hub.ts',
    allowed: ['../contract/events', './subjects', 'ws', 'node:http', '@nats-io/jetstream', '@nats-io/transport-node'],
    forbidden: ['../store/tasks', '../git/merge', '../commands/tasks', 'better-sqlite3', 'electron'],
  },
  {
    file: 'core/server/server.ts',
    allowed: ['../contract/calls', '@orpc/server/node', 'node:http', './health'],
    forbidden: ['../store/tasks', '../commands/tasks', 'electron', 'react'],
  },
  {
    file: 'core/index.ts',
    allowed: [
      './store/database',
      './runner/run',
      './commands/tasks',
      './server/server',
      './config',
      '@orpc/server',
      'node:path',
    ],
    forbidden: ['electron', 'react', 'better-sqlite3', '../electron/main', '../cli/main'],
  },
  {
    file: 'cli/main.ts',
    allowed: [
      '../core/index',
      '../core/config',
      '../core/contract/task',
      './print',
      'node:util',
      '@orpc/client',
      'fast-string-width',
    ],
    forbidden: [
      '../core/store/tasks',
      '../core/runner/run',
      '../electron/main',
      '../renderer/main',
      'electron',
      'react',
      'better-sqlite3',
    ],
  },
  {
    file: 'electron/main.ts',
    allowed: [
      'electron',
      '../core/index',
      '../core/contract/calls',
      './windows',
      'node:path',
      '@orpc/server/message-port',
    ],
    forbidden: [
      '../core/store/tasks',
      '../core/git/merge',
      '../cli/main',
      '../renderer/main',
      'react',
      'better-sqlite3',
    ],
  },
  {
    file: 'preload/index.ts',
    allowed: ['electron', '../core/contract/bridge'],
    forbidden: ['../core/index', '../core/store/tasks', '../electron/main', 'node:fs', 'react', '@orpc/server'],
  },
  {
    file: 'renderer/tasks/list.tsx',
    allowed: ['react', '../../core/contract/task', '../client', './row', '@orpc/client', 'radix-ui'],
    forbidden: [
      '../../core/index',
      '../../core/store/tasks',
      '../../electron/main',
      '../../preload/index',
      'electron',
      'node:fs',
      'better-sqlite3',
      '@orpc/server',
    ],
  },
  {
    file: 'scripts/setup/install.mjs',
    allowed: ['node:fs', './places.mjs'],
    forbidden: ['vite', '../../core/config'],
  },
];

/** Rules other than imports: the file, its one line, the rule it breaks. */
const lines: { file: string; text: string; broken?: string }[] = [
  { file: 'core/store/b.ts', text: "export type { X } from '../git/a';", broken: 'noRestrictedImports' },
  { file: 'core/store/c.ts', text: "export const merge = () => import('../git/a');", broken: 'noRestrictedImports' },
  ...['core/config.ts', 'electron/a.ts', 'cli/a.ts', 'scripts/a.mjs', 'test/a.test.ts', 'bench/a.ts'].map((file) => ({
    file,
    text: 'export const home = process.env.HOME;',
  })),
  ...['core/store/d.ts', 'core/a.ts', 'core/runner/a.ts', 'renderer/a.tsx', 'preload/a.ts'].map((file) => ({
    file,
    text: 'export const home = process.env.HOME;',
    broken: 'noProcessEnv',
  })),
  { file: 'core/git/a.ts', text: 'export const x: any = 1;', broken: 'noExplicitAny' },
];

let folder: string;
/** What biome found, as "file:line rule". */
let found: string[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lint-'));
  copyFileSync(join(root, 'biome.json'), join(folder, 'biome.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const { file, allowed, forbidden } of rules) {
    const imports = [...allowed, ...forbidden].map((path, at) => `import { x${at} } from '${path}';\nx${at}();\n`);
    write(file, imports.join(''));
  }
  for (const { file, text } of lines) write(file, `${text}\n`);
  found = lint();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(rules)('$file', ({ file, allowed, forbidden }) => {
  const lineOf = (path: string) => 1 + 2 * [...allowed, ...forbidden].indexOf(path);
  it.each(allowed)('may import %s', (path) => {
    expect(found).not.toContain(`${file}:${lineOf(path)} noRestrictedImports`);
  });
  it.each(forbidden)('may not import %s', (path) => {
    expect(found).toContain(`${file}:${lineOf(path)} noRestrictedImports`);
  });
});

describe.each(lines)('$file: $text', ({ file, broken }) => {
  it(broken ? `breaks ${broken}` : 'is fine', () => {
    const here = found.filter((one) => one.startsWith(`${file}:`));
    expect(here).toEqual(broken ? [`${file}:1 ${broken}`] : []);
  });
});

function write(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

function lint(): string[] {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const { stdout } = spawnSync(process.execPath, [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '.'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const report: { diagnostics: { category: string; location: { path: string; start: { line: number } } }[] } =
    JSON.parse(stdout);
  return report.diagnostics.map(
    ({ category, location }) => `${location.path}:${location.start.line} ${category.split('/').at(-1)}`,
  );
}
