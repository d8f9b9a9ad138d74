import type { Caller } from '../contract/caller';
import { CodedError } from '../contract/errors';
import { mayCall } from '../contract/key';

interface Call {
  readonly path: readonly string[];
  readonly context: Caller;
  next(): Promise<unknown>;
}

/** Refuses with NOT_ALLOWED what whoever calls may not, before anything is done for it. Every door of the network uses it. */
export async function withinScope({ path, context, next }: Call): Promise<unknown> {
  const call = path.join('.');
  if (mayCall(context, call)) return next();
  const who = context.key === undefined ? 'Nobody' : `The key ${context.key.name}, of the type ${context.key.type},`;
  const message = `${who} may not call ${call} here. The person does that in the window or the terminal.`;
  throw new CodedError('NOT_ALLOWED', message, { facts: { call } });
}
