import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Look } from '../../../core/runner/ledger';
import { availableMemory, createAdmission } from '../../../core/runner/memory';
import { watchMemoryCap } from '../../../core/runner/memory-cap';
import { type Bed, openBed } from '../../support/runtime';

const megabyte = 1024 * 1024;

describe('the floor of free memory', () => {
  const admission = () => {
    const state = { floor: 512, available: 1000 as number | null, now: 5, changes: 0 };
    const made = createAdmission({
      floorMegabytes: () => state.floor,
      available: () => (state.available === null ? null : state.available * megabyte),
      now: () => state.now,
      onChange: () => (state.changes += 1),
    });
    return { state, made };
  };

  test('holds a due task while less is free, says so once, and lets it go when there is more', () => {
    const { state, made } = admission();
    expect(made.admits(true)).toBe(true);
    state.available = 300;
    expect([made.admits(true), made.admits(true)]).toEqual([false, false]);
    state.now = 9;
    expect(made.held()).toEqual({ available: 300 * megabyte, floor: 512 * megabyte, since: 5 });
    expect(state.changes).toBe(1);
    state.available = 600;
    expect(made.admits(true)).toBe(true);
    expect(made.held()).toBeNull();
    expect(state.changes).toBe(2);
  });

  test('holds nothing when no task is due, when it is 0, and where the system does not say', () => {
    const { state, made } = admission();
    state.available = 1;
    expect(made.admits(false)).toBe(true);
    state.floor = 0;
    expect(made.admits(true)).toBe(true);
    Object.assign(state, { floor: 512, available: null });
    expect(made.admits(true)).toBe(true);
    expect(state.changes).toBe(0);
  });

  test.runIf(process.platform === 'linux')('is held against what the system says is available', () => {
    expect(availableMemory()).toBeGreaterThan(16 * megabyte);
  });
});

describe('in a runtime', () => {
  let bed: Bed;
  beforeEach(async () => {
    bed = await openBed();
  });
  afterEach(() => bed.close());
  const create = async (prompt: string) => {
    const { id: repositoryId } = await bed.calls.repositories.add({ path: bed.repository.path, trust: false });
    return (await bed.calls.tasks.create({ repositoryId, title: 'Task', prompt, agent: 'echo' })).id;
  };

  test('a new task waits under the floor with its reason, one at work goes on, and it starts when the floor is lowered', async () => {
    const before = await create('[ask: Which?]');
    const [request] = (await bed.until(before, ({ requests }) => requests.length > 0)).requests;
    await bed.calls.settings.set({ name: 'memoryFloorMegabytes', value: 1_000_000 });
    const held = await create('[write: a.txt | a]');
    const leave = new AbortController();
    for await (const change of await bed.calls.changes.follow(undefined, { signal: leave.signal })) {
      if ((change.type === 'held.changed' || change.type === 'snapshot') && change.held !== null) break;
    }
    leave.abort();
    expect(await bed.calls.runtime.status()).toMatchObject({ held: { floor: 1_000_000 * megabyte } });
    const answer = { decision: null, rule: null, options: [], text: 'this' };
    await bed.calls.requests.answer({ request: request?.id ?? 0, answer });
    await bed.reaches(before, 'review');
    expect((await bed.calls.tasks.get({ task: held })).state).toBe('queued');
    await bed.calls.settings.set({ name: 'memoryFloorMegabytes', value: 0 });
    await bed.reaches(held, 'review');
    expect((await bed.calls.runtime.status()).held).toBeNull();
  });
});

test('a task over its cap is told, without its terminals, and what is looked at is only tasks in hand under a cap', async () => {
  let looks = 0;
  const cap = { megabytes: 0, inHand: [] as number[] };
  const over: number[] = [];
  const process = (task: number, megabytes: number) => ({
    ...{
      pid: task,
      parent: null,
      task,
      command: '',
      what: null,
      startedAt: null,
      memory: megabytes * megabyte,
      cpu: null,
    },
  });
  const list: Look = {
    visible: true,
    processes: [process(1, 60), process(1, 60), process(2, 90), { ...process(2, 500), pid: 20 }, process(3, 999)],
    terminals: new Map([[20, 1]]),
  };
  await new Promise<void>((resolve) => {
    const watch = watchMemoryCap({
      ...{ megabytes: () => cap.megabytes, inHand: () => cap.inHand, everyMs: 1, onError: () => {} },
      ledger: {
        async look() {
          looks += 1;
          return list;
        },
      },
      onOver(task) {
        over.push(task);
        watch.stop();
        resolve();
      },
    });
    expect(looks).toBe(0);
    Object.assign(cap, { megabytes: 100, inHand: [2, 1] });
  });
  expect(over).toEqual([1]);
});
