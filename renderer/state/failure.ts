import type { ErrorCode } from '../../core/contract/errors';

/** Why a call did not work, as the person reads it. */
export interface Failure {
  readonly code: ErrorCode | 'NO_CONNECTION';
  readonly message: string;
}

/** A call the core hung up on before it answered: it may have been done or not. */
export const notAnswered: Failure = {
  code: 'NO_CONNECTION',
  message: 'Switchyard lost its core before it answered. Look whether it was done when the core is back.',
};

/** Turns whatever a call threw into a sentence. The core's own sentence is kept word for word. */
export function failureOf(error: unknown): Failure {
  const code = property(error, 'code');
  const message = property(error, 'message');
  if (code !== null && message !== null && code !== 'INTERNAL_SERVER_ERROR')
    return { code: code as ErrorCode, message };
  return {
    code: 'INTERNAL',
    message: message ?? 'The call failed and the core gave no reason. Its log has the details.',
  };
}

/** Whether an approval was refused because what was approved is not how things stand now: then that is to be looked at. */
export function isOvertaken({ code }: Failure): boolean {
  return overtaken.includes(code);
}

const overtaken: readonly Failure['code'][] = [
  'MOVED',
  'CONFLICT',
  'NOT_FAST_FORWARD',
  'CHECKS_NOT_PASSED',
  'CHECKOUT_IN_THE_WAY',
  'BRANCH_PROTECTED',
];

/** Whether the failure only says that nobody waits for the answer any more. */
export function isAbort(error: unknown): boolean {
  return property(error, 'name') === 'AbortError';
}

function property(error: unknown, name: string): string | null {
  if (typeof error !== 'object' || error === null) return null;
  const value = (error as Record<string, unknown>)[name];
  return typeof value === 'string' && value !== '' ? value : null;
}
