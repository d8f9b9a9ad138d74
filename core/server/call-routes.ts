import type { AnyRouter } from '@orpc/server';
import { RPCHandler } from '@orpc/server/node';
import type { Caller } from '../contract/caller';
import { readJson } from './body';
import { codedAnswers, type Log } from './errors';
import { messageLimit } from './line';
import { always, refuse } from './replies';
import type { Answer, Route } from './routes';
import { withinScope } from './scope';

/** The contract's calls, each by its name below `/rpc/`, in the way of the library that the contract is written with. */
export function callRoutes(options: { readonly router: AnyRouter; readonly log: Log }): Route[] {
  const handler = new RPCHandler<Caller>(options.router, {
    clientInterceptors: [codedAnswers(options.log), withinScope],
  });
  return [{ method: 'POST', path: '/rpc/', answer: (asked) => answerCall(handler, '/rpc', asked) }];
}

/** What answers a request by one of the library's ways. */
export interface CallHandler {
  handle(
    request: Answer['request'],
    response: Answer['response'],
    options: { prefix: `/${string}`; context: Caller },
  ): Promise<{ readonly matched: boolean }>;
}

/** Answers a call whose body is JSON. */
export async function answerCall(handler: CallHandler, prefix: `/${string}`, asked: Answer): Promise<void> {
  const { request, response, who } = asked;
  if (who === null) return refuse(response, { status: 401, reason: 'Calls need a token.' });
  const body = await readJson(request, messageLimit);
  if (body.kind === 'refused') return refuse(response, body.refusal);
  asked.began();
  for (const [name, value] of Object.entries(always)) response.setHeader(name, value);
  // The library takes a body that is there already for the one that was sent.
  const read = Object.assign(request, { body: body.value ?? null });
  const { matched } = await handler.handle(read, response, { prefix, context: who.caller });
  if (!matched) refuse(response, { status: 404, reason: 'There is no such call.' });
}
