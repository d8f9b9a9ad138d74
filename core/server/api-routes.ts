import type { AnyContractRouter } from '@orpc/contract';
import type { AnyRouter } from '@orpc/server';
import { createRoutes, needsToken, type Routes } from './app';
import { jsonBody } from './body';
import { answerCall, type CallHandler } from './call-routes';
import type { Log } from './errors';
import { messageLimit } from './line';

/** What the description and its way of making calls need, made once, when somebody first asks for it. */
interface Described {
  readonly handler: CallHandler;
  readonly document: object;
}

/**
 * The contract's calls for programs that are not written in its language: each by its name below `/api/`, with its input as the body
 * and its output as the answer, and a description of all of them at `/openapi.json`.
 */
export function apiRoutes(options: {
  readonly router: AnyRouter;
  readonly contract: AnyContractRouter;
  readonly version: string;
  readonly log: Log;
}): Routes {
  let described: Promise<Described> | undefined;
  const describe = () => {
    // Code that few ever need.
    described ??= import('./open-api').then(({ describeCalls }) => describeCalls(options));
    return described;
  };
  return createRoutes()
    .get('/openapi.json', needsToken, async (c) => c.json((await describe()).document))
    .post('/api/*', needsToken, jsonBody(messageLimit), async (c) => answerCall((await describe()).handler, '/api', c));
}
