import type { HttpBindings } from '@hono/node-server';
import { Hono, type MiddlewareHandler } from 'hono';
import type { Admitted } from './admitted';
import type { Log } from './errors';
import { addressOf } from './gate';
import { always, refused } from './replies';

/** What comes along with a request that passed every check. */
export interface Asked {
  readonly Bindings: HttpBindings;
  readonly Variables: {
    /** Who asks; null for somebody without a token, whom only an open route answers. */
    readonly who: Admitted | null;
    /** Says that all that was to be read of the request has been. */
    readonly began: () => void;
    /** Says that the answer goes on for as long as somebody listens. */
    readonly lasts: () => void;
    readonly log: Log;
  };
}

/** The same of somebody whose token was known. */
export interface KnownAsked extends Asked {
  readonly Variables: Asked['Variables'] & { readonly who: Admitted };
}

/** Some of what can be asked, each by its method and path. */
export type Routes = Hono<Asked>;

/** A place for routes. */
export function createRoutes(): Routes {
  return new Hono<Asked>();
}

/** Answers nobody whose token is not known. */
export const needsToken: MiddlewareHandler<KnownAsked> = async (c, next) => {
  const who: Admitted | null = c.var.who;
  return who === null ? refused(unknownToken) : next();
};

/** Why somebody without a token, or with one that nobody has, is not answered. */
export const unknownToken = {
  status: 401,
  reason: 'Say a token that is known here: Authorization: Bearer …',
} as const;

/**
 * What answers the requests that passed every check: routes in the order they are given, the narrower before the wider. A path that is
 * asked by another method than its own is refused by that route, and goes to none behind it.
 */
export function createApp(options: {
  readonly routes: readonly Routes[];
  /** Told of each request before anything is done for it; gives who asks, and how to tell of them. */
  readonly arrived: (asking: HttpBindings) => Omit<Asked['Variables'], 'log'>;
  readonly log: Log;
}): Routes {
  const { routes, arrived, log } = options;
  // The path that leads somewhere is the one the checks looked at, as it came, and not what it would be once taken apart.
  const app = new Hono<Asked>({ getPath: (_request, asking) => addressOf(asking?.env?.incoming ?? {}).path });
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(always))
      if (name !== 'content-security-policy' || !c.res.headers.has(name)) c.res.headers.set(name, value);
  });
  app.use(async (c, next) => {
    const { who, began, lasts } = arrived(c.env);
    c.set('who', who);
    c.set('began', began);
    c.set('lasts', lasts);
    c.set('log', log);
    // Only a POST has a body.
    if (c.req.method !== 'POST') began();
    await next();
  });
  for (const part of routes) {
    for (const [path, methods] of methodsOf(part)) app.use(path, onlyBy(methods));
    app.route('/', part);
  }
  app.notFound(() => refused({ status: 404, reason: 'There is nothing here.' }));
  app.onError((error) => {
    log(`A request could not be answered: ${error.stack ?? error.message}`);
    return refused({
      status: 500,
      reason: 'Something went wrong inside Switchyard. The details are in the logs folder.',
    });
  });
  return app;
}

/** What is answered where nobody foresaw a failure; its details are in the log and nowhere else. */
export function failed(error: unknown, log: Log): Response {
  log(`A request could not be answered: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return refused({
    status: 500,
    reason: 'Something went wrong inside Switchyard. The details are in the logs folder.',
  });
}

function methodsOf({ routes }: Routes): ReadonlyMap<string, ReadonlySet<string>> {
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of routes) methods.set(path, (methods.get(path) ?? new Set()).add(method));
  return methods;
}

/** Also HEAD is refused, which the library would answer by GET. */
function onlyBy(methods: ReadonlySet<string>): MiddlewareHandler<Asked> {
  return async (c, next) =>
    methods.has(c.req.method)
      ? next()
      : refused(
          { status: 405, reason: `That is asked by ${[...methods].join(' or ')}, not by ${c.req.method}.` },
          { allow: [...methods].join(', ') },
        );
}
