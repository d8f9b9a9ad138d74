import { createRouterClient } from '@orpc/server';
import { bootedSince } from './booted';
import type { Client } from './client';
import type { Config } from './config';
import type { OwnerRecord } from './contract/owner';
import type { StopManner } from './contract/stop';
import { makeSocketPlace, removeSocketPlace } from './host/socket-place';
import { hostEnvironment } from './host/start';
import { createRuntime } from './index';
import { claimDataFolder } from './owner';
import type { RuntimeOptions } from './runtime';
import { codedAnswers } from './server/errors';
import { type Line, serveLine } from './server/line';
import { serveSocket } from './server/socket';
import { switchServer } from './server-switch';
import { markServices, setServicesMark } from './services-mark';
import { createStarter, type StarterProgram } from './starter/starter';
import { version } from './version';

/** A data folder this process owns, with its runtime at work and its socket open. */
export interface OpenRuntime {
  readonly kind: 'owned';
  readonly owner: OwnerRecord;
  /** Makes calls without a door. Failures are coded as at every door. */
  readonly client: Client;
  /** Serves the contract on a line of the shell's own, a window's port. */
  serve(line: Line): void;
  /** Nothing is queued, running or waiting, no program runs on a terminal, and nobody is attached. */
  idle(): boolean;
  /** Parks what is in hand, waiting at most `limitMs` for it, hangs up on clients and lets the next owner in. */
  close(limitMs?: number, manner?: StopManner): Promise<void>;
}

/** What a shell supplies to open a data folder. */
export interface OpenOptions
  extends Pick<
    RuntimeOptions,
    | 'owner'
    | 'foreground'
    | 'askHuman'
    | 'hook'
    | 'host'
    | 'execute'
    | 'keychain'
    | 'services'
    | 'desktop'
    | 'onStopRequested'
  > {
  readonly config: Config;
  /** How to start a small process that starts git and checks from then on, in place of `execute`. */
  readonly starter?: StarterProgram | null;
  /** The folder of the built page, which the server shows in a browser. */
  readonly page?: string | null;
  /** The port that was asked for by name; then a server that cannot have it is a reason not to start. */
  readonly statusPort?: number | null;
  /** Goes on without the services that a runtime before was killed with. */
  readonly withoutServices?: boolean;
  /** Told whenever a client of the socket or the server came or left. */
  readonly onClients?: (count: number) => void;
}

/** The runtime's own socket in the run folder. */
const socketName = 'socket';

/**
 * Becomes the owner of a data folder and starts its runtime, or says who owns it. Throws what createRuntime, markServices
 * and claimDataFolder throw; then the folder is free again.
 */
export async function openRuntime(
  options: OpenOptions,
): Promise<OpenRuntime | { readonly kind: 'taken'; readonly by: OwnerRecord | null }> {
  const { config } = options;
  const { data, run } = config.folders;
  const claimed = claimDataFolder({ folder: data, nativeBinding: config.nativeBinding });
  if (claimed.kind === 'taken') return claimed;
  const undo: (() => Promise<void> | void)[] = [() => claimed.release()];
  try {
    // One that was killed could not take its socket away.
    if (claimed.before?.socket) removeSocketPlace(run, socketName, claimed.before.socket);
    undo.push(markServices(data, { file: options.services?.file ?? null, without: options.withoutServices ?? false }));
    // Starting may take long after a crash; whoever comes second learns from this that waiting is worth it.
    const starting: OwnerRecord = {
      pid: process.pid,
      startedAt: Date.now(),
      version,
      owner: options.owner,
      ...(options.foreground && { foreground: true }),
      socket: null,
    };
    claimed.announce(starting);
    // What is to be said before there is a log is said once there is.
    const untold: string[] = [];
    let log = (line: string): void => void untold.push(line);
    const starter =
      options.starter &&
      createStarter({
        program: options.starter,
        environment: hostEnvironment(config.environment),
        onUnusable: (reason) =>
          log(`Git and checks are started from the runtime itself: the starter cannot be used (${reason})`),
      });
    undo.push(() => starter?.close());
    const runtime = await createRuntime({
      ...{ ...options, execute: starter?.execute ?? options.execute },
      rebooted: claimed.before !== null && bootedSince(claimed.before.startedAt),
    });
    undo.push(() => runtime.stop());
    log = (line) => runtime.log('warning', line);
    untold.forEach(log);
    await runtime.start();
    const { router } = runtime;
    const path = makeSocketPlace(run, socketName);
    undo.push(() => removeSocketPlace(run, socketName, path));
    const socket = await serveSocket({ router, path, version, log, onClients: options.onClients });
    undo.push(() => socket.close());
    const server = switchServer({
      ...{
        runtime,
        config,
        page: options.page ?? null,
        port: options.statusPort ?? null,
        onClients: options.onClients,
      },
    });
    undo.push(() => server.close());
    if (options.statusPort != null) await server.begun;
    const owner: OwnerRecord = { ...starting, socket: path };
    claimed.announce(owner);
    let closing: Promise<void> | undefined;
    return {
      kind: 'owned',
      owner,
      client: createRouterClient(router, { context: { by: 'person' }, interceptors: [codedAnswers(log)] }),
      serve: (line) => serveLine({ router, line, caller: { by: 'person' }, log }),
      idle() {
        const { queued, running, waiting } = runtime.status().tasks;
        return queued + running + waiting + runtime.terminals() + socket.clients() + server.clients() === 0;
      },
      close(limitMs, manner) {
        // The socket outlives the runtime, so that whoever asked it to stop learns when it has; the folder comes last.
        closing ??= server
          .close()
          .then(() => runtime.stop(limitMs, manner))
          .finally(() => starter?.close())
          .finally(() => socket.close())
          .finally(() => removeSocketPlace(run, socketName, path))
          .finally(() => setServicesMark(data, null))
          .finally(() => claimed.release());
        return closing;
      },
    };
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  }
}
