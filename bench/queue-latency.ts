import { setTimeout as sleep } from 'node:timers/promises';
import { openRawQueue } from './support/raw-queue';
import { median, percentile, report } from './support/report';
import { openQueue } from './support/store-queue';

const runs = 5;
const samples = 200;
const body = 'x'.repeat(190);

/** The baseline: one durable commit of the smallest queue, in milliseconds. */
async function measureRaw(): Promise<readonly number[]> {
  const raw = openRawQueue();
  const times: number[] = [];
  for (let count = 0; count < samples; count++) {
    await idle();
    const start = performance.now();
    raw.enqueue(body);
    times.push(performance.now() - start);
  }
  raw.close();
  return times;
}

/** From the call that enqueues to the start of the handler in a worker that was waiting, in milliseconds. */
async function measureOurs(): Promise<readonly number[]> {
  const queue = openQueue();
  const signal = new AbortController().signal;
  const times: number[] = [];
  for (let count = 0; count < samples; count++) {
    const next = queue.source.next(1, signal);
    await idle();
    const start = performance.now();
    const enqueued = queue.enqueue(body);
    const [claim] = await next;
    times.push(performance.now() - start);
    await enqueued;
    if (claim !== undefined) await queue.complete(claim);
  }
  await queue.close();
  return times;
}

/** Long enough for the event loop to have nothing to do, which is the case that is measured. */
function idle(): Promise<void> {
  return sleep(3);
}

const raw: (readonly number[])[] = [];
const ours: (readonly number[])[] = [];
for (let run = 0; run < runs; run++) {
  raw.push(await measureRaw());
  ours.push(await measureOurs());
}
const middle = (all: readonly (readonly number[])[], share: number) =>
  median(all.map((times) => percentile(times, share)));
report([
  { name: 'raw-commit-p50', value: middle(raw, 0.5), unit: 'ms', ratio: 1 },
  { name: 'raw-commit-p99', value: middle(raw, 0.99), unit: 'ms', ratio: 1 },
  ...[0.5, 0.99].map((share) => ({
    name: `enqueue-to-start-p${share * 100}`,
    value: middle(ours, share),
    unit: 'ms',
    ratio: middle(ours, share) / middle(raw, share),
  })),
]);
