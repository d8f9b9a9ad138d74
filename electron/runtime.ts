import type { MessagePortMain } from 'electron';
import type { Client, Connection } from '../core/client';
import type { Config } from '../core/config';
import { CodedError } from '../core/contract/errors';
import type { StopManner } from '../core/contract/stop';
import type { OpenOptions, OpenRuntime } from '../core/open';
import { portLine } from './port';

/** The runtime as the app sees it, whether it runs in here or in the background. */
export interface Runtime {
  /** Calls of the app itself, once the runtime can be reached. */
  client(): Promise<Client>;
  /** Connects a window's port to the runtime, once it can be reached. */
  mount(port: MessagePortMain): void;
  /** Calls of the runtime that stops with the app; null when that goes on in the background, or is not there yet. */
  own(): Promise<Client | null>;
  /** Stops a runtime of our own, or leaves the one in the background at work. */
  close(manner: StopManner): Promise<void>;
}

/** Quitting waits this long for agents to be parked. */
const parkingMs = 8_000;
/** And this long for a runtime that is being joined. */
const joiningMs = 1_000;

type Joined =
  | { readonly kind: 'owned'; readonly runtime: OpenRuntime }
  | { readonly kind: 'attached'; readonly connection: Connection };

/**
 * Joins the runtime of a data folder: becomes its owner, or attaches to the one in the background. When that one ends
 * the app takes its place.
 */
export function joinRuntime(options: {
  readonly config: Config;
  readonly askHuman: OpenOptions['askHuman'];
  readonly hook?: OpenOptions['hook'];
  readonly host?: OpenOptions['host'];
  readonly starter?: OpenOptions['starter'];
  readonly keychain?: OpenOptions['keychain'];
  readonly page?: OpenOptions['page'];
  /** Resolves when the work may begin. */
  readonly after: Promise<void>;
  /** Another runtime is there than the one the windows' ports led to. */
  readonly onMoved: () => void;
  readonly onStopRequested: OpenOptions['onStopRequested'];
  /** Joining failed; resolves true to try again. */
  readonly onFailure: (error: unknown) => Promise<boolean>;
}): Runtime {
  let closing = false;
  let current = options.after.then(insist);

  async function insist(): Promise<Joined> {
    for (;;) {
      try {
        return watched(await join(options));
      } catch (error) {
        if (closing || !(await options.onFailure(error))) return new Promise(() => {});
      }
    }
  }

  function watched(joined: Joined): Joined {
    if (joined.kind === 'attached') {
      void joined.connection.closed.then(() => {
        if (closing) return;
        current = insist();
        void current.then(() => options.onMoved());
      });
    }
    return joined;
  }

  /** What was joined; null when that takes longer than anybody who quits would wait. */
  const joinedSoon = () =>
    Promise.race([current, new Promise<null>((resolve) => setTimeout(() => resolve(null), joiningMs))]);

  return {
    async client() {
      const joined = await current;
      return joined.kind === 'owned' ? joined.runtime.client : joined.connection.client;
    },
    mount(port) {
      const line = portLine(port);
      void current.then(async (joined) => {
        if (joined.kind === 'owned') return joined.runtime.serve(line);
        const { attach, version } = await doors();
        const own = await attach({ folder: options.config.folders.data, version }).catch(() => null);
        if (own === null) return line.close();
        own.giveTo(line);
      });
    },
    async own() {
      const joined = await joinedSoon();
      return joined?.kind === 'owned' ? joined.runtime.client : null;
    },
    async close(manner) {
      closing = true;
      const joined = await joinedSoon();
      if (joined?.kind === 'owned') await joined.runtime.close(parkingMs, manner);
      if (joined?.kind === 'attached') joined.connection.close();
    },
  };
}

async function join(
  options: Pick<
    OpenOptions,
    'config' | 'askHuman' | 'hook' | 'host' | 'starter' | 'keychain' | 'page' | 'onStopRequested'
  >,
): Promise<Joined> {
  const { openRuntime, attach, ownerPatience, version } = await doors();
  const { folders } = options.config;
  const tryAgain = ownerPatience(folders);
  for (;;) {
    const opened = await openRuntime({
      config: options.config,
      owner: 'app',
      askHuman: options.askHuman,
      hook: options.hook,
      host: options.host,
      starter: options.starter,
      keychain: options.keychain ?? null,
      page: options.page ?? null,
      desktop: process.execPath,
      onStopRequested: options.onStopRequested,
    });
    if (opened.kind === 'owned') return { kind: 'owned', runtime: opened };
    const connection = await attach({ folder: folders.data, version });
    if (connection !== null) return { kind: 'attached', connection };
    if (!(await tryAgain())) {
      const message = `Another Switchyard owns ${folders.data} but does not answer. End it, then try again.`;
      throw new CodedError('DATA_FOLDER_OWNED', message, { facts: { folder: folders.data } });
    }
  }
}

/** Loaded late: SQLite and the rest of the core would hold up the first paint. */
async function doors() {
  const [{ openRuntime }, { attach }, { ownerPatience }, { version }] = await Promise.all([
    import('../core/open'),
    import('../core/client'),
    import('../core/owner-patience'),
    import('../core/version'),
  ]);
  return { openRuntime, attach, ownerPatience, version };
}
