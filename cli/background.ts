import type { Config } from '../core/config';
import { CodedError } from '../core/contract/errors';
import type { OwnerRecord } from '../core/contract/owner';
import { whereItRuns } from '../core/contract/status';
import type { StopManner } from '../core/contract/stop';
import { type OpenOptions, type OpenRuntime, openRuntime } from '../core/open';
import type { ServicesWanted } from '../core/runtime';
import { readServicesMark } from '../core/services-mark';
import type { Started } from './reach';

/** Why a runtime without a window ended. */
export interface Ended {
  readonly kind: 'taken' | 'stopped' | 'idle';
  readonly reason: string;
}

/**
 * Owns the data folder until it is told to stop (a call, SIGTERM, SIGINT) or has had nothing to do for `idleMs`; null
 * stays for good. Reports once how the start went.
 */
export async function runInBackground(options: {
  readonly config: Config;
  readonly askHuman: OpenOptions['askHuman'];
  readonly hook?: OpenOptions['hook'];
  readonly host?: OpenOptions['host'];
  readonly starter?: OpenOptions['starter'];
  readonly desktop: string | null;
  readonly page?: OpenOptions['page'];
  readonly statusPort?: OpenOptions['statusPort'];
  /** What is started before work is taken, and stopped after it. */
  readonly services?: Pick<ServicesWanted, 'file' | 'manifest'> | null;
  readonly withoutServices?: OpenOptions['withoutServices'];
  /** Where a heartbeat is posted to. */
  readonly heartbeat?: string | null;
  /** Hears what is said while it runs. */
  readonly say?: (line: string) => void;
  readonly foreground?: boolean;
  readonly idleMs: number | null;
  readonly stopped: AbortSignal;
  readonly report: (started: Started) => void;
}): Promise<Ended> {
  let end: (ended: Ended) => void = () => {};
  const ended = new Promise<Ended>((resolve) => {
    end = resolve;
  });
  let look = () => {};
  let manner: StopManner = {};
  const leaving = new AbortController();
  const stopping = () => {
    leaving.abort();
    end({ kind: 'stopped', reason: 'Stopped by a signal.' });
  };
  options.stopped.addEventListener('abort', stopping, { once: true });
  if (options.stopped.aborted) stopping();
  // Services may take long to start, and what was started must be stopped.
  if (options.services != null) process.once('SIGTERM', stopping);
  let opened: Awaited<ReturnType<typeof open>>;
  try {
    opened = await open(
      { ...options, stopped: leaving.signal },
      (asked) => {
        manner = asked;
        end({ kind: 'stopped', reason: 'Stopped on request.' });
      },
      () => look(),
    );
  } catch (error) {
    if (leaving.signal.aborted) return ended;
    throw error;
  }
  if (opened.kind === 'taken') {
    options.report({ state: 'taken' });
    return { kind: 'taken', reason: takenWords(opened.by, options.config.folders.data) };
  }
  if (options.services == null) process.once('SIGTERM', stopping);
  const watching =
    options.idleMs === null
      ? null
      : watchIdle(opened, options.idleMs, () => end({ kind: 'idle', reason: 'Ended: there was nothing to do.' }));
  look = watching?.look ?? look;
  if (options.statusPort != null) await sayWhere(opened, options.say);
  options.report({ state: 'ready' });
  const beating = new AbortController();
  const beat = beginBeating(options, opened, beating.signal);
  const result = await ended;
  beating.abort();
  await beat;
  // Clients that leave from now on must not make it look into a store that closes.
  look = () => {};
  watching?.stop();
  await opened.close(undefined, manner);
  process.off('SIGTERM', stopping);
  return result;
}

/** Says where the server listens that was asked for by its port: which it is, is not known of any port. */
async function sayWhere({ client }: OpenRuntime, say: (line: string) => void = () => {}): Promise<void> {
  const { server } = await client.runtime.status();
  if (server.kind === 'listening') say(`The server listens at ${server.url}`);
}

/** Who owns the folder, how it was started and how it is stopped. */
function takenWords(by: OwnerRecord | null, data: string): string {
  if (by === null) return `Another process owns ${data} already. Type that again in a moment.`;
  const app = by.owner === 'app';
  const services = app ? null : readServicesMark(data);
  const how = app
    ? ''
    : `, started ${whereItRuns(by)} ${services === null ? 'without services' : `with the services of ${services}`},`;
  const who = `The ${app ? 'Switchyard app' : 'runtime'} (process ${by.pid})${how}`;
  return `${who} owns ${data} already. Stop it with \`switchyard stop${app ? ' --app' : ''}\`, then type that again.`;
}

/** Posts the heartbeat that was asked for; resolves once it has ended. */
async function beginBeating(
  options: Pick<Parameters<typeof runInBackground>[0], 'config' | 'heartbeat' | 'say'>,
  { client }: OpenRuntime,
  signal: AbortSignal,
): Promise<void> {
  const { heartbeat, say = () => {} } = options;
  if (heartbeat == null) return;
  const { keepBeating } = await import('../core/heartbeat');
  await keepBeating({ url: heartbeat, client, data: options.config.folders.data, signal, log: say });
}

async function open(
  options: {
    readonly config: Config;
    readonly askHuman: OpenOptions['askHuman'];
    readonly hook?: OpenOptions['hook'];
    readonly host?: OpenOptions['host'];
    readonly starter?: OpenOptions['starter'];
    readonly desktop: string | null;
    readonly page?: OpenOptions['page'];
    readonly statusPort?: OpenOptions['statusPort'];
    readonly services?: Pick<ServicesWanted, 'file' | 'manifest'> | null;
    readonly withoutServices?: OpenOptions['withoutServices'];
    readonly foreground?: boolean;
    readonly say?: (line: string) => void;
    readonly stopped: AbortSignal;
    readonly report: (started: Started) => void;
  },
  onStopRequested: OpenOptions['onStopRequested'],
  onClients: () => void,
) {
  const { say = () => {} } = options;
  try {
    return await openRuntime({
      config: options.config,
      owner: 'background',
      foreground: options.foreground ?? false,
      askHuman: options.askHuman,
      hook: options.hook,
      host: options.host,
      starter: options.starter,
      desktop: options.desktop,
      page: options.page ?? null,
      statusPort: options.statusPort ?? null,
      withoutServices: options.withoutServices ?? false,
      services: options.services ? { ...options.services, say, stopped: options.stopped } : null,
      onStopRequested,
      onClients,
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    options.report({ state: 'failed', code: error instanceof CodedError ? error.code : 'INTERNAL', message });
    throw error;
  }
}

/** Calls `onIdle` when there has been nothing to do for `idleMs` on end. Looks only when something happens. */
function watchIdle(runtime: OpenRuntime, idleMs: number, onIdle: () => void): { look(): void; stop(): void } {
  const leave = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    clearTimeout(timer);
    if (runtime.idle()) timer = setTimeout(() => (runtime.idle() ? onIdle() : look()), idleMs);
  };
  const follow = async () => {
    for await (const _change of await runtime.client.changes.follow(undefined, { signal: leave.signal })) look();
  };
  // Ends with an error when the runtime stops, which is when nobody needs to look any more.
  follow().catch(() => {});
  look();
  return {
    look,
    stop() {
      clearTimeout(timer);
      leave.abort();
    },
  };
}
