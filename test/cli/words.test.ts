import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../../core/client';
import { openTerminal } from './terminal';

let terminal: Awaited<ReturnType<typeof openTerminal>>;
beforeAll(async () => {
  terminal = await openTerminal();
  await terminal.start();
});
afterAll(() => terminal.close());

const type = (...words: string[]) => terminal.type(words);
const add = (...more: string[]) =>
  type('task', 'add', '--repository', 'my repository', '--trust', '--agent', 'echo', '--title', 't', ...more);

test('what is called the wrong way is told what fits, and changes nothing', async () => {
  expect(await type('task', 'land', '21', '#21')).toMatchObject({
    code: 2,
    err: 'Task 21 is named twice. Name each task once.\n',
  });
  const when = 'says when a task starts that comes after another one. Name that: --after TASK.';
  expect(await add('--prompt', 'p', '--when', 'review')).toMatchObject({ code: 2, err: `--when review ${when}\n` });
  expect((await type('task', 'edit', '1', '--when', 'landed', '--title', 'x')).err).toContain(when);
  const asked = (await add('--prompt', '[ask: Which? | red | green]', '--wait', '--json')).json;
  const [request] = asked.requests;
  const refused = await type('answer', `${request.id}`, '--allow');
  expect(refused).toMatchObject({
    code: 2,
    err: `Request ${request.id} (clarification) is not allowed or denied, but answered: answer ${request.id} --option NUMBER_OR_LABEL, or answer ${request.id} --text "…". Its options: 1 red, 2 green.\n`,
  });
  expect((await type('task', 'edit', `${asked.id}`, '--after', '77')).err).toBe(
    'There is no task 77 to come after. Nothing was queued or changed.\n',
  );
  await type('task', 'cancel', `${asked.id}`);
});

test('a budget is taken off by saying none, or null', async () => {
  for (const none of ['null', 'none']) {
    await type('settings', 'set', 'dayBudget', '{"usd": 20}');
    const { code, json } = await type('settings', 'set', 'dayBudget', none, '--json');
    expect({ code, json }).toEqual({ code: 0, json: { usd: null, tokens: null, minutes: null } });
  }
});

test('a change that stands where it is to stand is said to, a merge that is not finished is seen, and a done task is said to be done', async () => {
  const { id, worktree } = (await add('--prompt', '[write: b.txt | b]', '--wait', '--json')).json;
  const stays = await type('task', 'restack', `${id}`);
  expect(stays).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Nothing to do: task \d+ stands on no other change/),
  });
  terminal.git('commit', '-q', '--allow-empty', '-m', 'more');
  const inIt = (...args: string[]) => execFileSync('git', ['-C', worktree, ...args], { env: terminal.environment });
  expect((await type('worktree', 'show', `${id}`)).out).not.toContain('under way');
  inIt('merge', '-q', '--no-commit', 'main');
  const shown = await type('worktree', 'show', `${id}`);
  expect(shown.out).toMatch(/under way +a merge that is not finished\n/);
  inIt('merge', '--abort');
  writeFileSync(join(worktree, 'left.txt'), 'left\n');
  expect((await type('task', 'discard', `${id}`)).err).toBe(
    `! 1 file in its worktree has edits in no commit: left.txt. They are kept with it, and come back with: switchyard task restore ${id}\n`,
  );
  const approved = await type('task', 'approve', `${id}`, '--head', 'abcdef1');
  expect(approved.err).toMatch(/^Task \d+ is done \(discarded\) and cannot be approved/);
});

test('approving what is merged already says as what, and succeeds; only what did not happen so is refused', async () => {
  const made = async (name: string) =>
    `${(await add('--prompt', `[write: ${name} | ${name}]`, '--wait', '--json')).json.id}`;
  const first = await made('again.txt');
  const { head } = JSON.parse((await type('task', 'diff', first, '--json')).out);
  expect((await type('task', 'approve', first)).code).toBe(0);
  const oid = terminal.git('rev-parse', 'main').trim();
  const already = `Task ${first} is merged already, as ${oid.slice(0, 10)} into main.\n`;
  for (const more of [[], ['--head', head.slice(0, 12)], ['--strategy', 'ff'], ['--stack']]) {
    const { code, out } = await type('task', 'approve', first, ...more);
    expect({ code, said: out.slice(0, already.length) }).toEqual({ code: 0, said: already });
  }
  expect(terminal.git('rev-parse', 'main').trim()).toBe(oid);
  const again = `Task ${first} is merged already and cannot be approved again`;
  for (const [more, why] of [
    [['--head', 'abcdef1'], `what landed is ${head.slice(0, 10)}, and not abcdef1`],
    [['--strategy', 'squash'], 'it was merged by ff, and not by squash'],
  ] as const)
    expect(await type('task', 'approve', first, ...more)).toMatchObject({ code: 1, err: `${again}: ${why}.\n` });

  const [second, third] = [await made('second.txt'), await made('third.txt')];
  expect((await type('task', 'land', second, third, '--wait')).code).toBe(0);
  const landed = await type('task', 'land', third, second, '--wait');
  expect(landed).toMatchObject({ code: 0, out: expect.stringMatching(/^These have landed already\.\nTrain 1: /) });
  expect((await type('task', 'land', second, '--wait')).err).toContain(`Task ${second} is merged already`);
});

test('a change that came to review right after it was looked at is not merged as another commit than was named', async () => {
  const { id } = (await add('--prompt', '[write: late.txt | late]', '--wait', '--json')).json;
  // Of its state a moment ago, and of its head now.
  const through = (client: Client) => {
    const get: Client['tasks']['get'] = async (...asked) => ({
      ...(await client.tasks.get(...asked)),
      state: 'running',
    });
    const tasks = new Proxy(client.tasks, { get: (from, name) => (name === 'get' ? get : Reflect.get(from, name)) });
    return new Proxy(client, { get: (from, name) => (name === 'tasks' ? tasks : Reflect.get(from, name)) });
  };
  const named = await terminal.type(['task', 'approve', `${id}`, '--head', 'abcdef1'], { through });
  expect(named).toMatchObject({ code: 1, err: expect.stringMatching(/^Task \d+ is running and cannot be approved/) });
  expect((await type('task', 'show', `${id}`, '--json')).json.state).toBe('review');
});

test('files that are in the way of a merge are said once', async () => {
  const { id } = (await add('--prompt', '[write: a.txt | mine]', '--wait', '--json')).json;
  writeFileSync(join(terminal.repository, 'a.txt'), 'edited\n');
  expect((await type('task', 'diff', `${id}`)).err).toContain('files edited there are part of the change: a.txt.');
  const { code, err } = await type('task', 'approve', `${id}`);
  expect({ code, said: err.split('a.txt').length - 1 }, err).toEqual({ code: 1, said: 1 });
  expect(err).toContain('Commit or move those edits away there, then approve again.');
});
