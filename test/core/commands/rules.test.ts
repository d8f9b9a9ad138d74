import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDecision } from '../../../core/contract/decision';
import type { Answer, Request } from '../../../core/contract/request';
import type { RuleScope } from '../../../core/contract/rule';
import type { Task } from '../../../core/contract/task';
import { type Bed, openBed } from '../../support/runtime';

let bed: Bed;
beforeEach(async () => {
  bed = await openBed();
});
afterEach(() => bed.close());

async function start(
  prompt: string,
  more: { permissionLevel?: 'supervised' | 'human-required' } = {},
): Promise<number> {
  const { id: repositoryId } = await bed.calls.repositories.add({ path: bed.repository.path, trust: false });
  return (await bed.calls.tasks.create({ repositoryId, title: 'Task', prompt, agent: 'echo', ...more })).id;
}
const asks = async (task: number): Promise<Request> => {
  const { requests } = await bed.until(task, ({ requests: open }) => open.length > 0);
  return requests[0] as Request;
};
const allow: Answer = { decision: 'allow', rule: null, options: [], text: null };
async function always(request: Request, scope: RuleScope): Promise<void> {
  const rule = request.rules.find((offer) => offer.scope === scope) ?? null;
  await bed.calls.requests.answer({ request: request.id, answer: { ...allow, rule } });
}
const said = async (task: Task) => {
  const events = await bed.calls.sessions.read({ session: task.session ?? 0, after: 0 });
  return events.flatMap((event) => (event.type === 'answer' ? [`${event.by}: ${event.text}`] : []));
};

it('what a rule covers is allowed without asking, in the same session and in the next task, and is recorded', async () => {
  const first = await start('[permission: make check]\n[permission: make check -k]\n[nothing]');
  await always(await asks(first), 'repository');
  const done = await bed.reaches(first, 'done');
  expect(await said(done)).toEqual([
    'person: Allowed, and always commands that begin with `make check` in this repository',
    'rule 1: Allowed by rule 1: commands that begin with `make check`',
  ]);
  const second = await start('[permission: make check]\n[nothing]');
  await bed.reaches(second, 'done');
  expect(await bed.calls.rules.list({})).toMatchObject([{ id: 1, uses: 2, scope: 'repository', task: first }]);

  const decisions = (await bed.calls.decisions.list({})).map((sealed) => openDecision(sealed));
  expect(decisions.map((decision) => [decision?.by, decision?.task, decision?.rule])).toEqual([
    ['person', first, null],
    ['rule 1', first, '1: commands that begin with `make check`'],
    ['rule 1', second, '1: commands that begin with `make check`'],
  ]);
  expect(decisions[2]?.shown).toMatchObject({ tool: { command: 'make check' } });
  expect(await bed.calls.decisions.check()).toMatchObject({ count: 3, broken: null });
});

it('a rule of a session ends with it, and what it does not cover is asked', async () => {
  const first = await start('[permission: make check]\n[permission: make clean]\n[nothing]');
  await always(await asks(first), 'session');
  const other = await bed.until(first, ({ requests }) => requests.some(({ title }) => title === 'Run make clean'));
  await bed.calls.requests.answer({ request: other.requests[0]?.id ?? 0, answer: allow });
  await bed.reaches(first, 'done');
  const second = await start('[permission: make check]\n[nothing]');
  expect((await asks(second)).state).toBe('open');
});

it('a new rule answers at once what else is open and covered, and leaves the rest alone', async () => {
  const same = await start('[permission: make check -j2]\n[nothing]');
  const other = await start('[permission: make deploy]\n[nothing]');
  const strict = await start('[permission: make check]\n[nothing]', { permissionLevel: 'human-required' });
  await bed.calls.requests.answer({ request: (await asks(strict)).id, answer: allow });
  await bed.until(strict, ({ requests }) => requests.some(({ kind }) => kind === 'permission'));
  const maker = await start('[permission: make check]\n[nothing]');
  await asks(same);
  await asks(other);
  await always(await asks(maker), 'repository');
  await bed.reaches(same, 'done');
  await bed.reaches(maker, 'done');
  expect((await bed.calls.requests.list()).map(({ task }) => task).sort()).toEqual([other, strict].sort());
});

it('a rule stands after a restart, and one that was taken back asks again, which is a decision too', async () => {
  const first = await start('[permission: make check]\n[nothing]');
  await always(await asks(first), 'repository');
  await bed.reaches(first, 'done');
  bed = await bed.restart();
  await bed.reaches(await start('[permission: make check]\n[nothing]'), 'done');
  expect(await bed.calls.rules.list({})).toMatchObject([{ uses: 1 }]);
  expect(await bed.calls.rules.revoke({ rule: 1 })).toMatchObject({ id: 1, revokedAt: expect.any(Number) });
  await bed.calls.rules.revoke({ rule: 1 });
  expect(await bed.calls.rules.list({})).toEqual([]);
  expect(await bed.calls.rules.list({ revoked: true })).toHaveLength(1);
  const second = await start('[permission: make check]\n[nothing]');
  expect((await asks(second)).state).toBe('open');
  const kinds = (await bed.calls.decisions.list({})).map((sealed) => openDecision(sealed)?.kind);
  expect(kinds).toEqual(['answer', 'answer', 'revoke']);
  await expect(bed.calls.rules.revoke({ rule: 7 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('no rule is made that was not offered, nor while denying', async () => {
  const request = await asks(await start('[permission: make check]'));
  const [offer] = request.rules;
  if (offer?.match.by !== 'prefix') throw new Error('No prefix was offered.');
  const wider = { ...offer, match: { ...offer.match, words: ['make'] } };
  const answer = (more: object) => bed.calls.requests.answer({ request: request.id, answer: { ...allow, ...more } });
  await expect(answer({ rule: wider })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  await expect(answer({ rule: offer, decision: 'deny' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  expect(await bed.calls.rules.list({ revoked: true })).toEqual([]);
  expect(await bed.calls.requests.list()).toMatchObject([{ id: request.id, state: 'open' }]);
});
