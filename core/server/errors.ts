import { ORPCError, ValidationError } from '@orpc/server';
import { CodedError, type ErrorCode, type ErrorFacts, errorCodes } from '../contract/errors';
import { refusedWords } from './refused-input';

/** Takes one line, or several, for the log. */
export type Log = (line: string) => void;

interface Call {
  readonly path: readonly string[];
  readonly signal?: AbortSignal | undefined;
  next(): Promise<unknown>;
}

/**
 * The one place where what the core throws becomes a coded answer; every door uses it. A caller sees the code, the
 * message and the facts as `data`. What nobody foresaw becomes INTERNAL, with its details in the log and nowhere else.
 */
export function codedAnswers(log: Log): (call: Call) => Promise<unknown> {
  return async (call) => {
    const coded = (error: unknown) => toAnswer({ error, call: call.path.join('.'), signal: call.signal, log });
    try {
      const output = await call.next();
      return isStream(output) ? codedStream(output, coded) : output;
    } catch (error) {
      throw coded(error);
    }
  };
}

/** Refuses with BAD_INPUT what came by HTTP as the input of a call and is no JSON. */
export async function readableInput<T>({ next }: { next(): Promise<T> }): Promise<T> {
  try {
    return await next();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ORPCError('BAD_INPUT', {
      status: statusOf('BAD_INPUT'),
      message: 'The body is not JSON.',
      data: {},
      cause: error,
    });
  }
}

function toAnswer(failure: {
  readonly error: unknown;
  readonly call: string;
  readonly signal: AbortSignal | undefined;
  readonly log: Log;
}): ORPCError<ErrorCode, ErrorFacts> {
  const { error, call, signal, log } = failure;
  if (error instanceof CodedError) {
    if (error.code === 'INTERNAL') log(`${call} failed: ${described(error)}`);
    return new ORPCError(error.code, {
      status: statusOf(error.code),
      message: error.message,
      data: error.facts,
      cause: error,
    });
  }
  if (signal?.aborted)
    return new ORPCError('CANCELLED', {
      status: statusOf('CANCELLED'),
      message: `${call} was cancelled.`,
      data: {},
      cause: error,
    });
  const refused = refusedInput(error);
  if (refused !== null) {
    return new ORPCError('BAD_INPUT', {
      status: statusOf('BAD_INPUT'),
      message: refused,
      data: { refused: call },
      cause: error,
    });
  }
  log(`${call} failed: ${described(error)}`);
  const message = `Something went wrong inside Switchyard during ${call}. The details are in the logs folder; \`switchyard doctor\` says where.`;
  return new ORPCError('INTERNAL', { status: statusOf('INTERNAL'), message, data: {}, cause: error });
}

/** The status by which HTTP says a code. What is not the fault of how it was asked, but of how things stand, is a conflict. */
function statusOf(code: ErrorCode): number {
  return statuses[code] ?? 409;
}

/** By which statuses HTTP says that a call failed. */
export function failureStatuses(): readonly number[] {
  return [...new Set(errorCodes.map(statusOf))].sort();
}

const statuses: Partial<Record<ErrorCode, number>> = {
  BAD_INPUT: 400,
  NOT_ALLOWED: 403,
  NOT_FOUND: 404,
  LIMIT: 429,
  CANCELLED: 503,
  REMOTE_FAILED: 502,
  FORGE_FAILED: 502,
  DISK_FULL: 507,
  INTERNAL: 500,
};

function refusedInput(error: unknown): string | null {
  if (!(error instanceof ORPCError) || error.code !== 'BAD_REQUEST') return null;
  if (!(error.cause instanceof ValidationError)) return 'The input is malformed.';
  return refusedWords(error.cause.issues, error.cause.data);
}

function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${described(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

function isStream(output: unknown): output is AsyncIterableIterator<unknown> {
  return typeof output === 'object' && output !== null && Symbol.asyncIterator in output && 'next' in output;
}

/** The same stream, whose failures are coded. Written out because a generator could not be left while it waits. */
function codedStream(
  stream: AsyncIterableIterator<unknown>,
  coded: (error: unknown) => unknown,
): AsyncIterableIterator<unknown> {
  const guarded: AsyncIterableIterator<unknown> = {
    [Symbol.asyncIterator]: () => guarded,
    async next() {
      try {
        return await stream.next();
      } catch (error) {
        throw coded(error);
      }
    },
    async return(value) {
      return (await stream.return?.(value)) ?? { done: true, value };
    },
  };
  return guarded;
}
