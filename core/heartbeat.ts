import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from './client';
import { createResources } from './server/resources';

/** Tells another program, every half minute, that this worker is there and how it is, until the signal is aborted. */
export async function keepBeating(options: {
  /** Where it is told: by POST, as JSON. */
  readonly url: string;
  readonly client: Client;
  readonly data: string;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  /** Waits; rejects when the signal is aborted. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}): Promise<void> {
  const { url, client, data, signal, log } = options;
  const wait = options.wait ?? ((ms) => delay(ms, undefined, { signal, ref: false }));
  const resources = createResources(data);
  const told = async (status?: 'offline') => {
    const { tasks, workers } = await client.runtime.status();
    const busy = workers.some(({ state }) => state !== 'idle');
    return { status: status ?? (busy ? 'busy' : 'idle'), tasks, ...(await resources()) };
  };
  let failed = 0;
  while (!signal.aborted) {
    try {
      await post(url, await told());
      if (failed > 0) log('The heartbeat is heard again.');
      failed = 0;
    } catch (error) {
      failed += 1;
      // Said once: whoever hears it may be away for long, and nothing depends on them.
      if (failed === 1) log(`The heartbeat was not heard: ${reasonOf(error)}. Work goes on, and it is tried again.`);
    }
    await wait(Math.min(everyMs * 2 ** Math.min(failed, 4), longestMs), signal).catch(() => {});
  }
  await told('offline')
    .then((last) => post(url, last, goodbyeMs))
    .catch(() => {});
}

const everyMs = 30_000;
const longestMs = 5 * 60_000;
const answerMs = 10_000;
/** Stopping waits no longer than this for somebody who may be away. */
const goodbyeMs = 2_000;

async function post(url: string, body: unknown, patienceMs = answerMs): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    // Where it goes was said; nobody else says it.
    redirect: 'error',
    signal: AbortSignal.timeout(patienceMs),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`it was answered with status ${response.status}`);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
