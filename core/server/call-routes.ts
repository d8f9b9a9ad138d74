import type { AnyRouter } from '@orpc/server';
import { RPCHandler } from '@orpc/server/fetch';
import type { Context } from 'hono';
import type { Caller } from '../contract/caller';
import { createRoutes, type KnownAsked, needsToken, type Routes } from './app';
import { jsonBody } from './body';
import { codedAnswers, type Log, readableInput } from './errors';
import { messageLimit } from './line';
import { refused } from './replies';
import { withinScope } from './scope';

/** The contract's calls, each by its name below `/rpc/`, in the way of the library that the contract is written with. */
export function callRoutes(options: { readonly router: AnyRouter; readonly log: Log }): Routes {
  const handler = new RPCHandler<Caller>(options.router, callChecks(options.log));
  return createRoutes().post('/rpc/*', needsToken, jsonBody(messageLimit), (c) => answerCall(handler, '/rpc', c));
}

/** What stands around every call that comes over HTTP. */
export function callChecks(log: Log) {
  return { interceptors: [readableInput], clientInterceptors: [codedAnswers(log), withinScope] };
}

/** What answers a request by one of the library's ways. */
export interface CallHandler {
  handle(
    request: Request,
    options: { prefix: `/${string}`; context: Caller },
  ): Promise<{ readonly matched: boolean; readonly response?: Response | undefined }>;
}

/** Answers a call whose body has been read. */
export async function answerCall(
  handler: CallHandler,
  prefix: `/${string}`,
  c: Context<KnownAsked>,
): Promise<Response> {
  const { response } = await handler.handle(c.req.raw, { prefix, context: c.var.who.caller });
  return response ?? refused({ status: 404, reason: 'There is no such call.' });
}
