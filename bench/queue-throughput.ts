import { openRawQueue } from './support/raw-queue';
import { type Figure, median, report } from './support/report';
import { openQueue, type Queue } from './support/store-queue';

const runs = 5;
const jobs = Number(process.argv.find((argument) => argument.startsWith('--jobs='))?.slice('--jobs='.length) ?? 1000);
const body = 'x'.repeat(190);
const inFlight = [1, 8, 64];

/** Tasks per second. */
interface Rates {
  readonly enqueue: number;
  readonly process: number;
}

/** Operations per second of `count` of them. */
async function rate(count: number, work: () => Promise<void> | void): Promise<number> {
  const start = performance.now();
  await work();
  return (count / (performance.now() - start)) * 1000;
}

function measureRaw(): Rates {
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

async function measureOurs(callers: number): Promise<Rates> {
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

const raw: Rates[] = [];
const ours = new Map<number, Rates[]>(inFlight.map((callers) => [callers, []]));
for (let run = 0; run < runs; run++) {
  raw.push(measureRaw());
  for (const callers of inFlight) ours.get(callers)?.push(await measureOurs(callers));
}

/** The middle of the runs, and the middle of each run's ratio to the baseline of the same run: the disk's mood changes. */
function figure(name: string, rates: readonly number[], baseline: readonly number[]): Figure {
  const ratio = median(rates.map((value, run) => value / (baseline[run] ?? Number.NaN)));
  return { name, value: median(rates), unit: 'tasks/s', ratio };
}

const rawEnqueue = raw.map((rates) => rates.enqueue);
const rawProcess = raw.map((rates) => rates.process);
report([
  figure('raw-enqueue', rawEnqueue, rawEnqueue),
  figure('raw-claim-complete', rawProcess, rawProcess),
  ...[...ours].flatMap(([callers, rates]) => [
    figure(
      `enqueue-${callers}`,
      rates.map((each) => each.enqueue),
      rawEnqueue,
    ),
    figure(
      `claim-complete-${callers}`,
      rates.map((each) => each.process),
      rawProcess,
    ),
  ]),
]);
