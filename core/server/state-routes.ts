import { refuse, reply } from './replies';
import type { Route } from './routes';

/** Whether everything works, as it is said to whoever watches it. */
export interface Health {
  readonly ok: boolean;
  /** What has failed for good, in sentences. */
  readonly problems: readonly string[];
}

/** How it is and what is done: for probes, which say no token and are told no more than that, and for programs of the person's. */
export function stateRoutes(options: {
  readonly version: string;
  readonly health: () => Health;
  readonly status: () => Promise<Readonly<Record<string, unknown>>>;
  /** Whether somebody who shows a token is told how it is: the person, and keys that may read it. */
  readonly mayRead: (asked: Parameters<Route['answer']>[0]) => boolean;
}): Route[] {
  const { version, health, status, mayRead } = options;
  return [
    {
      method: 'GET',
      path: '/health',
      open: true,
      answer(asked) {
        asked.began();
        const { ok, problems } = health();
        const more = mayRead(asked) ? { version, uptime_seconds: Math.round(process.uptime()), problems } : {};
        reply(asked.response, ok ? 200 : 503, { ok, ...more });
      },
    },
    {
      method: 'GET',
      path: '/status',
      async answer(asked) {
        asked.began();
        if (!mayRead(asked)) return refuse(asked.response, { status: 403, reason: 'This key may not read that.' });
        reply(asked.response, 200, await status());
      },
    },
  ];
}
