import { createRouterClient, os } from '@orpc/server';
import { expect, test } from 'vitest';
import type { Caller } from '../../../core/contract/caller';
import { calls } from '../../../core/contract/calls';
import { callScopes, type KeyType, keyTypes, mayCall, mayNotCallWords } from '../../../core/contract/key';
import { withinScope } from '../../../core/server/scope';

const names = Object.entries(calls).flatMap(([noun, verbs]) => Object.keys(verbs).map((verb) => `${noun}.${verb}`));

/** What each type of key may do, said once more by hand: what is not here is an over-grant. */
const everybody = [
  'repositories.list',
  'repositories.branches',
  'tasks.list',
  'tasks.get',
  'sessions.list',
  'sessions.read',
  'sessions.follow',
  'messages.list',
  'agents.list',
  'runtime.status',
];
const looking = [
  'tasks.overlap',
  'contests.compare',
  'checks.follow',
  'checkpoints.list',
  'search.find',
  'trains.list',
  'trains.get',
];
const working = [...everybody, 'tasks.create', 'messages.add'];
const granted: Readonly<Record<KeyType, readonly string[]>> = {
  feature: working,
  bugfix: working,
  test: working,
  docs: working,
  refactor: working,
  review: [
    ...everybody,
    ...looking,
    'reviews.get',
    'reviews.change',
    'reviews.patch',
    'reviews.between',
    'reviews.content',
    'reviews.file',
    'reviews.asked',
    'comments.list',
    'checks.files',
    'checkpoints.diff',
  ],
  observer: [
    ...everybody,
    ...looking,
    'requests.list',
    'requests.waited',
    'processes.list',
    'relay.agents',
    'relay.follow',
    'relay.status',
  ],
};

/** Every call of the contract by its name, each of which only says that it was reached. */
const router = Object.fromEntries(
  Object.entries(calls).map(([noun, verbs]) => [
    noun,
    Object.fromEntries(Object.keys(verbs).map((verb) => [verb, os.$context<Caller>().handler(() => 'reached')])),
  ]),
);

/** Which calls reach what they are for. */
async function reached(context: Caller, guarded: boolean): Promise<string[]> {
  const client = createRouterClient(router, {
    context,
    interceptors: guarded ? [withinScope] : [],
  }) as unknown as Record<string, Record<string, () => Promise<unknown>>>;
  const tried = await Promise.all(
    names.map(async (name) => {
      const [noun = '', verb = ''] = name.split('.');
      const answer = await client[noun]?.[verb]?.().catch((error: { code?: string }) => error.code);
      if (answer !== 'reached' && answer !== 'NOT_ALLOWED') throw new Error(`${name}: ${String(answer)}`);
      return answer === 'reached' ? [name] : [];
    }),
  );
  return tried.flat();
}

test('the table names every call of the contract, and none that is not there', () => {
  expect(Object.keys(callScopes).sort()).toEqual([...names].sort());
});

test.each(keyTypes)('a key of the type %s reaches what it is for and nothing else', async (type) => {
  const context: Caller = { by: 'key:one', key: { name: 'one', type } };
  const allowed = (await reached(context, true)).sort();
  expect(allowed).toEqual([...granted[type]].sort());
  // The control: where nobody looks it reaches everything.
  expect(await reached(context, false)).toEqual(names);
});

test('the person reaches all from the network but what hands out a secret', async () => {
  const all = await reached({ by: 'person' }, true);
  expect(names.filter((name) => !all.includes(name))).toEqual(['keys.create', 'keys.rotate', 'signIns.create']);
});

test('what the table does not name is refused, whatever it is called', () => {
  for (const name of ['constructor', '__proto__', 'toString', 'tasks', 'tasks.', 'tasks.approve.x', 'TASKS.LIST', ''])
    for (const key of [undefined, ...keyTypes.map((type) => ({ name: 'one', type }))])
      expect(mayCall(key === undefined ? {} : { key }, name)).toBe(false);
});

test('who may not make a call is told which keys may, that only the person does, or what to type', () => {
  const key = (type: KeyType) => ({ key: { name: 'kr', type } });
  expect(mayNotCallWords(key('review'), 'requests.list')).toBe(
    'The key kr, of the type review, may not call requests.list. A key of the type observer may, and the person.',
  );
  expect(mayNotCallWords(key('observer'), 'tasks.create')).toContain(
    'A key of the type feature or bugfix or test or docs or refactor may, and the person.',
  );
  expect(mayNotCallWords(key('docs'), 'tasks.approve')).toContain('No key may: the person does that');
  const typed = (call: string) => [mayNotCallWords({}, call), mayNotCallWords(key('docs'), call)];
  for (const [call, command] of [
    ['keys.create', 'key create'],
    ['keys.rotate', 'key rotate'],
    ['signIns.create', 'open'],
  ] as const) {
    const words = `${call} cannot be called over the network: use the command \`${command}\` in a terminal of this machine.`;
    expect(typed(call)).toEqual([words, words]);
  }
});
