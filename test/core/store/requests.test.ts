import { describe, expect, test } from 'vitest';
import { type Answer, requestSchema } from '../../../core/contract/request';
import { askRequest, type NewRequest } from '../../../core/store/asking';
import { answerAbout, contentKey } from '../../../core/store/content-requests';
import type { Database } from '../../../core/store/database';
import { addDecision } from '../../../core/store/decisions';
import {
  answerRequest,
  deliverHanded,
  forgetHanded,
  leaveOfCalls,
  listOpenRequests,
  markDelivered,
  markHanded,
  openRequestsOf,
  readRequest,
  undelivered,
  withdrawOpen,
  withdrawRequest,
} from '../../../core/store/requests';
import { insertSession } from '../../../core/store/sessions';
import { readTask } from '../../../core/store/task-view';
import { addTask, temporaryStore } from './store';

const allow: Answer = { decision: 'allow', rule: null, options: [], text: null };
const say = (text: string): Answer => ({ decision: null, rule: null, options: [], text });
const choose = (...options: number[]): Answer => ({ decision: null, rule: null, options, text: null });
const option = (label: string) => ({ label, description: '', kind: 'choice' as const });

function ask(db: Database, request: Partial<NewRequest> = {}) {
  return askRequest(db, {
    task: 1,
    session: null,
    generation: 1,
    kind: 'permission',
    title: 'Run npm test?',
    body: '',
    tool: { name: 'Bash', command: 'npm test', input: '{"command":"npm test"}', diff: null },
    options: [],
    allowsText: true,
    multiple: false,
    steps: ['Read package.json'],
    fingerprint: 'f1',
    at: 10,
    ...request,
  });
}

const answer = (db: Database, request: number, given: Answer) =>
  answerRequest(db, { request, answer: given, by: 'person', at: 20 });

describe('a question', () => {
  test('reads back as the contract has it', () => {
    const { db } = temporaryStore();
    addTask(db);
    const { id } = ask(db, { options: [option('yes')] });
    const request = readRequest(db, id);
    expect(requestSchema.parse(request)).toEqual(request);
    expect(request).toMatchObject({
      taskTitle: 'Say hello',
      repository: '/work/sample',
      agent: 'echo',
      tool: { command: 'npm test' },
      steps: ['Read package.json'],
      state: 'open',
      answer: null,
    });
    expect(readTask(db, 1).requests).toEqual([request]);
    expect(() => readRequest(db, 99)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  test('asked again by the same task is the same row while it is open or its answer is on the way', () => {
    const { db } = temporaryStore();
    addTask(db);
    addTask(db);
    const { id } = ask(db);
    const session = insertSession(db, { task: 1, agent: 'echo', at: 11 });
    expect(ask(db, { session, generation: 2, at: 99 })).toMatchObject({ id, state: 'open' });
    expect(readRequest(db, id).createdAt).toBe(10);
    answer(db, id, allow);
    expect(ask(db, { generation: 3 })).toMatchObject({ id, state: 'answered' });
    expect(undelivered(db, 1).map((request) => request.id)).toEqual([id]);
    expect(ask(db, { task: 2 }).id).not.toBe(id);
    expect(ask(db, { fingerprint: 'other' }).id).not.toBe(id);
    expect(markDelivered(db, { request: id, at: 30 })).toBe(true);
    expect(markDelivered(db, { request: id, at: 31 })).toBe(false);
    expect(readRequest(db, id).deliveredAt).toBe(30);
    expect(undelivered(db, 1)).toEqual([]);
    expect(ask(db).id).not.toBe(id);
  });

  test('asked twice in one turn is two questions, however alike', () => {
    const { db } = temporaryStore();
    addTask(db);
    const first = ask(db).id;
    const second = ask(db, { asked: new Set([first]) }).id;
    expect(second).not.toBe(first);
    expect(ask(db, { generation: 2 }).id).toBe(first);
    expect(ask(db, { generation: 2, asked: new Set([first]) }).id).toBe(second);
  });

  test('of a later asking under an id the agent used before is another, and going through the turn again finds each', () => {
    const { db } = temporaryStore();
    addTask(db);
    const named = (fingerprint: string, asked: Set<number>) => {
      const put = ask(db, { fingerprint, asked, askedAs: 'turn 1 1' });
      asked.add(put.id);
      return put;
    };
    const asked = new Set<number>();
    const first = named('read', asked);
    answer(db, first.id, allow);
    markHanded(db, { request: first.id, at: 25 });
    const second = named('delete', asked);
    const third = named('read', asked);
    expect([second, third]).toMatchObject([{ state: 'open' }, { state: 'open' }]);
    expect(new Set([first.id, second.id, third.id]).size).toBe(3);
    const again = new Set<number>();
    expect(named('read', again)).toEqual({ id: first.id, state: 'answered', handed: true });
    expect(named('delete', again)).toEqual({ id: second.id, state: 'open', handed: false });
    expect(named('read', again)).toEqual({ id: third.id, state: 'open', handed: false });
    expect(named('write', new Set())).toMatchObject({ state: 'open', handed: false });
  });

  test('whose leave was handed out to an agent that died is asked anew and says so, because the tool may have run', () => {
    const { db } = temporaryStore();
    addTask(db);
    const { id } = ask(db);
    answer(db, id, allow);
    markHanded(db, { request: id, at: 25 });
    const again = ask(db, { generation: 2, mayBeDone: 'It may have been done.' });
    expect(again).toMatchObject({ state: 'open' });
    expect(readRequest(db, again.id).steps).toEqual(['Read package.json', 'It may have been done.']);
    expect(undelivered(db, 1)).toEqual([]);
  });

  test('whose answer runs nothing gets it again when the agent that was handed it died', () => {
    const { db } = temporaryStore();
    addTask(db);
    const refused = ask(db).id;
    const clarified = ask(db, { kind: 'clarification', tool: null, fingerprint: 'f2' }).id;
    answer(db, refused, { ...allow, decision: 'deny' });
    answer(db, clarified, say('SQLite'));
    for (const request of [refused, clarified]) markHanded(db, { request, at: 25 });
    expect(ask(db, { generation: 2 })).toMatchObject({ id: refused, state: 'answered' });
    expect(ask(db, { generation: 2, fingerprint: 'f2' })).toMatchObject({ id: clarified, state: 'answered' });
    deliverHanded(db, { task: 1, at: 30 });
    expect(ask(db, { generation: 3 }).id).not.toBe(refused);
    expect(ask(db, { generation: 3, fingerprint: 'f2' }).id).not.toBe(clarified);
  });

  test('that is too long for a title is there whole to be read', () => {
    const { db } = temporaryStore();
    addTask(db);
    const long = `Which of these? ${'word '.repeat(400)}end`;
    const { title, body } = readRequest(db, ask(db, { title: long, body: 'And why.' }).id);
    expect(title).toMatch(/^Which of these\? (word )+word…$/);
    expect(body).toBe(`${long}\n\nAnd why.`);
  });

  test('of leave that was handed over is known by its call, and by the newer one when it was asked again', () => {
    const { db } = temporaryStore();
    addTask(db);
    const [once, plan, refused] = ['f1', 'f2', 'f3'].map((fingerprint) => {
      const of = fingerprint === 'f2' ? ({ kind: 'plan', tool: null } as const) : {};
      return ask(db, { ...of, fingerprint, call: `call of ${fingerprint}` }).id;
    });
    for (const [index, id] of [once, plan, refused].entries()) {
      if (id === undefined) continue;
      answer(db, id, index === 2 ? { ...allow, decision: 'deny' } : allow);
      expect(leaveOfCalls(db, 1)).toHaveLength(Math.min(index, 2));
      markHanded(db, { request: id, at: 25 });
    }
    ask(db, { kind: 'plan', tool: null, fingerprint: 'f2', call: 'call again', generation: 2 });
    expect(leaveOfCalls(db, 1)).toEqual([
      { request: once, call: 'call of f1', givenAt: 25 },
      { request: plan, call: 'call again', givenAt: 25 },
    ]);
    deliverHanded(db, { task: 1, at: 30 });
    expect(leaveOfCalls(db, 1)).toEqual([]);
  });

  test('whose leave was not handed over after all is given it when it is asked again', () => {
    const { db } = temporaryStore();
    addTask(db);
    const { id } = ask(db);
    answer(db, id, allow);
    markHanded(db, { request: id, at: 25 });
    forgetHanded(db, id);
    expect(ask(db, { generation: 2 })).toMatchObject({ id, state: 'answered' });
  });

  test('taken back is asked anew', () => {
    const { db } = temporaryStore();
    addTask(db);
    const { id } = ask(db);
    expect(withdrawRequest(db, { request: id, at: 20 })).toBe(true);
    expect(withdrawRequest(db, { request: id, at: 20 })).toBe(false);
    expect(ask(db).id).not.toBe(id);
    expect(() => answer(db, id, allow)).toThrow(expect.objectContaining({ code: 'WRONG_STATE' }));
    expect(markDelivered(db, { request: id, at: 30 })).toBe(false);
  });

  test('is taken back with all others of its task, and answered ones stay', () => {
    const { db } = temporaryStore();
    addTask(db);
    const first = ask(db).id;
    const second = ask(db, { fingerprint: 'f2' }).id;
    const third = ask(db, { fingerprint: 'f3' }).id;
    answer(db, second, allow);
    expect(withdrawOpen(db, { task: 1, at: 20 })).toEqual([first, third]);
    expect(readRequest(db, second).state).toBe('answered');
    expect(openRequestsOf(db, 1)).toEqual([]);
  });

  test('that wants an answer most comes first in the inbox: how long it has waited, times its priority', () => {
    const { db } = temporaryStore();
    addTask(db);
    const late = ask(db, { at: 50 }).id;
    const early = ask(db, { at: 5, fingerprint: 'f2' }).id;
    answer(db, ask(db, { fingerprint: 'f3' }).id, allow);
    expect(listOpenRequests(db, 60).map((request) => request.id)).toEqual([early, late]);
  });
});

describe('an answer', () => {
  test('is taken once and the first one stands', () => {
    const { db } = temporaryStore();
    addTask(db);
    const { id } = ask(db);
    expect(answer(db, id, { ...allow, text: 'go on' })).toMatchObject({
      state: 'answered',
      answeredAt: 20,
      answer: { text: 'go on' },
    });
    expect(() => answer(db, id, { ...allow, decision: 'deny' })).toThrow(
      expect.objectContaining({ code: 'ALREADY_ANSWERED' }),
    );
    expect(readRequest(db, id).answer?.decision).toBe('allow');
    const ruled = ask(db, { fingerprint: 'f2' }).id;
    answerRequest(db, { request: ruled, answer: allow, by: 'rule 1', at: 20 });
    expect(() => answer(db, ruled, { ...allow, decision: 'deny' })).toThrow(
      `Request ${ruled} was allowed by rule 1 before; that answer stands.`,
    );
    expect(() => answer(db, 99, allow)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  test('must be one the question can take', () => {
    const { db } = temporaryStore();
    addTask(db);
    let asks = 0;
    const asked = (request: Partial<NewRequest>) => {
      asks += 1;
      return ask(db, { fingerprint: `${asks}`, ...request }).id;
    };
    const options = [option('red'), option('green')];
    const clarification = { kind: 'clarification' as const, options };
    const refused: readonly (readonly [number, Answer, string])[] = [
      [asked({ kind: 'permission' }), say('yes'), 'a decision'],
      [asked({ kind: 'plan' }), say('yes'), 'a decision'],
      [asked({ kind: 'start' }), say('yes'), 'a decision'],
      [asked({ kind: 'permission' }), { ...allow, options: [0] }, 'no options'],
      [asked(clarification), choose(), 'an option or some text'],
      [asked(clarification), say('  '), 'an option or some text'],
      [asked(clarification), choose(2), 'option 2 does not exist; they are 0 to 1'],
      [asked(clarification), choose(0, 1), 'only one option'],
      [asked({ ...clarification, multiple: true }), choose(1, 1), 'twice'],
      [asked({ ...clarification, allowsText: false }), say('blue'), 'not text'],
      [asked({ ...clarification, allowsText: false }), choose(), 'needs an option.'],
    ];
    for (const [id, given, wrong] of refused) {
      expect(() => answer(db, id, given)).toThrow(
        expect.objectContaining({ code: 'BAD_INPUT', message: expect.stringContaining(wrong) }),
      );
      expect(readRequest(db, id).state).toBe('open');
    }
    const taken: readonly (readonly [Partial<NewRequest>, Answer])[] = [
      [clarification, choose(1)],
      [clarification, say('blue')],
      [{ ...clarification, multiple: true }, choose(0, 1)],
      [{ kind: 'plan' }, { ...allow, decision: 'deny', text: 'not yet' }],
    ];
    for (const [request, given] of taken) {
      expect(answer(db, asked(request), given).answer).toEqual(given);
    }
  });
});

test('an answer about what a repository would run holds until the next word on its trust, by their order and not by the clock', () => {
  const { db } = temporaryStore();
  const [task, next] = [addTask(db), addTask(db)];
  const about = { tool: null, fingerprint: contentKey('same') };
  const decided = (kind: 'answer' | 'trust' | 'distrust', at: number, request: number | null = null) =>
    addDecision(db, {
      ...{ at, by: 'person', kind, task: request === null ? null : task, repository: '/work/sample' },
      ...{ request, shown: null, answered: null, rule: null },
    });
  decided('trust', 10);
  const { id: first } = ask(db, { ...about, task });
  answer(db, first, allow);
  decided('answer', 20, first);
  const { id: second } = ask(db, { ...about, task: next });
  expect(answerAbout(db, second)).toEqual({ request: first, answer: allow });
  // The clock was put back meanwhile.
  decided('distrust', 15);
  decided('trust', 16);
  expect(answerAbout(db, second)).toBeUndefined();
});
