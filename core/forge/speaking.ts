import { Octokit } from '@octokit/core';
import { CodedError } from '../contract/errors';
import { send } from './transport';

/** What GitHub answered: a status and what came with it. */
export interface Answer {
  readonly status: number;
  readonly data: unknown;
}

/** GitHub's REST and GraphQL interfaces at one address, with one token. */
export interface Speaking {
  /** Asks for something; what did not change since it was asked for last is not sent again. */
  get(route: string, parameters: Parameters, signal?: AbortSignal): Promise<unknown>;
  /** Does something. A status in `expected` is an answer; any other throws. */
  act(
    route: string,
    parameters: Parameters,
    options?: { readonly expected?: readonly number[]; readonly signal?: AbortSignal | undefined },
  ): Promise<Answer>;
  graphql(query: string, variables: Parameters, signal?: AbortSignal): Promise<unknown>;
}

type Parameters = Readonly<Record<string, unknown>>;

/** Answers remembered at most. */
const mostRemembered = 200;

/** Until when each token may not be used at an address, because the forge said so. Nobody asks before. */
const notBefore = new Map<string, number>();

/** Makes what speaks to GitHub at an address. `now` is in epoch milliseconds. */
export function speaking(at: {
  readonly api: string;
  readonly host: string;
  readonly token: string;
  readonly now: () => number;
}): Speaking {
  const { api, host, token, now } = at;
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const octokit = new Octokit({
    auth: token,
    baseUrl: api,
    userAgent: 'switchyard',
    log: quiet,
    request: { fetch: send, log: quiet },
  });
  const limit = `${api}\0${token}`;
  const remembered = new Map<string, { readonly etag: string; readonly data: unknown }>();

  async function ask<T>(what: string, signal: AbortSignal | undefined, act: () => Promise<T>): Promise<T> {
    const until = notBefore.get(limit) ?? 0;
    if (until > now()) throw limited(host, until);
    if (signal?.aborted) throw new CodedError('CANCELLED', `Asking ${host} was cancelled.`);
    try {
      return await act();
    } catch (cause) {
      if (signal?.aborted) throw new CodedError('CANCELLED', `Asking ${host} was cancelled.`);
      const failure = failureOf(cause);
      const wait = failure === null ? null : waitOf(failure, now());
      if (wait !== null) {
        notBefore.set(limit, wait);
        throw limited(host, wait);
      }
      throw failed({ host, what, cause, failure, token });
    }
  }

  return {
    async get(route, parameters, signal) {
      const key = `${route} ${JSON.stringify(parameters)}`;
      const known = remembered.get(key);
      const headers = known === undefined ? {} : { 'if-none-match': known.etag };
      return ask(route, signal, async () => {
        const answer = await octokit
          .request(route, { ...parameters, headers, request: { signal } })
          .catch((cause: unknown) => {
            if (known !== undefined && failureOf(cause)?.status === 304) return null;
            throw cause;
          });
        if (answer === null) return known?.data;
        const { etag } = answer.headers;
        if (remembered.size >= mostRemembered) remembered.clear();
        if (etag !== undefined) remembered.set(key, { etag, data: answer.data });
        return answer.data;
      });
    },
    act: (route, parameters, { expected = [], signal } = {}) =>
      ask(route, signal, async () => {
        try {
          const { status, data } = await octokit.request(route, { ...parameters, request: { signal } });
          return { status, data };
        } catch (cause) {
          const failure = failureOf(cause);
          if (failure === null || !expected.includes(failure.status) || waitOf(failure, now()) !== null) throw cause;
          return { status: failure.status, data: failure.data };
        }
      }),
    graphql: (query, variables, signal) =>
      ask('POST /graphql', signal, () => octokit.graphql(query, { ...variables, request: { signal } })),
  };
}

interface Failure {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly data: unknown;
}

/** The answer behind an error of the library; null when there was none. */
function failureOf(cause: unknown): Failure | null {
  const { status, response } = cause as {
    status?: unknown;
    response?: { headers?: Failure['headers']; data?: unknown };
  };
  if (typeof status !== 'number' || response === undefined) return null;
  return { status, headers: response.headers ?? {}, data: response.data };
}

/** Until when the forge wants to be left alone; null when it does not say. */
function waitOf({ status, headers }: Failure, now: number): number | null {
  if (status !== 403 && status !== 429) return null;
  const after = Number(headers['retry-after']);
  if (headers['retry-after'] !== undefined && after >= 0) return now + Math.min(after, 86_400) * 1000;
  const reset = Number(headers['x-ratelimit-reset']);
  if (String(headers['x-ratelimit-remaining']) === '0' && reset > 0) return Math.min(reset * 1000, now + 86_400_000);
  return status === 429 ? now + 60_000 : null;
}

function limited(host: string, until: number): CodedError {
  const when = new Date(until).toISOString().replace(/\.\d+Z$/, 'Z');
  return new CodedError(
    'FORGE_FAILED',
    `${host} takes no more requests with your token before ${when}. Try again then.`,
    {
      facts: { host, until },
    },
  );
}

function failed(about: {
  readonly host: string;
  readonly what: string;
  readonly cause: unknown;
  readonly failure: Failure | null;
  readonly token: string;
}): CodedError {
  const { host, what, cause, failure, token } = about;
  const said = (cause instanceof Error ? cause.message : String(cause)).replaceAll(token, '…').slice(0, 2_000);
  const facts = { host, what, status: failure?.status ?? null };
  if (failure === null) {
    return new CodedError(
      'FORGE_FAILED',
      `Asked ${host} (${what}) and got nothing to go by: ${said}. Try again later.`,
      {
        facts,
      },
    );
  }
  if (failure.status === 401) {
    return new CodedError(
      'SIGN_IN_NEEDED',
      `${host} does not take the token any more. Sign in again (in the terminal: forge login).`,
      { facts },
    );
  }
  if (failure.status === 404) {
    return new CodedError(
      'NOT_FOUND',
      `${host} knows nothing of what was asked for (${what}), or your token may not see it.`,
      { facts },
    );
  }
  return new CodedError('FORGE_FAILED', `${host} did not do what was asked (${what}): ${said}`, { facts });
}
