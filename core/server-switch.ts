import type { Config } from './config';
import type { Settings } from './contract/settings';
import type { Runtime } from './runtime';
import type { Serving } from './serving';

/** The server as the setting has it: open or closed, and again otherwise when that changes. */
export interface ServerSwitch {
  /** Resolves once it is open, was not wanted, or could not be opened, which only throws when its port was asked for. */
  readonly begun: Promise<void>;
  /** How many connections to it last. */
  clients(): number;
  close(): Promise<void>;
}

/** What is waited before it is opened: what a window shows first comes first. */
const graceMs = 300;

/**
 * Opens the server beside a runtime that has started, and follows the setting from then on. What it takes is read from disk only now:
 * nobody waits for it.
 */
export function switchServer(options: {
  readonly runtime: Runtime;
  readonly config: Config;
  /** The folder of the built page. */
  readonly page: string | null;
  /** The port that was asked for, whatever the setting says; without it any. */
  readonly port: number | null;
  readonly onClients?: ((count: number) => void) | undefined;
}): ServerSwitch {
  const { runtime, config, page, port, onClients } = options;
  let serving: Serving | null = null;
  let closing = false;
  let stopWaiting = () => {};
  let turn: Promise<void> = Promise.resolve();

  const apply = async (wanted: boolean): Promise<void> => {
    if (!wanted || closing) {
      await serving?.close();
      serving = null;
      return runtime.server.set({ kind: 'off' });
    }
    if (serving !== null) return;
    try {
      const { openServing } = await import('./serving');
      serving = await openServing({ runtime, config, page, port, onClients });
      runtime.server.set({ kind: 'listening', url: serving.url });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      runtime.server.set({ kind: 'failed', reason });
      if (port !== null) throw cause;
      runtime.log('warning', 'The server could not be opened. Everything else works.', { reason });
    }
  };
  const next = (wanted: boolean) => {
    turn = turn.then(() => apply(wanted));
    return turn;
  };
  const wants = ({ server }: Pick<Settings, 'server'>) => port !== null || server;
  const leave = runtime.onSettings((settings) => void next(wants(settings)).catch(() => {}));

  const first = wants(runtime.settings());
  if (first) runtime.server.set({ kind: 'starting' });
  const grace =
    port !== null || !first
      ? Promise.resolve()
      : new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, graceMs);
          timer.unref();
          stopWaiting = () => {
            clearTimeout(timer);
            resolve();
          };
        });
  turn = grace;
  return {
    begun: next(first),
    clients: () => serving?.clients() ?? 0,
    async close() {
      closing = true;
      leave();
      stopWaiting();
      await next(false).catch(() => {});
    },
  };
}
