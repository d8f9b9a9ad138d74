import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RelayHeard, RelayMessage } from '../../../core/contract/relay';
import type { Answer } from '../../../core/contract/request';
import { type Bed, openBed } from '../../support/runtime';

const answer: Answer = { decision: null, rule: null, options: [0], text: null };

let bed: Bed;
beforeEach(async () => {
  bed = await openBed();
});
afterEach(() => bed.close());

/** A task whose agent waits for an answer, with its session's name on the relay. */
async function asking(): Promise<{ readonly task: number; readonly session: string; readonly request: number }> {
  const { id: repositoryId } = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
  const prompt = 'Say hello\n[ask: Which? | a | b]';
  const { id } = await bed.calls.tasks.create({ repositoryId, title: 'Say hello', prompt, agent: 'echo' });
  const { session, requests } = await bed.until(id, ({ state }) => state === 'waiting');
  return { task: id, session: String(session), request: requests[0]?.id ?? 0 };
}

function work(id: string, payload: unknown): RelayMessage {
  return { id, type: 'work', payload };
}

/** What is told on a pattern from the first message on, up to the one with this id. */
async function until(id: string, pattern: string): Promise<Extract<RelayHeard, { kind: 'message' }>[]> {
  const heard: Extract<RelayHeard, { kind: 'message' }>[] = [];
  for await (const one of await bed.calls.relay.follow({ pattern, after: 0 })) {
    if (one.kind === 'missed') throw new Error('It missed something.');
    heard.push(one);
    if (one.id === id) break;
  }
  return heard;
}

test('work for a session of the runner is a message of its task, answers nothing, and its turn gives the result', async () => {
  const { task, session, request } = await asking();
  expect(await bed.calls.relay.agents()).toEqual([
    expect.objectContaining({ session, role: 'echo', kind: 'own', unanswered: 0, sent: 0 }),
  ]);
  const one = { session, role: 'echo', message: work('w1', { text: 'Also write one\n[write: one.txt | one]' }) };
  const { seq } = await bed.calls.relay.send(one);
  // The same again is the same work, whatever name its agent goes by.
  expect(await bed.calls.relay.send({ ...one, role: 'agent' })).toEqual({ seq, connected: true });
  await bed.calls.relay.send({ session, role: 'agent', message: work('w2', 'allow it') });
  expect(await bed.calls.messages.list({ task })).toMatchObject([
    { text: 'Also write one\n[write: one.txt | one]', by: 'relay', state: 'queued' },
    { text: 'allow it', by: 'relay', state: 'queued' },
  ]);
  expect(await bed.calls.requests.list()).toMatchObject([{ id: request, state: 'open' }]);
  expect((await bed.calls.relay.agents())[0]).toMatchObject({ unanswered: 2, sent: 2 });

  await bed.calls.requests.answer({ request, answer });
  await bed.reaches(task, 'review');
  const results = await until('w2', `sessions.${session}.results.echo`);
  expect(results.map(({ id, type }) => [id, type])).toEqual([
    [`${session}-turn-1`, 'result'],
    ['w1', 'result'],
    ['w2', 'result'],
  ]);
  expect(results[2]?.payload).toMatchObject({
    turn: 2,
    end: 'completed',
    error: null,
    text: expect.stringMatching(/./),
  });
  const events = await until(`${session}-1`, `sessions.${session}.events`);
  expect(events[0]).toMatchObject({ type: 'transcript', payload: { seq: 1, type: 'prompt', by: 'person' } });
  expect(await until('w2', `sessions.${session}.work.*`)).toMatchObject([{ id: 'w1', seq }, { id: 'w2' }]);
  expect((await bed.calls.tasks.get({ task })).state).toBe('review');
});

test('the same work twice in one moment is told once, under one number, however its session is written', async () => {
  const { task, session, request } = await asking();
  const one = { session, role: 'echo', message: work('w1', 'hello') };
  const sent = await Promise.all(
    [one, { ...one, session: `00${session}` }, one].map((each) => bed.calls.relay.send(each)),
  );
  expect(new Set(sent.map(({ seq }) => seq)).size).toBe(1);
  await bed.calls.relay.send({ ...one, message: work('last', 'hello') });
  const told = await until('last', '>');
  expect(told.filter(({ id }) => id === 'w1').map(({ subject }) => subject)).toEqual([`sessions.${session}.work.echo`]);
  await bed.calls.requests.answer({ request, answer });
  await bed.reaches(task, 'review');
});

test('work for a session of the runner that cannot take it is refused with the reason, and leaves nothing', async () => {
  const { task, session, request } = await asking();
  const send = (to: { session?: string; role?: string }, message: RelayMessage) =>
    bed.calls.relay.send({ session, role: 'echo', ...to, message });
  await expect(send({ role: 'claude' }, work('1', 'a'))).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('is echo, and not claude'),
  });
  await expect(send({ session: '999' }, work('1', 'a'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(send({}, work('1', { decision: 'allow' }))).rejects.toMatchObject({ code: 'BAD_INPUT' });
  await bed.calls.requests.answer({ request, answer });
  await bed.reaches(task, 'review');
  await expect(send({}, work('1', 'a'))).rejects.toMatchObject({ code: 'WRONG_STATE' });
  expect(await bed.calls.messages.list({ task })).toEqual([]);
});

test('what the end of a runtime left unanswered is answered by the next one, once', async () => {
  const { task, session } = await asking();
  await bed.calls.relay.send({ session, role: 'echo', message: work('w1', 'never said') });
  const [message] = await bed.calls.messages.list({ task });
  await bed.calls.messages.remove({ message: message?.id ?? 0 });
  await bed.calls.relay.send({ session, role: 'echo', message: work('w2', 'nor this') });
  await bed.calls.tasks.cancel({ task });
  bed = await bed.restart();
  const results = `sessions.${session}.results.echo`;
  const ofWork = (await until('w2', results)).filter(({ id }) => id.startsWith('w'));
  expect(ofWork).toMatchObject([
    { id: 'w1', payload: { turn: null, end: 'taken back' } },
    { id: 'w2', payload: { turn: null, end: 'not said' } },
  ]);
  bed = await bed.restart();
  await bed.calls.relay.send({ session: 'other', role: 'echo', message: work('last', 1) });
  const all = await until('last', '>');
  expect(all.filter(({ subject, id }) => subject === results && id.startsWith('w'))).toHaveLength(2);
});

test('work for another agent waits for it, and nobody is hung up on who is not there', async () => {
  const to = { session: 'nightly', role: 'claude' };
  const sent = await bed.calls.relay.send({ ...to, message: work('1', { any: ['json'] }) });
  expect(sent).toEqual({ seq: 1, connected: false });
  const absent = { ...to, kind: 'absent', since: expect.any(Number), by: '', sent: 0, received: 0, unanswered: 1 };
  expect(await bed.calls.relay.agents()).toEqual([absent]);
  await expect(bed.calls.relay.disconnect(to)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const hungUp: unknown[] = [];
  const { bus, open } = await bed.runtime.relay();
  const close = open({
    agents: () => [{ ...to, since: 5, by: 'key:night', sent: 1, received: 2 }],
    connections: () => 3,
    disconnect: (agent) => hungUp.push(agent) > 0,
  });
  expect(await bed.calls.relay.agents()).toEqual([
    { ...to, kind: 'connected', since: 5, by: 'key:night', sent: 1, received: 2, unanswered: 1 },
  ]);
  expect(await bed.calls.relay.status()).toEqual({ bus: 'embedded', url: null, first: 1, last: 1, connections: 3 });
  await bed.calls.relay.disconnect(to);
  expect(hungUp).toEqual([to]);
  close();
  expect(await bed.calls.relay.agents()).toEqual([absent]);
  await new Promise<void>((resolve) => {
    const taking = bus.takeWork(to, async (given) => {
      await (await taking).answered(given.message().id);
      resolve();
    });
  });
  bed = await bed.restart();
  expect(await (await bed.runtime.relay()).bus.unanswered(to)).toBe(0);
});
