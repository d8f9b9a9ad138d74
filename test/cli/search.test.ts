import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTerminal } from './terminal';

let terminal: Awaited<ReturnType<typeof openTerminal>>;
beforeAll(async () => {
  terminal = await openTerminal();
  await terminal.start();
});
afterAll(() => terminal.close());

const type = (...words: string[]) => terminal.type(words);
const add = (title: string, prompt: string) =>
  type(
    ...['task', 'add', '--repository', 'my repository', '--agent', 'echo', '--trust', '--wait', '--json'],
    ...['--title', title, '--prompt', prompt],
  );

/** Searches until the index, which follows what is written within a second, has it. */
async function finds(...words: string[]) {
  for (;;) {
    const answer = await type('search', ...words, '--json');
    if (answer.json.found.length > 0 || answer.code !== 0) return answer.json;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('words are found in tasks and conversations, with what narrows them, as text without control characters', async () => {
  const { json: task } = await add('Count kingfishers', 'Look\n[say: the \u001b[31malbatross waits]\n[nothing]');
  expect(await finds('albatross', 'waits')).toMatchObject({
    found: [{ task: task.id, title: 'Count kingfishers', state: 'done', kind: expect.any(String) }],
  });
  const shown = await type('search', 'kingfish');
  expect(shown.out).toContain(`#${task.id} Count kingfishers`);
  expect(shown.out).toContain('[kingfishers]');
  expect((await type('search', 'albatross')).out).not.toContain('\u001b');
  expect((await type('search', 'kingfishers', '--state', 'failed')).out).toBe('Nothing has kingfishers.\n');
  expect((await type('search', 'kingfishers', '--agent', 'echo', '--repository', 'my repository')).out).toContain(
    'Count',
  );
  expect((await type('search', '"', '--json')).json.found).toEqual([]);
  expect((await type('search', 'x', '--limit', '0')).code).toBe(2);
  expect((await type('search', ' ')).err).toContain('search needs words to look for.');
});

test('a search that shows only the best of one task does not offer a larger limit', async () => {
  await add(
    'Count pipits',
    Array.from({ length: 8 }, (_, at) => `[say: pipit ${at}]\n[write: ${at}.txt | x]`).join('\n'),
  );
  await expect
    .poll(async () => (await type('search', 'pipit', '--json')).json.found.length, { timeout: 10_000 })
    .toBeGreaterThanOrEqual(5);
  expect((await type('search', 'pipit', '--limit', '200')).out).toMatch(
    /There is more, of one task the best 5 are shown: add a word\.\n$/,
  );
  expect((await type('search', 'pipit', '--limit', '2')).out).toMatch(/There is more: add a word, or --limit 200\.\n$/);
});

test('what is said to a busy agent is listed, changed and taken back', async () => {
  const { json: task } = await add('Ask first', '[ask: Which? | a | b]');
  const id = String(task.id);
  const said = await type('task', 'say', id, '--text', 'Mind the tests', '--json');
  expect(said.json).toMatchObject({ task: task.id, text: 'Mind the tests', state: 'queued' });
  const message = String(said.json.id);
  expect((await type('message', 'edit', message, '--text', 'Mind the slow tests')).out).toBe(
    `Changed message ${message}.\n`,
  );
  expect((await type('task', 'messages', id)).out).toContain('Mind the slow tests');
  expect((await type('message', 'remove', message)).code).toBe(0);
  expect((await type('task', 'messages', id)).out).toBe('Nothing waits for its agent.\n');
  const late = await type('message', 'edit', message, '--text', 'x', '--json');
  expect(late.json.error).toMatchObject({ code: 'WRONG_STATE', message: expect.stringContaining('taken back') });
  expect((await type('task', 'say', id, '--text', ' ')).code).toBe(2);
});
