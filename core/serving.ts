import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import type { Config } from './config';
import { calls } from './contract/calls';
import { CodedError } from './contract/errors';
import { serveWebPage } from './page';
import { relayUpgrades } from './relay-upgrades';
import type { Runtime } from './runtime';
import { apiRoutes } from './server/api-routes';
import { callRoutes } from './server/call-routes';
import { codedAnswers } from './server/errors';
import { eventRoute } from './server/event-route';
import { type HttpServer, openServer } from './server/http';
import { pageRoutes } from './server/page-routes';
import { signInRoute } from './server/sign-in-route';
import { stateRoutes } from './server/state-routes';
import { isSecret } from './server/token';
import { reportsOf } from './serving-report';
import { newSecret } from './store/secret';
import { version } from './version';

/** The server of a runtime, open. */
export interface Serving extends Pick<HttpServer, 'url' | 'clients' | 'close'> {}

/** Opens the server of a runtime and says in `run/server.json` how it is reached. Throws when its port cannot be had. */
export async function openServing(options: {
  readonly runtime: Runtime;
  readonly config: Config;
  readonly page: string | null;
  readonly port: number | null;
  readonly onClients?: ((count: number) => void) | undefined;
}): Promise<Serving> {
  const { runtime, config, page } = options;
  const { router, admissions } = runtime;
  const { data, run } = config.folders;
  const log = (line: string) => runtime.log('warning', line);
  const launch = newSecret();
  const client = createRouterClient(router, { context: { by: 'person' }, interceptors: [codedAnswers(log)] });
  const routes = [
    callRoutes({ router, log }),
    stateRoutes({ version, health: runtime.health, reads: reportsOf({ client, data }) }),
    eventRoute(({ pattern, after }, { caller, signal }) => {
      const from = { pattern, ...(after !== undefined && { after }) };
      return createRouterClient(router, { context: caller }).relay.follow(from, { signal });
    }, runtime.onOutage),
    signInRoute(admissions.signIn),
    apiRoutes({ router, contract: calls, version, log }),
    pageRoutes(async (asked) => (page === null ? null : serveWebPage(page, asked))),
  ];
  const relay = relayUpgrades({ relay: runtime.relay, log });
  const server = await open({
    asked: options.port,
    run,
    open: (port) =>
      openServer({
        port,
        router,
        routes,
        upgrades: relay.upgrades,
        admit: (token) =>
          isSecret(token, launch)
            ? { id: 'launch', caller: { by: 'person' }, expiresAt: null }
            : admissions.admit(token),
        hosts: () => runtime.settings().serverHosts,
        log,
        ...(options.onClients && { onClients: options.onClients }),
      }),
  });
  const leave = admissions.onEnd(server.end);
  const file = join(run, 'server.json');
  try {
    announce(file, { url: server.url, token: launch, pid: process.pid });
    writeFileSync(join(run, portFile), `${server.port}\n`, { mode: 0o600 });
  } catch (error) {
    await server.close();
    throw error;
  }
  return {
    url: server.url,
    clients: server.clients,
    async close() {
      leave();
      rmSync(file, { force: true });
      // Whoever is on the relay is told that this is no end for good, before the server hangs up on everybody.
      await relay.close();
      await server.close();
    },
  };
}

/** The port a server had before: a browser that is signed in finds the next one there. */
const portFile = 'server-port';

/** Opens a server on the port that was asked for by its number, or else on the one it had, or else on any. */
async function open(options: {
  readonly asked: number | null;
  readonly run: string;
  readonly open: (port: number) => Promise<HttpServer>;
}): Promise<HttpServer> {
  const { asked, run } = options;
  if (asked === null || asked === 0) return options.open(portBefore(run)).catch(() => options.open(0));
  return options.open(asked).catch((cause: unknown) => {
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'another program has it' : code === 'EACCES' ? 'you may not have it' : code;
    const message = `Tried to listen on port ${asked} of 127.0.0.1; ${why}. Name another one, or 0 for any.`;
    throw new CodedError('NOT_STARTED', message, { facts: { port: asked }, cause });
  });
}

function portBefore(run: string): number {
  try {
    const port = Number(readFileSync(join(run, portFile), 'utf8'));
    return Number.isInteger(port) && port > 1023 && port < 65_536 ? port : 0;
  } catch {
    return 0;
  }
}

/** Says how the server is reached, whole and to its owner alone. */
function announce(file: string, record: { readonly url: string; readonly token: string; readonly pid: number }): void {
  const unfinished = `${file}.new`;
  rmSync(unfinished, { force: true });
  // Made anew: what somebody else put there is neither written to nor followed.
  writeFileSync(unfinished, `${JSON.stringify(record)}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(unfinished, file);
}
