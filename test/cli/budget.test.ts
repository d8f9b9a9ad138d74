import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

describe('limits and budgets in the terminal', () => {
  test('a budget that is reached is asked about in the inbox, with its diff, and answered there', async () => {
    const prompt = '[write: one.txt | one]\n[spend: 2 | 500]\n[wait: 1s]\n[write: two.txt | two]';
    const added = await add('--prompt', prompt, '--budget-usd', '2', '--wait');
    expect(added.out).toMatch(/spent +\$2\.00, 500 tokens, .* of work; budget \$2\.00/);
    const inbox = await type('inbox');
    expect(inbox.out).toContain('The budget is reached: $2.00 of the $2.00 of this task are spent');
    expect(inbox.out).toContain('[1] Allow another $2.00');
    const [request] = (await type('inbox', '--json')).json;
    expect(request.tool.diff).toContain('+one');
    await type('answer', String(request.id), '--option', 'Finish now and review');
    const done = await type('task', 'wait', String(request.task), '--json');
    expect(done.json).toMatchObject({ state: 'review', change: { files: 1 } });
    expect((await type('status')).out).toMatch(/spent today +\$2\.00, 500 tokens/);
  });

  test('a cap that cannot be checked is said where it is set and at the task', async () => {
    const added = await add('--prompt', '[nothing]', '--budget-usd', '5', '--budget-minutes', '3', '--json');
    expect(added.json.budget).toEqual({ usd: 5, tokens: null, minutes: 3 });
    const repository = await type('repository', 'set', 'my repository', '--budget-usd', '9');
    expect(repository.out).toContain('budget of a day: $9.00');
    expect((await type('repository', 'set', 'my repository', '--budget-usd', 'none')).out).not.toContain('budget');
    await type('settings', 'set', 'acpAgents', '[{"name": "other", "command": "sh"}]');
    const other = await add('--prompt', 'x', '--agent', 'other', '--budget-usd', '5');
    expect(other.out).toContain('note: other may not tell what it costs');
    expect((await type('settings', 'set', 'dayBudget', '{"usd": 100}')).out).toContain('note: other may not tell');
  });

  test('an amount that is none is called the wrong way', async () => {
    for (const [option, typed] of [
      ['--budget-usd', '0'],
      ['--budget-tokens', '1.5'],
      ['--budget-minutes', 'long'],
    ] as const) {
      const refused = await add('--prompt', 'p', option, typed);
      expect(refused.code).toBe(2);
      expect(refused.err).toContain(`${option} takes`);
    }
  });

  test('a parked task shows its countdown and its reason, and goes on when told to', async () => {
    const added = await add('--prompt', '[limit-once: 180m]\n[nothing]', '--json');
    const id = String(added.json.id);
    await expect
      .poll(async () => (await type('task', 'show', id)).out, { timeout: 10_000 })
      .toContain('◷ parked, in 3h');
    const shown = await type('task', 'show', id);
    expect(shown.out).toContain('echo has reached a limit of its provider');
    expect(shown.out).toContain(`task resume ${id}`);
    expect((await type('task', 'list')).out).toContain('◷ parked, in 3h');
    await type('task', 'resume', id);
    expect((await type('task', 'wait', id, '--json')).json.state).toBe('done');
  });
});
