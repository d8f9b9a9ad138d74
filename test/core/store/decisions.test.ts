import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decisionSchema, openDecision } from '../../../core/contract/decision';
import { closeDatabase, type Database, openDatabase, openForReading } from '../../../core/store/database';
import { addDecision, checkDecisions, listDecisions } from '../../../core/store/decisions';
import { addTask, temporaryFolder, temporaryStore } from './store';

const decision: Parameters<typeof addDecision>[1] = {
  at: 5,
  by: 'person',
  kind: 'answer',
  task: null,
  repository: '/work/sample',
  request: 3,
  shown: { title: 'Run it? \u009b31m \u202e', options: ['a', 'b'] },
  answered: { decision: 'allow' },
  rule: null,
};

const list = (db: Database, page: Omit<Parameters<typeof listDecisions>[1], 'characters'>) =>
  listDecisions(db, { ...page, characters: 1_000_000 });

/** A record of five decisions, whose triggers are gone: what a stranger with the file could do to it. */
function tampered(change: string) {
  const { db } = temporaryStore();
  for (let number = 1; number <= 5; number += 1) addDecision(db, { ...decision, at: number });
  db.exec('DROP TRIGGER decision_unchanged; DROP TRIGGER decision_kept');
  db.exec(change);
  return checkDecisions(db);
}

test('a decision is kept as it was taken, after the one before it', () => {
  const { db } = temporaryStore();
  const task = addTask(db);
  addDecision(db, decision);
  addDecision(db, { ...decision, task, kind: 'approve' });
  const [first, second] = list(db, { after: 0, limit: 10 });
  expect(decisionSchema.parse(JSON.parse(first?.text ?? ''))).toEqual({
    ...decision,
    number: 1,
    previous: '0'.repeat(64),
  });
  expect(JSON.parse(second?.text ?? '')).toMatchObject({ number: 2, kind: 'approve', previous: first?.hash });
  expect(
    createHash('sha256')
      .update(first?.text ?? '')
      .digest('hex'),
  ).toBe(first?.hash);
  expect(list(db, { after: 0, limit: 10, task })).toEqual([second]);
  expect(list(db, { after: 1, limit: 10 })).toEqual([second]);
});

test('the text of a decision can be printed to a terminal as it is', () => {
  const { db } = temporaryStore();
  addDecision(db, decision);
  const [sealed] = list(db, { after: 0, limit: 1 });
  expect(sealed?.text).toContain('\\u009b31m \\u202e');
  expect(sealed?.text).toMatch(/^[\x20-\x7e]+$/);
});

test('a decision cannot be changed or deleted', () => {
  const { db } = temporaryStore();
  addDecision(db, decision);
  expect(() => db.exec("UPDATE decision SET text = 'x'")).toThrow('never changed');
  expect(() => db.exec('DELETE FROM decision')).toThrow('never deleted');
});

test('a record nobody touched is whole', async () => {
  const { db } = temporaryStore();
  expect(await checkDecisions(db)).toEqual({ count: 0, newest: null, broken: null });
  for (let number = 1; number <= 1200; number += 1) addDecision(db, { ...decision, at: number });
  const [last] = list(db, { after: 1199, limit: 1 });
  expect(await checkDecisions(db)).toEqual({ count: 1200, newest: last?.hash, broken: null });
});

test.each([
  ['changed', "UPDATE decision SET text = replace(text, 'allow', 'deny') WHERE number = 3", 3, 'its text'],
  ['taken out', 'DELETE FROM decision WHERE number = 3', 3, 'missing'],
  [
    'swapped for another one',
    `UPDATE decision SET text = other.text, hash = other.hash FROM decision AS other
       WHERE decision.number = 3 AND other.number = 2`,
    3,
    'another number',
  ],
])('a record in which one was %s is broken there', async (_what, change, number, reason) => {
  expect(await tampered(change)).toMatchObject({ broken: { number, reason: expect.stringContaining(reason) } });
});

test('a decision changed together with its hash breaks the record at the next one', async () => {
  const { db } = temporaryStore();
  for (let number = 1; number <= 5; number += 1) addDecision(db, { ...decision, at: number });
  db.exec('DROP TRIGGER decision_unchanged');
  const text = (list(db, { after: 2, limit: 1 })[0]?.text ?? '').replace('allow', 'deny');
  const hash = createHash('sha256').update(text).digest('hex');
  db.prepare('UPDATE decision SET text = ?, hash = ? WHERE number = 3').run(text, hash);
  expect((await checkDecisions(db)).broken).toMatchObject({ number: 4 });
});

test.each([
  ['text that is not JSON', 'no {JSON'],
  ['JSON that is no decision', '{"number":3}'],
])('%s with a hash that fits breaks the record there, and the rest can still be listed', async (_what, text) => {
  const { db } = temporaryStore();
  for (let number = 1; number <= 5; number += 1) addDecision(db, { ...decision, at: number });
  db.exec('DROP TRIGGER decision_unchanged');
  const hash = createHash('sha256').update(text).digest('hex');
  db.prepare('UPDATE decision SET text = ?, hash = ? WHERE number = 3').run(text, hash);
  expect((await checkDecisions(db)).broken).toEqual({ number: 3, reason: 'its text is no decision' });
  const read = list(db, { after: 0, limit: 10 }).map((sealed) => openDecision(sealed)?.number ?? null);
  expect(read).toEqual([1, 2, null, 4, 5]);
});

test('a list ends before it is too large, but never before its first decision', () => {
  const { db } = temporaryStore();
  for (let number = 1; number <= 3; number += 1) addDecision(db, decision);
  const numbers = (characters: number, after = 0) =>
    listDecisions(db, { after, limit: 10, characters }).map((sealed) => sealed.number);
  expect([numbers(1), numbers(1, 1), numbers(700), numbers(10_000), numbers(1, 3)]).toEqual([
    [1],
    [2],
    [1, 2],
    [1, 2, 3],
    [],
  ]);
});

test('the record can be read by whoever does not own the store, and an older store has none', async () => {
  const file = join(temporaryFolder(), 'switchyard.db');
  expect(openForReading({ file })).toBeNull();
  const owner = openDatabase({ file });
  addDecision(owner, decision);
  const reader = openForReading({ file });
  expect(reader === null ? null : await checkDecisions(reader)).toMatchObject({ count: 1, broken: null });
  reader?.close();
  owner.pragma('user_version = 1');
  expect(openForReading({ file })).toBeNull();
  closeDatabase(owner);
});
