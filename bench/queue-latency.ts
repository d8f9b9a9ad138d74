import { setTimeout as sleep } from 'node:timers/promises';
import { makeLogRoom } from '../core/store/log-room';
import { openRawQueue } from './support/raw-queue';
import { type Figure, median, percentile, report } from './support/report';
import { openQueue } from './support/store-queue';

const runs = 5;
const samples = 200;
const loadSamples = 1000;
const body = 'x'.repeat(190);

/** What passes between two samples. */
const pauses = {
  /** The worker waits, and the machine is awake: what a queue can do something about. */
  idle: () => new Promise<unknown>((resolve) => setImmediate(resolve)),
  /** The machine has slept as well, so that both have to wait for its processors to wake up. */
  rested: () => sleep(3),
} as const;

/** The samples of one run, in milliseconds. */
interface Times {
  readonly raw: readonly number[];
  readonly ours: readonly number[];
}

/**
 * The baseline is one durable commit of the smallest queue; ours is the time from the call that enqueues to the start of
 * the handler in a worker that was waiting. They take turns, so that both meet the disk in the same mood.
 */
async function measure(pause: () => Promise<unknown>): Promise<Times> {
  const raw = openRawQueue();
  const queue = openQueue();
  // As the runtime does in its first seconds.
  await makeLogRoom(queue.db);
  const signal = new AbortController().signal;
  const times = { raw: [] as number[], ours: [] as number[] };
  for (let count = 0; count < samples; count++) {
    const next = queue.source.next(1, signal);
    await pause();
    const rawStart = performance.now();
    raw.enqueue(body);
    times.raw.push(performance.now() - rawStart);
    await pause();
    const start = performance.now();
    const enqueued = queue.enqueue(body);
    const [claim] = await next;
    times.ours.push(performance.now() - start);
    await enqueued;
    if (claim !== undefined) await queue.complete(claim);
  }
  await queue.close();
  raw.close();
  return times;
}

/** A call every millisecond to a worker with eight slots that completes what it claims at once. */
async function measureUnderLoad(): Promise<readonly number[]> {
  const queue = openQueue();
  await makeLogRoom(queue.db);
  const called = new Map<number, number>();
  const started = new Map<number, number>();
  const over = new AbortController();
  const worker = (async () => {
    while (started.size < loadSamples) {
      const claims = await queue.source.next(8, over.signal);
      const now = performance.now();
      for (const { task } of claims) started.set(task, now);
      for (const claim of claims) void queue.complete(claim);
    }
  })();
  const calls: Promise<unknown>[] = [];
  const begin = performance.now();
  while (calls.length < loadSamples) {
    if (performance.now() - begin >= calls.length) {
      const at = performance.now();
      calls.push(queue.enqueue(body).then((task) => called.set(task, at)));
    } else await pauses.idle();
  }
  await Promise.all(calls);
  await worker;
  await queue.close();
  return [...started].map(([task, at]) => at - (called.get(task) ?? Number.NaN));
}

const idle: Times[] = [];
const rested: Times[] = [];
const loaded: (readonly number[])[] = [];
for (let run = 0; run < runs; run++) {
  idle.push(await measure(pauses.idle));
  rested.push(await measure(pauses.rested));
  loaded.push(await measureUnderLoad());
}

/** A share of all runs, with the middle of each run's ratio to the commit of the same run. */
function figures(name: string, share: number, all: readonly Times[]): readonly Figure[] {
  const raw = all.map((times) => percentile(times.raw, share));
  const ours = all.map((times) => percentile(times.ours, share));
  const ratio = median(ours.map((time, run) => time / (raw[run] ?? Number.NaN)));
  return [
    { name: `${name}-commit-p${share * 100}`, value: median(raw), unit: 'ms', ratio: 1 },
    { name: `${name}-enqueue-to-start-p${share * 100}`, value: median(ours), unit: 'ms', ratio },
  ];
}

report(
  [0.5, 0.99].flatMap((share) => {
    const underLoad = loaded.map((times) => percentile(times, share));
    const commit = idle.map((times) => percentile(times.raw, share));
    const ratio = median(underLoad.map((time, run) => time / (commit[run] ?? Number.NaN)));
    return [
      ...figures('idle', share, idle),
      ...figures('rested', share, rested),
      { name: `loaded-enqueue-to-start-p${share * 100}`, value: median(underLoad), unit: 'ms', ratio },
    ];
  }),
);
