import { mayCall, mayNotCallWords } from '../contract/key';
import { createRoutes, needsToken, type Routes } from './app';
import { refused } from './replies';

/** Whether everything works, as it is said to whoever watches it. */
export interface Health {
  readonly ok: boolean;
  /** What has failed for good, or is away, in sentences. */
  readonly problems: readonly string[];
}

/** Something that can be read by its path: a JSON value, or text where its type is named. */
export interface Readable {
  /** Whoever may make this call may read it. */
  readonly call: string;
  readonly type?: string;
  read(): Promise<unknown>;
}

/** How it is and what is done: for probes, which say no token and are told no more than that, and for programs of the person's. */
export function stateRoutes(options: {
  readonly version: string;
  readonly health: () => Health;
  readonly reads: Readonly<Record<string, Readable>>;
}): Routes {
  const { version, health, reads } = options;
  const routes = createRoutes().get('/health', (c) => {
    const { ok, problems } = health();
    const { who } = c.var;
    const more =
      who !== null && mayCall(who.caller, 'runtime.status')
        ? { version, uptime_seconds: Math.round(process.uptime()), problems }
        : {};
    return c.json({ ok, ...more }, ok ? 200 : 503);
  });
  for (const [path, { call, type, read }] of Object.entries(reads))
    routes.get(path, needsToken, async (c) => {
      const { caller } = c.var.who;
      if (!mayCall(caller, call)) return refused({ status: 403, reason: mayNotCallWords(caller, call) });
      const value = await read();
      return type === undefined ? c.json(value ?? null) : c.body(String(value), 200, { 'content-type': type });
    });
  return routes;
}
