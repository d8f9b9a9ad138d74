import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { noBudget } from '../../../core/contract/budget';
import type { Deps } from '../../../core/runner/deps';
import { type Meter, openMeter } from '../../../core/runner/meter';
import { insertSession, readSession } from '../../../core/store/sessions';
import { daySpending, taskSpending } from '../../../core/store/spending';
import { createWriter } from '../../../core/store/writer';
import { addTask, temporaryStore } from '../store/store';

/** Only the clock and the timers are fakes; the database is real. */
const morning = new Date(2030, 0, 15, 9, 0, 0).getTime();
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: morning }));
afterEach(() => void vi.useRealTimers());

const minute = 60_000;
const used = (inputTokens: number | null, outputTokens: number | null, costUsd: number | null) => ({
  inputTokens,
  outputTokens,
  costUsd,
});

function open(budget = noBudget, agent = 'claude') {
  const { db } = temporaryStore();
  const task = addTask(db, { budget });
  const session = insertSession(db, { task, agent, at: morning });
  const writer = createWriter(db);
  const disk = { full: false };
  const write: typeof writer.write = (operation) => {
    if (!disk.full) return writer.write(operation);
    return writer.write((store) => {
      operation(store);
      throw new Error('The disk is full.');
    });
  };
  const deps = {
    db,
    writer: { ...writer, write },
    now: Date.now,
    announce: () => {},
    log: () => {},
  } as unknown as Deps;
  const reached: string[] = [];
  const meter: Meter = openMeter(deps, { task, session, agent }, ({ measure }) => void reached.push(measure));
  const pass = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms);
    await writer.drain();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { db, task, session, meter, pass, reached, disk, spent: () => taskSpending(db, task) };
}

describe('what a turn spends', () => {
  test('is counted while it works, each word of the agent once', async () => {
    const { meter, pass, spent, db, session } = open();
    meter.heard(used(100, 20, 0.5));
    meter.heard(used(300, 60, 1.25));
    await pass(0);
    expect(spent()).toMatchObject({ usd: 1.25, tokens: 360 });
    await meter.over(used(300, 80, 1.5), true);
    expect(spent()).toMatchObject({ usd: 1.5, tokens: 380, usdUntold: false, tokensUntold: false });
    expect(readSession(db, session).usage).toEqual(used(300, 80, 1.5));
  });

  test('keeps what was told when the turn ends without a word about it', async () => {
    const { meter, spent } = open();
    meter.heard(used(100, 20, 0.5));
    await meter.over(used(null, null, null), true);
    expect(spent()).toMatchObject({ usd: 0.5, tokens: 120, usdUntold: false });
  });

  test('is unknown, and not nothing, when the agent does not tell it', async () => {
    const goose = open(noBudget, 'goose');
    await goose.meter.over(used(100, 20, null), true);
    expect(goose.spent()).toMatchObject({ usd: 0, usdUntold: true, tokens: 120, tokensUntold: true });
    const known = open(noBudget, 'goose');
    await known.meter.over(used(100, 20, 0.5), true);
    expect(known.spent()).toMatchObject({ usd: 0.5, usdUntold: false, tokensUntold: true });
    const refused = open();
    await refused.meter.over(used(null, null, null), false);
    expect(refused.spent()).toMatchObject({ usdUntold: false, tokensUntold: false });
  });

  test('has the time its agent worked, of which a crash loses some seconds at most', async () => {
    const { pass, spent } = open();
    await pass(5 * minute);
    expect(spent().runningMs).toBe(5 * minute);
  });

  test('has neither the time it waited for the person nor that of a computer that slept', async () => {
    const { meter, pass, spent } = open();
    await pass(minute);
    const answered = meter.waiting();
    await pass(60 * minute);
    answered();
    await pass(minute);
    vi.setSystemTime(Date.now() + 8 * 60 * minute);
    await pass(20_000);
    await meter.over(used(1, 1, 1), true);
    expect(spent().runningMs).toBeGreaterThanOrEqual(2 * minute);
    expect(spent().runningMs).toBeLessThan(3 * minute);
  });

  test('is counted once the disk takes it again, and nothing of it is lost or counted twice', async () => {
    const { meter, pass, spent, disk } = open();
    meter.heard(used(100, 0, 1));
    await pass(0);
    disk.full = true;
    meter.heard(used(300, 0, 3));
    await pass(minute);
    expect(spent()).toMatchObject({ usd: 1, tokens: 100, runningMs: 0 });
    disk.full = false;
    await pass(minute);
    expect(spent()).toMatchObject({ usd: 3, tokens: 300, runningMs: 2 * minute });
    await meter.over(used(300, 0, 3.5), true);
    expect(spent()).toMatchObject({ usd: 3.5, tokens: 300, runningMs: 2 * minute });
  });

  test('is counted no further once it is over, whoever says so again', async () => {
    const { meter, pass, spent } = open();
    await pass(minute);
    await meter.over(used(1, 1, 1), true);
    await pass(minute);
    await meter.over(used(5, 5, 5), true);
    expect(spent()).toMatchObject({ usd: 1, tokens: 2, runningMs: minute });
  });

  test('counts for the day on which it is spent', async () => {
    const { meter, pass, db } = open();
    meter.heard(used(10, 0, 1));
    await pass(0);
    const midnight = new Date(morning).setHours(24, 0, 0, 0);
    vi.setSystemTime(midnight + minute);
    meter.heard(used(30, 0, 4));
    await pass(0);
    expect(daySpending(db, morning).usd).toBe(1);
    expect(daySpending(db, midnight)).toMatchObject({ usd: 3, tokens: 20 });
  });
});

describe('a budget that is reached', () => {
  test('is told at once when the agent tells what it used', async () => {
    const { meter, pass, reached } = open({ ...noBudget, usd: 1 });
    meter.heard(used(10, 0, 0.5));
    await pass(0);
    expect(reached).toEqual([]);
    meter.heard(used(10, 0, 1));
    await pass(0);
    expect(reached).toEqual(['usd']);
  });

  test('is told after a write that failed', async () => {
    const { meter, pass, reached, disk } = open({ ...noBudget, usd: 1 });
    disk.full = true;
    meter.heard(used(10, 0, 2));
    await pass(0);
    disk.full = false;
    await pass(20_000);
    expect(reached).toEqual(['usd']);
  });

  test('is told by the clock when it is one of minutes, to the second', async () => {
    const { pass, reached } = open({ ...noBudget, minutes: 2.5 });
    await pass(149_000);
    expect(reached).toEqual([]);
    await pass(1500);
    expect(reached).toEqual(['minutes']);
  });

  test('is not told once the turn is over', async () => {
    const { meter, pass, reached } = open({ ...noBudget, minutes: 1 });
    await meter.over(used(1, 1, 1), true);
    await pass(5 * minute);
    expect(reached).toEqual([]);
  });
});
