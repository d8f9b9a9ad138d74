import type { Change } from '../../core/contract/change';
import type { Client, Lines } from '../client';
import { applyChanges, type Model } from './model';
import type { Store } from './store';

/** How often the core is asked whether it is there, and how long it may take to say so. */
const pulseMs = 5_000;
const answerMs = 8_000;
const askAgainMs = 1_500;

/** The live line to the core: the newest one's client, and whoever waits for another. */
export interface Line {
  /** The client now in use. Throws with a sentence when there is none. */
  client(): Client;
  /** Asks for another line at once, in place of waiting until that is tried again. */
  ask(): void;
  /** Calls back whenever another client takes over. Gives back how to stop. */
  onClient(listener: () => void): () => void;
}

/**
 * Takes every line that is opened, follows the changes of the newest one into the model, and marks the model as lost when
 * the core no longer answers. It asks for a new line until one comes.
 */
export function connect(model: Store<Model>, lines: Lines): Line {
  let current: { readonly client: Client; readonly ended: AbortController } | null = null;
  const listeners = new Set<() => void>();

  lines.onLine(({ client, closed, close }) => {
    current?.ended.abort();
    const ended = new AbortController();
    ended.signal.addEventListener('abort', close);
    current = { client, ended };
    const lose = (): void => {
      if (ended.signal.aborted) return;
      ended.abort();
      model.update(withoutCore);
      askAgain();
    };
    void closed.then(lose);
    // A core that starts may take long to answer at all, after a crash longest; only one that has answered is felt.
    const feel = (): void => void feelPulse(client, ended.signal).then(lose, lose);
    void follow({ client, model, signal: ended.signal, onAnswer: feel }).then(lose, lose);
    for (const listener of [...listeners]) listener();
  });

  const askAgain = (): void => {
    const timer = setInterval(() => {
      if (current !== null && !current.ended.signal.aborted) clearInterval(timer);
      else lines.ask();
    }, askAgainMs);
  };

  lines.ask();
  return {
    ask: () => lines.ask(),
    client() {
      if (current === null || current.ended.signal.aborted) {
        throw Object.assign(
          new Error('Switchyard is not connected to its core. It reconnects by itself; try again then.'),
          {
            code: 'NO_CONNECTION',
          },
        );
      }
      return current.client;
    },
    onClient(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** A core that was never there is still starting; one that was is lost since it first did not answer. */
function withoutCore(model: Model): Model {
  if (model.connection.kind !== 'connected') return model;
  return { ...model, connection: { kind: 'lost', since: Date.now() } };
}

/** Changes that come in one burst are shown as one, so that ten busy agents cost one paint. */
async function follow(options: {
  readonly client: Client;
  readonly model: Store<Model>;
  readonly signal: AbortSignal;
  /** Called when the snapshot is here. */
  readonly onAnswer: () => void;
}): Promise<void> {
  const { client, model, signal } = options;
  let waiting: Change[] = [];
  const flush = (): void => {
    const changes = waiting;
    waiting = [];
    if (!signal.aborted) model.update((value) => applyChanges(value, changes));
  };
  for await (const change of await client.changes.follow(undefined, { signal })) {
    if (change.type === 'snapshot') options.onAnswer();
    waiting.push(change);
    if (waiting.length === 1) setTimeout(flush, change.type === 'snapshot' ? 0 : 16);
  }
}

async function feelPulse(client: Client, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(pulseMs, signal);
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), answerMs);
    try {
      await client.runtime.status(undefined, { signal: late.signal });
    } finally {
      clearTimeout(timer);
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
