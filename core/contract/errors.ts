/**
 * Every way a call can fail that a caller may want to tell apart. A code is what programs compare; the message
 * that travels with it says what was tried, on what, and what to do.
 */
export const errorCodes = [
  'BAD_INPUT',
  'NOT_FOUND',
  'NOT_A_REPOSITORY',
  'BARE_REPOSITORY',
  'NO_COMMITS',
  'NO_SUCH_BRANCH',
  'NOT_TRUSTED',
  'UNSUPPORTED_REPOSITORY',
  'WRONG_STATE',
  'MOVED',
  'CONFLICT',
  'NOT_FAST_FORWARD',
  'COMMENTS_NOT_SENT',
  'CHECKS_NOT_PASSED',
  'CHECKOUT_IN_THE_WAY',
  'BRANCH_PROTECTED',
  'ALREADY_ANSWERED',
  'AGENT_MISSING',
  'AGENT_FAILED',
  'TERMINAL_FAILED',
  'NOT_STARTED',
  'GIT_FAILED',
  'REMOTE_FAILED',
  'SIGN_IN_NEEDED',
  'FORGE_FAILED',
  'DISK_FULL',
  'NOT_WRITABLE',
  'NEWER_DATABASE',
  'DATA_FOLDER_OWNED',
  'OTHER_VERSION',
  'CYCLE',
  'LIMIT',
  'NOT_ALLOWED',
  'CANCELLED',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** Small JSON facts about a failure (paths, ids, names), for a caller that wants more than the sentence. */
export type ErrorFacts = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/** A failure with a code: thrown in the core, turned into a coded answer once, at a door. */
export class CodedError extends Error {
  override readonly name = 'CodedError';
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;

  constructor(code: ErrorCode, message: string, options: { facts?: ErrorFacts; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.facts = options.facts ?? {};
  }
}

/** Makes a switch over a union exhaustive: adding a member without a case is a type error. */
export function assertNever(value: never): never {
  throw new Error(`No case for ${JSON.stringify(value)}`);
}
