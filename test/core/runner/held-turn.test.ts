import { describe, expect, test } from 'vitest';
import type { Answer } from '../../../core/contract/request';
import type { Deps } from '../../../core/runner/deps';
import { type Given, programsOf, turnsLeft } from '../../../core/runner/held-turn';
import { agentLost } from '../../../core/runner/outcome';
import { recover } from '../../../core/runner/recover';
import { askRequest, type NewRequest } from '../../../core/store/asking';
import { claimTasks, crashesAllowed, releaseClaim, releaseOwnerless, resumeClaims } from '../../../core/store/claims';
import type { Database } from '../../../core/store/database';
import { addMessage, handMessages, pendingMessages, releaseMessages } from '../../../core/store/messages';
import { answerRequest, markHanded, readRequest } from '../../../core/store/requests';
import { endOpenSessions, insertSession, readSession } from '../../../core/store/sessions';
import { taskRow } from '../../../core/store/task-row';
import { moveTask } from '../../../core/store/tasks';
import { countTakingUp, insertTurn, keepTurns, turnOf } from '../../../core/store/turns';
import { createWriter } from '../../../core/store/writer';
import { addTask, temporaryStore } from '../store/store';

/** A task in hand with a turn that is held, and another one without. */
function inHand() {
  const { db } = temporaryStore();
  const [held, other] = [addTask(db), addTask(db)];
  claimTasks(db, { worker: 'w', limit: 2, now: 20, leaseMs: 100 });
  const [session, lost] = [held, other].map((task) => insertSession(db, { task, agent: 'echo', at: 20 }));
  const turn = insertTurn(db, { task: held, session: session ?? 0, given: '{"version":"1"}', at: 20 });
  return { db, held, other, session: session ?? 0, lost: lost ?? 0, turn };
}

const question = (task: number, asked: Partial<NewRequest>): NewRequest => ({
  ...{ task, session: null, generation: 1, kind: 'permission', title: 'Run it?', body: '' },
  ...{ tool: { name: 'Bash', command: 'x', input: '{}', diff: null }, options: [], steps: [], fingerprint: 'f' },
  ...{ allowsText: false, multiple: false, at: 10 },
  ...asked,
});

const left = (db: Database, version = '1', mayGoOn = true) =>
  turnsLeft({ db, programs: { version, mayGoOn: () => mayGoOn } as unknown as Deps['programs'] }).map(({ id }) => id);

describe('after a runtime that died', () => {
  test('a task whose turn is held stays in hand, with its session and what was said to it', () => {
    const { db, held, other, session, lost } = inHand();
    for (const task of [held, other]) addMessage(db, { task, text: 'And?', by: 'person', at: 21 });
    for (const task of [held, other]) handMessages(db, { task, at: 22 });
    releaseMessages(db, null);
    endOpenSessions(db, { at: 30 });
    expect(resumeClaims(db, { leaseUntil: 500 })).toEqual([{ task: held, generation: 1, leaseUntil: 500 }]);
    expect(releaseOwnerless(db, { at: 30 })).toEqual([{ task: other, from: 'running', to: 'queued' }]);
    expect(taskRow(db, held)).toMatchObject({ state: 'running', crashes: 0, lease_until: 500, generation: 1 });
    expect([session, lost].map((id) => readSession(db, id).state)).toEqual(['starting', 'ended']);
    expect([held, other].map((task) => pendingMessages(db, task)[0]?.state)).toEqual(['handed', 'queued']);
  });

  test('a turn is taken up by the version that began it, three times at most without getting through', () => {
    const { db, held, turn } = inHand();
    expect([left(db), left(db, '2'), left(db, '1', false)]).toEqual([[turn], [], []]);
    for (let times = 0; times < 2; times += 1) countTakingUp(db, { turn, through: false });
    expect(left(db)).toEqual([turn]);
    countTakingUp(db, { turn, through: false });
    expect(left(db)).toEqual([]);
    countTakingUp(db, { turn, through: true });
    expect(left(db)).toEqual([turn]);
    moveTask(db, { task: held, to: 'cancelled', by: 'person', reason: 'Cancelled.', at: 40 });
    expect(left(db)).toEqual([]);
    keepTurns(db, []);
    expect(resumeClaims(db, { leaseUntil: 500 })).toEqual([]);
  });

  test('an agent that is lost with its host counts as a crash, unless its task waited', () => {
    const { db, held } = inHand();
    const claim = { task: held, generation: 1 };
    moveTask(db, { task: held, to: 'waiting', by: 'runner', reason: 'Asks.', at: 30, generation: 1 });
    expect(releaseClaim(db, { claim, at: 31, what: 'Its host died' })?.to).toBe('queued');
    expect(taskRow(db, held)).toMatchObject({ state: 'queued', crashes: 0, attempt: 0 });
    expect(releaseClaim(db, { claim, at: 32, what: 'Its host died' })).toBeUndefined();
    for (let crash = 1; crash <= crashesAllowed; crash += 1) {
      const [again] = claimTasks(db, { worker: 'w', limit: 1, now: 40 + crash, leaseMs: 100 });
      if (again === undefined) throw new Error('The task could not be claimed.');
      const released = releaseClaim(db, { claim: again, at: 40 + crash, what: 'Its host died' });
      expect(released?.to).toBe(crash < crashesAllowed ? 'queued' : 'failed');
    }
  });
});

describe('a held turn', () => {
  /** As much as these pieces of the runner need, with a clock that is set. */
  function depsOf(db: Database, programs: Partial<Deps['programs']>) {
    const clock = { now: 1000 };
    const logged: string[] = [];
    const deps = {
      ...{ db, writer: createWriter(db), now: () => clock.now, owner: 'nobody' },
      ...{ announce: () => {}, announceRequest: () => {} },
      log: (_: string, message: string) => void logged.push(message),
      programs: { version: '1', held: true, mayGoOn: () => true, ...programs },
    } as unknown as Deps;
    return { deps, clock, logged };
  }

  test('is still in hand after a recovery that took nearly as long as its lease', async () => {
    const { db, held } = inHand();
    const { deps, clock } = depsOf(db, {
      async endOthers() {
        clock.now += 50_000;
      },
    });
    expect(await recover(deps, { rebooted: false })).toEqual([{ task: held, generation: 1, leaseUntil: 111_000 }]);
    expect(taskRow(db, held)).toMatchObject({ state: 'running', lease_until: 111_000 });
  });

  test('whose output cannot be removed is over all the same, and the log says so', async () => {
    const { db, held, session, turn } = inHand();
    const { deps, logged } = depsOf(db, { forget: () => Promise.reject(new Error('EBUSY')) });
    const given = { version: '1' } as Given;
    const programs = programsOf(deps, { task: held, session, given, held: turn, onThrough: () => {} });
    await programs.over();
    expect(turnOf(db, held)).toBeUndefined();
    expect(logged).toEqual(['What an agent printed could not be removed.']);
  });

  test('whose agent is lost for the last time fails with its questions taken back in one write', async () => {
    const { db, held } = inHand();
    const { deps } = depsOf(db, {});
    const { id } = askRequest(db, { ...question(held, {}), generation: 1 });
    for (let crash = 1; crash < crashesAllowed; crash += 1) {
      releaseClaim(db, { claim: { task: held, generation: crash }, at: 30, what: 'Its host died' });
      claimTasks(db, { worker: 'w', limit: 1, now: 31, leaseMs: 100 });
    }
    const writer = deps.writer;
    let writes = 0;
    const once: Deps['writer'] = {
      ...writer,
      write: (operation) => (++writes === 1 ? writer.write(operation) : Promise.reject(new Error('The process died.'))),
    };
    const claim = { task: held, generation: crashesAllowed, leaseUntil: 0 };
    await agentLost({ ...deps, writer: once }, claim, 'Its host died.').catch(() => {});
    expect(taskRow(db, held)).toMatchObject({ state: 'failed' });
    expect(readRequest(db, id)).toMatchObject({ state: 'withdrawn' });
  });
});

describe('a question that is read again', () => {
  const allow: Answer = { decision: 'allow', rule: null, options: [], text: null };

  test('is the same row, with what is known of its answer, also when that was given', () => {
    const { db, held } = inHand();
    const { id } = askRequest(db, question(held, { askedAs: 'turn 1 a' }));
    answerRequest(db, { request: id, answer: allow, by: 'person', at: 20 });
    markHanded(db, { request: id, at: 21 });
    const again = askRequest(db, question(held, { askedAs: 'turn 1 a', title: 'Put otherwise' }));
    expect(again).toEqual({ id, state: 'answered', handed: true });
    expect(readRequest(db, id).title).toBe('Run it?');
  });

  test('does not take the answer of one alike in the same turn, but that of an earlier turn', () => {
    const { db, held } = inHand();
    const { id } = askRequest(db, question(held, { askedAs: 'one 1 a' }));
    answerRequest(db, { request: id, answer: allow, by: 'person', at: 20 });
    expect(askRequest(db, question(held, { askedAs: 'one 1 b' })).id).not.toBe(id);
    expect(askRequest(db, question(held, { askedAs: 'two 1 a' }))).toEqual({ id, state: 'answered', handed: false });
  });
});
