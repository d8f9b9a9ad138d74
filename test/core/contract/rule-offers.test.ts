import { describe, expect, test } from 'vitest';
import type { RequestTool } from '../../../core/contract/request';
import type { RuleMatch } from '../../../core/contract/rule';
import { type Asked, covers, isSameOffer, namedPaths, ruleOffers } from '../../../core/contract/rule-offers';

function asks(name: string, input: Record<string, unknown>, more: Partial<RequestTool> = {}): Asked {
  const command = typeof input.command === 'string' ? input.command : null;
  return { kind: 'permission', tool: { name, command, input: JSON.stringify(input, null, 2), diff: null, ...more } };
}
const bash = (command: string, beside: Record<string, unknown> = {}): Asked => asks('Bash', { command, ...beside });

function ruleOf(asked: Asked): RuleMatch {
  const [offer] = ruleOffers(asked);
  if (offer === undefined) throw new Error('No rule is offered.');
  return offer.match;
}
const isCovered = (by: Asked, asked: Asked, inside = false): boolean => covers(ruleOf(by), asked, inside);

describe('a rule about how a command begins', () => {
  const rule = bash('npm test -- --run a', { description: 'Run the tests', timeout: 1000 });

  test('covers the same with other arguments, remarks and time', () => {
    expect(isCovered(rule, bash('npm test'))).toBe(true);
    expect(isCovered(rule, bash('npm test -- --run b', { description: 'Again', timeout: 9 }))).toBe(true);
  });

  test.each(['npm tests', 'npm', 'npm run test', 'npm test; id', 'npm test $(id)', 'xnpm test', 'npm test | tee x'])(
    'does not cover %s',
    (command) => {
      expect(isCovered(rule, bash(command))).toBe(false);
    },
  );

  test('does not cover the same words sent to another tool, or with something else beside them', () => {
    expect(isCovered(rule, asks('ssh', { command: 'npm test' }))).toBe(false);
    expect(isCovered(rule, bash('npm test', { dangerouslyDisableSandbox: true }))).toBe(false);
    expect(isCovered(rule, bash('npm test', { cwd: '/' }))).toBe(false);
  });

  test('does not cover a command that is shown but is not what is sent', () => {
    const [asked] = [asks('Bash', { command: 'rm -rf /' }, { command: 'npm test' })];
    expect(isCovered(rule, asked)).toBe(false);
    expect(ruleOffers(asked)).toEqual([]);
  });
});

test('a command with a shell in it is offered letter for letter and covers nothing else', () => {
  const piped = bash('npm test 2>&1 | tail -20');
  expect(ruleOf(piped)).toMatchObject({ by: 'command' });
  expect(isCovered(piped, piped)).toBe(true);
  expect(isCovered(piped, bash('npm test 2>&1 | tail -21'))).toBe(false);
});

test('a tool that works on files is covered on files of the worktree and by no command', () => {
  const edit = asks('Edit', { file_path: '/w/a.txt', old_string: 'a', new_string: 'b' }, { diff: '--- a' });
  expect(ruleOf(edit)).toEqual({ by: 'files', tool: 'Edit' });
  expect(isCovered(edit, asks('Edit', { file_path: '/w/b.txt' }, { diff: '--- b' }), true)).toBe(true);
  expect(isCovered(edit, asks('Edit', { file_path: '/etc/passwd' }, { diff: '--- b' }), false)).toBe(false);
  expect(isCovered(edit, asks('Edit', { command: 'id' }), true)).toBe(false);
  expect(isCovered(edit, asks('Write', { file_path: '/w/b.txt' }), true)).toBe(false);
});

test('a tool without files and commands is covered by its name, and not once it brings one', () => {
  const fetch = asks('WebFetch', { url: 'https://example.test' });
  expect(isCovered(fetch, asks('WebFetch', { url: 'https://other.test' }))).toBe(true);
  expect(isCovered(fetch, asks('WebFetch', { path: '/etc/passwd' }))).toBe(false);
  expect(isCovered(fetch, asks('WebFetch', { command: 'id' }))).toBe(false);
  expect(isCovered(fetch, asks('WebFetch', {}, { diff: '--- a' }))).toBe(false);
});

test.each<[string, Asked]>([
  ['a question', { ...bash('npm test'), kind: 'clarification' }],
  ['a plan', { ...bash('npm test'), kind: 'plan' }],
  ['the start of a task', { kind: 'start', tool: null }],
  [
    'an input that was too long to be kept',
    { kind: 'permission', tool: { name: 'Bash', command: 'npm test', input: '{"comm', diff: null } },
  ],
  ['a change that names no file', asks('Patch', { text: 'x' }, { diff: '--- a' })],
  ['a tool that is known by a sentence only', asks('Run the deploy script', { id: 1 })],
  ['a call that sends nothing along', asks('deploy', {}, { input: '' })],
  ['a command nobody would read', bash(`echo ${'x'.repeat(3000)}`)],
])('no rule is offered for %s', (_name, asked) => {
  expect(ruleOffers(asked)).toEqual([]);
});

test('a tool that names files by other words is held to the worktree by all of them', () => {
  const move = asks('mcp__files__move', { source: 'src/a.ts', destination: 'src/b.ts' });
  expect(ruleOf(move)).toEqual({ by: 'files', tool: 'mcp__files__move' });
  expect(namedPaths(asks('x', { paths: ['/a', '/b'], options: { target: '~/c' } }).tool as RequestTool)).toEqual([
    ...['/a', '/b', '~/c'],
  ]);
  const edit = { file_path: 'a.ts', old_string: '/etc/passwd', new_string: 'b/c' };
  expect(namedPaths(asks('Edit', edit).tool as RequestTool)).toEqual(['a.ts']);
});

test('an offer is the same whatever the order of its parts', () => {
  const [one] = ruleOffers(bash('npm test'));
  if (one === undefined) throw new Error('No rule is offered.');
  const turned = JSON.parse(
    JSON.stringify({ match: Object.fromEntries(Object.entries(one.match).reverse()), scope: one.scope }),
  );
  expect(isSameOffer(one, turned)).toBe(true);
  expect(isSameOffer(one, { ...turned, scope: 'repository' })).toBe(false);
  expect(isSameOffer(one, { ...turned, match: { ...turned.match, words: ['npm'] } })).toBe(false);
});
