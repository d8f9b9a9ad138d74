import { openRawQueue } from './support/raw-queue';
import { median, report } from './support/report';
import { openQueue, type Queue } from './support/store-queue';

const runs = 5;
const jobs = Number(process.argv.find((argument) => argument.startsWith('--jobs='))?.slice('--jobs='.length) ?? 3000);
const body = 'x'.repeat(190);
const inFlight = [1, 8, 64];

/** Operations per second of `count` of them. */
async function rate(count: number, work: () => Promise<void> | void): Promise<number> {
  const start = performance.now();
  await work();
  return (count / (performance.now() - start)) * 1000;
}

function measureRaw(): { readonly enqueue: number; readonly process: number } {
  const raw = openRawQueue();
  const loop = (work: () => void) => {
    const start = performance.now();
    for (let count = 0; count < jobs; count++) work();
    return (jobs / (performance.now() - start)) * 1000;
  };
  const enqueue = loop(() => raw.enqueue(body));
  const process = loop(() => raw.claimAndComplete());
  raw.close();
  return { enqueue, process };
}

async function measureOurs(callers: number): Promise<{ readonly enqueue: number; readonly process: number }> {
  const queue = openQueue();
  const enqueue = await rate(jobs, () => enqueueAll(queue, callers));
  const process = await rate(jobs, () => processAll(queue, callers));
  await queue.close();
  return { enqueue, process };
}

/** `callers` callers, each waiting for its acknowledgement before it enqueues again. */
async function enqueueAll(queue: Queue, callers: number): Promise<void> {
  let left = jobs;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (left-- > 0) await queue.enqueue(body);
    }),
  );
}

/**
 * A worker with this many slots and nothing to do in them. A slot asks for its next task in the breath in which it hands
 * in the last one, so that both can share a commit; every completion is acknowledged before the measurement ends.
 */
async function processAll(queue: Queue, slots: number): Promise<void> {
  const signal = new AbortController().signal;
  const completions: Promise<void>[] = [];
  while (completions.length < jobs) {
    const claims = await queue.source.next(slots, signal);
    for (const claim of claims) completions.push(queue.complete(claim));
  }
  await Promise.all(completions);
}

const raw: Awaited<ReturnType<typeof measureOurs>>[] = [];
const ours = new Map<number, Awaited<ReturnType<typeof measureOurs>>[]>(inFlight.map((callers) => [callers, []]));
for (let run = 0; run < runs; run++) {
  raw.push(measureRaw());
  for (const callers of inFlight) ours.get(callers)?.push(await measureOurs(callers));
}
const rawEnqueue = median(raw.map((figure) => figure.enqueue));
const rawProcess = median(raw.map((figure) => figure.process));
report([
  { name: 'raw-enqueue', value: rawEnqueue, unit: 'tasks/s', ratio: 1 },
  { name: 'raw-claim-complete', value: rawProcess, unit: 'tasks/s', ratio: 1 },
  ...inFlight.flatMap((callers) => {
    const figures = ours.get(callers) ?? [];
    const enqueue = median(figures.map((figure) => figure.enqueue));
    const process = median(figures.map((figure) => figure.process));
    return [
      { name: `enqueue-${callers}`, value: enqueue, unit: 'tasks/s', ratio: enqueue / rawEnqueue },
      { name: `claim-complete-${callers}`, value: process, unit: 'tasks/s', ratio: process / rawProcess },
    ];
  }),
]);
