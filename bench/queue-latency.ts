import { setTimeout as sleep } from 'node:timers/promises';
import { makeLogRoom } from '../core/store/log-room';
import { openRawQueue } from './support/raw-queue';
import { median, percentile, report } from './support/report';
import { openQueue } from './support/store-queue';

const runs = 5;
const samples = 200;
const body = 'x'.repeat(190);

/** The samples of one run, in milliseconds. */
interface Times {
  readonly raw: number[];
  readonly ours: number[];
}

/**
 * The baseline is one durable commit of the smallest queue; ours is the time from the call that enqueues to the start of
 * the handler in a worker that was waiting. They take turns, so that both meet the disk in the same mood.
 */
async function measure(): Promise<Times> {
  const raw = openRawQueue();
  const queue = openQueue();
  // As the runtime does in its first seconds.
  await makeLogRoom(queue.db);
  const signal = new AbortController().signal;
  const times: Times = { raw: [], ours: [] };
  for (let count = 0; count < samples; count++) {
    const next = queue.source.next(1, signal);
    await idle();
    const rawStart = performance.now();
    raw.enqueue(body);
    times.raw.push(performance.now() - rawStart);
    await idle();
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

/** Long enough for the event loop to have nothing to do, which is the case that is measured. */
function idle(): Promise<void> {
  return sleep(3);
}

const all: Times[] = [];
for (let run = 0; run < runs; run++) all.push(await measure());
report(
  [0.5, 0.99].flatMap((share) => {
    const raw = all.map((times) => percentile(times.raw, share));
    const ours = all.map((times) => percentile(times.ours, share));
    const ratio = median(ours.map((time, run) => time / (raw[run] ?? Number.NaN)));
    const name = `p${share * 100}`;
    return [
      { name: `raw-commit-${name}`, value: median(raw), unit: 'ms', ratio: 1 },
      { name: `enqueue-to-start-${name}`, value: median(ours), unit: 'ms', ratio },
    ];
  }),
);
