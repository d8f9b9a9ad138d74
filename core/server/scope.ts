import type { Caller } from '../contract/caller';
import { CodedError } from '../contract/errors';
import { mayCall, mayNotCallWords } from '../contract/key';

interface Call {
  readonly path: readonly string[];
  readonly context: Caller;
  next(): Promise<unknown>;
}

/** Refuses with NOT_ALLOWED what whoever calls may not, before anything is done for it. Every door of the network uses it. */
export async function withinScope({ path, context, next }: Call): Promise<unknown> {
  const call = path.join('.');
  if (mayCall(context, call)) return next();
  throw new CodedError('NOT_ALLOWED', mayNotCallWords(context, call), { facts: { call } });
}
