import { mayCall } from '../contract/key';
import { refuse, reply, replyWith } from './replies';
import type { Answer, Route } from './routes';

/** Whether everything works, as it is said to whoever watches it. */
export interface Health {
  readonly ok: boolean;
  /** What has failed for good, in sentences. */
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
}): Route[] {
  const { version, health, reads } = options;
  return [
    {
      method: 'GET',
      path: '/health',
      open: true,
      answer(asked) {
        asked.began();
        const { ok, problems } = health();
        const more = may(asked, 'runtime.status')
          ? { version, uptime_seconds: Math.round(process.uptime()), problems }
          : {};
        reply(asked.response, ok ? 200 : 503, { ok, ...more });
      },
    },
    ...Object.entries(reads).map(
      ([path, { call, type, read }]): Route => ({
        method: 'GET',
        path,
        async answer(asked) {
          asked.began();
          if (!may(asked, call)) return refuse(asked.response, { status: 403, reason: 'This key may not read that.' });
          const value = await read();
          if (type === undefined) return reply(asked.response, 200, value);
          replyWith(asked.response, 200, { 'content-type': type }, String(value));
        },
      }),
    ),
  ];
}

function may({ who }: Answer, call: string): boolean {
  return who !== null && mayCall(who.caller, call);
}
