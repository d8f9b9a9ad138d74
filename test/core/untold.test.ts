import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CodedError } from '../../core/contract/errors';
import type { TranscriptEvent } from '../../core/contract/transcript';
import type { Bus } from '../../core/relay/bus';
import { openTranscript } from '../../core/store/transcript';
import { watchGrowth } from '../../core/store/transcript-follow';
import { createUntold, mostBehind } from '../../core/untold';
import { readUntold, writeUntold } from '../../core/untold-file';
import { temporaryFolder } from './store/store';

const session = 12;

/** A session with a transcript and a relay that may be away. What is told is said as `subject id`. */
function open(folder = temporaryFolder()) {
  const state = { away: true as boolean | ((id: string) => boolean), answered: [] as number[] };
  const told: string[] = [];
  const failures: unknown[] = [];
  const file = join(folder, 'untold.json');
  const bus = {
    async publish(subject: string, { id, type, payload }: Parameters<Bus['publish']>[1]) {
      await null;
      if (typeof state.away === 'function' ? state.away(id) : state.away)
        throw new CodedError('REMOTE_FAILED', 'Away.');
      told.push(`${subject} ${id}${type === 'missed' ? ` ${JSON.stringify(payload)}` : ''}`);
      return told.length;
    },
  } as Bus;
  const untold = createUntold({
    ...{ bus: async () => bus, transcripts: folder, onTold() {}, startedAt: () => 5 },
    save: (lines) => writeUntold(file, lines),
    onAnswered: async (message) => void state.answered.push(message),
    onFailed: (cause) => failures.push(cause),
  });
  const transcript = openTranscript({ folder, session });
  const unwatch = watchGrowth(({ file: of, event }) => {
    if (of.startsWith(folder)) untold.event(session, event);
  });
  return {
    ...{ folder, file, state, told, failures, untold },
    say: (text: string) => transcript.append({ type: 'text', message: 'm', text }, 1) as TranscriptEvent,
    result: (id: string, answers: number | null = null) =>
      untold.result(session, { subject: 'results', message: { id, type: 'result', payload: { text: 'x' } }, answers }),
    async close() {
      unwatch();
      transcript.close();
      await untold.close();
    },
  };
}

/** What is read in these tests can be. */
const fail = (cause: unknown) => {
  throw cause;
};

const events = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => `sessions.12.events 12-${from + at}`);

test('what a session tells while the relay is away is told in order and once when it is back, also what comes meanwhile', async () => {
  const { state, told, failures, untold, say, result, close } = open();
  state.away = false;
  say('one');
  await expect.poll(() => told).toEqual(events(1, 1));
  state.away = true;
  for (let count = 0; count < 120; count += 1) say('more');
  result('12-turn-1');
  result('w1', 7);
  await expect.poll(() => failures).toHaveLength(1);
  expect(untold.isBehind()).toBe(true);
  expect(untold.answers(7)).toBe(true);
  say('after');
  state.away = false;
  untold.resume();
  say('last');
  await expect.poll(() => untold.isBehind()).toBe(false);
  expect(told).toEqual([...events(1, 123), 'results 12-turn-1', 'results w1']);
  expect([state.answered, untold.answers(7)]).toEqual([[7], false]);
  say('live');
  await expect.poll(() => told.at(-1)).toBe(events(124, 124)[0]);
  await close();
});

test('of what was on its way together only what was not kept is told again', async () => {
  const { state, told, failures, untold, say, close } = open();
  state.away = (id) => id === '12-3' || id === '12-4';
  for (let count = 0; count < 6; count += 1) say('one');
  await expect.poll(() => failures).toHaveLength(1);
  state.away = false;
  untold.resume();
  await expect.poll(() => untold.isBehind()).toBe(false);
  expect([...told].sort()).toEqual(events(1, 6));
  await close();
});

test('what could not be told before the end of a runtime is told by the next one', async () => {
  const first = open();
  for (let count = 0; count < 3; count += 1) first.say('one');
  first.result('w1', 7);
  await expect.poll(() => first.failures).toHaveLength(1);
  first.say('later');
  await first.close();
  const next = open(first.folder);
  next.untold.takeOver(readUntold(first.file, fail));
  expect(next.untold.answers(7)).toBe(true);
  next.say('new');
  next.state.away = false;
  next.untold.resume();
  await expect.poll(() => next.untold.isBehind()).toBe(false);
  expect(next.told).toEqual([...events(1, 5), 'results w1']);
  expect(next.state.answered).toEqual([7]);
  expect(readUntold(first.file, fail)).toEqual([]);
  await next.close();
});

test('of more than is kept the newest is told, and what was before it as missed', async () => {
  const { state, told, untold, say, close } = open();
  for (let count = 0; count < mostBehind + 7; count += 1) say('one');
  await expect.poll(() => untold.isBehind()).toBe(true);
  state.away = false;
  untold.resume();
  await expect.poll(() => untold.isBehind(), { timeout: 10_000 }).toBe(false);
  expect(told).toEqual(['sessions.12.events 12-missed-1-7 {"from":1,"to":7}', ...events(8, mostBehind + 7)]);
  await close();
});

test('a result that could not be told has the next runtime tell the result, and not again what the relay has', async () => {
  const first = open();
  first.state.away = false;
  for (let count = 0; count < 3; count += 1) first.say('one');
  await expect.poll(() => first.told).toEqual(events(1, 3));
  first.state.away = true;
  first.result('12-turn-1');
  await expect.poll(() => first.failures).toHaveLength(1);
  await first.close();
  const next = open(first.folder);
  next.untold.takeOver(readUntold(first.file, fail));
  next.state.away = false;
  next.untold.resume();
  await expect.poll(() => next.untold.isBehind()).toBe(false);
  expect(next.told).toEqual(['results 12-turn-1']);
  await next.close();
});

test('what was missed is told again as what it is by then', async () => {
  const ids: string[] = [];
  const { state, untold, failures, say, close } = open();
  state.away = (id) => ids.push(id) > 0;
  for (let count = 0; count < mostBehind + 7; count += 1) say('one');
  await expect.poll(() => failures.length).toBeGreaterThan(0);
  untold.resume();
  await expect.poll(() => ids).toContain('12-missed-1-7');
  say('more');
  await expect.poll(() => failures.length).toBeGreaterThan(1);
  untold.resume();
  await expect.poll(() => ids).toContain('12-missed-1-8');
  await close();
});

test('a transcript that cannot be read is told as missed, and the relay is there all the same', async () => {
  const { folder, state, told, failures, untold, say, close } = open();
  say('one');
  await expect.poll(() => failures).toHaveLength(1);
  rmSync(join(folder, '12.jsonl'));
  mkdirSync(join(folder, '12.jsonl'));
  state.away = false;
  untold.resume();
  await expect.poll(() => untold.isBehind()).toBe(false);
  expect(told).toEqual(['sessions.12.events 12-missed-1-1 {"from":1,"to":1}']);
  expect(failures).toHaveLength(1);
  await close();
});

test('of many sessions that are behind few are tried while the relay is away, and nothing is written for that', async () => {
  const folder = temporaryFolder();
  const sessions = Array.from({ length: 40 }, (_, at) => at + 1);
  const state = { away: true, tried: new Set<string>(), failures: 0, saves: 0, told: [] as string[] };
  const bus = {
    async publish(subject: string) {
      await null;
      state.tried.add(subject);
      if (state.away) throw new CodedError('REMOTE_FAILED', 'Away.');
      return state.told.push(subject);
    },
  } as Partial<Bus> as Bus;
  const untold = createUntold({
    ...{ bus: async () => bus, transcripts: folder, onTold() {}, startedAt: () => 5 },
    save() {
      state.saves += 1;
    },
    onAnswered: async () => {},
    onFailed() {
      state.failures += 1;
    },
  });
  const message = { id: 'turn', type: 'result', payload: { text: 'x' } };
  const results = (session: number) => [{ subject: `results ${session}`, message, answers: null }];
  untold.takeOver(sessions.map((session) => ({ session, next: 1, newest: 0, results: results(session) })));
  untold.resume();
  await expect.poll(() => state.failures).toBeGreaterThan(0);
  expect([state.tried.size < 10, state.saves]).toEqual([true, 0]);
  state.away = false;
  untold.resume();
  await expect.poll(() => untold.isBehind()).toBe(false);
  expect([...state.told].sort()).toEqual(sessions.map((session) => `results ${session}`).sort());
  await untold.close();
});

test('what is not told and cannot be read is said and set aside, and does not keep the next from being noted', () => {
  const file = join(temporaryFolder(), 'untold.json');
  const causes: unknown[] = [];
  expect(readUntold(file, fail)).toEqual([]);
  for (const text of ['[{"session":1,', '{"version":2}']) {
    writeFileSync(file, text);
    expect(readUntold(file, (cause) => causes.push(cause))).toEqual([]);
    expect(readFileSync(`${file}.unread`, 'utf8')).toBe(text);
  }
  expect(causes).toHaveLength(2);
  const line = { session: 1, next: 2, newest: 3, results: [] };
  writeUntold(file, [line]);
  expect(readUntold(file, fail)).toEqual([line]);
});
