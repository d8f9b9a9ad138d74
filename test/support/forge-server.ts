import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { closed, listening, serveGit } from './git-server';

const run = promisify(execFile);

/** A pull request as the forge has it. */
export interface Pull {
  readonly number: number;
  readonly repository: string;
  readonly title: string;
  readonly body: string;
  readonly draft: boolean;
  readonly head: string;
  base: string;
  sha: string;
  state: 'open' | 'closed';
  merged: boolean;
  reviewers: string[];
  labels: string[];
  comments: { user: { login: string }; body: string; created_at: string }[];
  reviews: { user: { login: string }; state: string; body: string; submitted_at: string }[];
  checks: {
    name: string;
    status: string;
    conclusion: string | null;
    html_url?: string;
    output?: { title: string | null; summary: string | null };
  }[];
  threads: {
    id: string;
    path: string;
    line: number | null;
    isResolved: boolean;
    isOutdated: boolean;
    /** The version of the file its line is in; the change's unless said. */
    diffSide?: 'LEFT' | 'RIGHT';
    comments: { author: { login: string }; body: string; createdAt: string }[];
  }[];
}

/** What goes wrong with a request: before it is looked at, or after it was done. */
export type Fault = 'drop' | 'drop after' | 'error' | 'limit' | 'elsewhere' | 'long' | 'garbage' | 'hang';

/** A forge on this machine: the part of GitHub's REST and GraphQL interfaces that is used, and git by http. */
export interface ForgeServer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly host: string;
  readonly pulls: Pull[];
  /** Every request, as `METHOD /path`. */
  readonly requests: string[];
  /** Told of each request, before it is looked at and after it was done, until it returns. */
  onRequest: (request: string, when: 'before' | 'after') => Promise<void> | void;
  fault: (request: string) => Fault | null;
  /** Refuses a second open pull request of a branch, as GitHub does. */
  refusesSecond: boolean;
  /** Says of no branch that it has a pull request. */
  forgetful: boolean;
  close(): Promise<void>;
}

/** Makes the repository `ada/api` among those of a forge, empty and open to pushes. Gives its folder. */
export async function makeHosted(root: string): Promise<string> {
  const bare = join(root, 'ada', 'api.git');
  await run('git', ['init', '-q', '--bare', bare]);
  await run('git', ['-C', bare, 'config', 'http.receivepack', 'true']);
  return bare;
}

/** The setting by which it is known as a GitHub. */
export function forgesOf({ host, url }: ForgeServer) {
  return [{ host, kind: 'github' as const, api: `${url}/api/v3` }];
}

/** Starts one. Repositories are bare ones at `root/OWNER/NAME.git`; `token` lets in. */
export async function startForge(options: { readonly root: string; readonly token: string }): Promise<ForgeServer> {
  const { root, token } = options;
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => request.socket.destroy());
  });
  const url = await listening(server);
  const forge: ForgeServer = {
    url,
    host: url.slice('http://'.length),
    pulls: [],
    requests: [],
    onRequest: () => {},
    fault: () => null,
    refusesSecond: true,
    forgetful: false,
    close: () => closed(server),
  };
  return forge;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    const name = `${request.method} ${pathname}`;
    forge.requests.push(name);
    await forge.onRequest(name, 'before');
    const fault = forge.fault(name);
    if (fault === 'hang') return;
    if (fault === 'drop') return void request.socket.destroy();
    if (!pathname.startsWith('/api/')) {
      await serveGit(request, response, { root, dropAnswer: () => fault === 'drop after' });
      return void (await forge.onRequest(name, 'after'));
    }
    const text = await bodyOf(request);
    const say = (status: number, body: unknown, headers: Record<string, string> = {}) => {
      const json = body === null ? '' : JSON.stringify(body);
      const etag = `"${Buffer.from(json).toString('base64').slice(-40)}${json.length}"`;
      if (request.method === 'GET' && request.headers['if-none-match'] === etag) return response.writeHead(304).end();
      return response
        .writeHead(status, { 'content-type': 'application/json; charset=utf-8', etag, ...headers })
        .end(json);
    };
    if (fault === 'error') return void say(500, { message: 'Server Error' });
    if (fault === 'limit')
      return void say(403, { message: 'You have exceeded a rate limit' }, { 'retry-after': '120' });
    if (fault === 'elsewhere') return void say(302, null, { location: 'http://127.0.0.1:9/caught' });
    if (fault === 'long') return void response.writeHead(200).end(Buffer.alloc(20 * 1024 * 1024, 32));
    if (fault === 'garbage') return void say(200, { number: 'seven' });
    if (request.headers.authorization !== `token ${token}` && request.headers.authorization !== `bearer ${token}`) {
      return void say(401, { message: 'Bad credentials' });
    }
    const { status, body } = await serve({
      method: request.method ?? '',
      pathname,
      searchParams,
      given: text === '' ? {} : JSON.parse(text),
    });
    await forge.onRequest(name, 'after');
    if (fault === 'drop after') return void request.socket.destroy();
    say(status, body);
  }

  async function serve(asked: {
    readonly method: string;
    readonly pathname: string;
    readonly searchParams: URLSearchParams;
    // biome-ignore lint/suspicious/noExplicitAny: whatever was sent.
    readonly given: any;
  }): Promise<{ readonly status: number; readonly body: unknown }> {
    const { method, pathname, searchParams, given } = asked;
    const missing = { status: 404, body: { message: 'Not Found' } };
    if (pathname === '/api/v3/user') return { status: 200, body: { login: 'ada' } };
    if (pathname === '/api/graphql') return { status: 200, body: graphql(given) };
    const [, repository = '', rest = ''] = /^\/api\/v3\/repos\/([^/]+\/[^/]+)\/(.*)$/.exec(pathname) ?? [];
    const [what = '', number = '', part = ''] = rest.split('/');
    if (what === 'commits') {
      const checks = forge.pulls.find(({ sha }) => sha === number)?.checks ?? [];
      return { status: 200, body: part === 'status' ? { statuses: [] } : { check_runs: checks } };
    }
    if (what === 'pulls' && number === '') {
      return method === 'POST'
        ? create(repository, given)
        : { status: 200, body: await list(repository, searchParams) };
    }
    const pull = forge.pulls.find((each) => each.repository === repository && String(each.number) === number);
    if (pull === undefined) return missing;
    const page = <Each>(all: readonly Each[]) => {
      const size = Number(searchParams.get('per_page'));
      const before = (Number(searchParams.get('page')) - 1) * size;
      return all.map((each, index) => ({ id: index + 1, ...each })).slice(before, before + size);
    };
    if (what === 'issues' && part === 'labels') {
      pull.labels = [...new Set([...pull.labels, ...given.labels])];
      return { status: 200, body: [] };
    }
    if (what === 'issues' && part === 'comments') {
      if (method === 'GET') return { status: 200, body: page(pull.comments) };
      pull.comments.push({ user: { login: 'ada' }, body: given.body, created_at: '2026-01-03T00:00:00Z' });
      return { status: 201, body: {} };
    }
    switch (`${method} ${part}`) {
      case 'GET ':
        return { status: 200, body: await shown(pull) };
      case 'PATCH ':
        pull.base = given.base ?? pull.base;
        return { status: 200, body: await shown(pull) };
      case 'GET reviews':
        return { status: 200, body: page(pull.reviews) };
      case 'POST requested_reviewers':
        if (given.reviewers.includes('nobody'))
          return { status: 422, body: { message: 'Reviews may only be requested from collaborators.' } };
        pull.reviewers = [...new Set([...pull.reviewers, ...given.reviewers, ...given.team_reviewers])];
        return { status: 201, body: await shown(pull) };
      case 'PUT merge': {
        const { head } = await shown(pull);
        if (given.sha !== head.sha) return { status: 409, body: { message: 'Head branch was modified.' } };
        if (pull.draft) return { status: 405, body: { message: 'Pull Request is still a draft' } };
        pull.state = 'closed';
        pull.merged = true;
        return { status: 200, body: { merged: true, sha: head.sha } };
      }
      default:
        return missing;
    }
  }

  async function list(repository: string, query: URLSearchParams): Promise<unknown[]> {
    if (forge.forgetful) return [];
    const found = forge.pulls.filter(
      (pull) => pull.repository === repository && pull.head === query.get('head') && pull.base === query.get('base'),
    );
    return Promise.all(found.reverse().map(shown));
  }

  // biome-ignore lint/suspicious/noExplicitAny: whatever was sent.
  async function create(repository: string, given: any) {
    const open = forge.pulls.some(
      (pull) => pull.repository === repository && pull.head === given.head && pull.state === 'open',
    );
    if (open && forge.refusesSecond) {
      const errors = [{ message: `A pull request already exists for ${given.head}.` }];
      return { status: 422, body: { message: 'Validation Failed', errors } };
    }
    const { title, body, draft, head, base } = given;
    const pull: Pull = {
      ...{ number: forge.pulls.length + 1, repository, title, body, draft, head, base },
      ...{
        sha: '',
        state: 'open',
        merged: false,
        reviewers: [],
        labels: [],
        comments: [],
        reviews: [],
        checks: [],
        threads: [],
      },
    };
    const made = await shown(pull);
    if (made.head.sha === '')
      return { status: 422, body: { message: 'Validation Failed', errors: [{ field: 'head', code: 'invalid' }] } };
    forge.pulls.push(pull);
    return { status: 201, body: made };
  }

  async function shown(pull: Pull) {
    const [owner = '', branch = ''] = pull.head.split(/:(.*)/s);
    const bare = join(root, owner, `${pull.repository.split('/')[1]}.git`);
    const found = await run('git', ['-C', bare, 'rev-parse', '--verify', '-q', `refs/heads/${branch}`]).catch(
      () => null,
    );
    if (pull.state === 'open') pull.sha = found?.stdout.trim() ?? pull.sha;
    const { number, title, draft, state } = pull;
    return {
      ...{ number, title, draft, state, mergeable: true },
      html_url: `${url}/${pull.repository}/pull/${number}`,
      merged_at: pull.merged ? '2026-01-01T00:00:00Z' : null,
      head: { ref: branch, sha: pull.sha },
      base: { ref: pull.base },
    };
  }

  // biome-ignore lint/suspicious/noExplicitAny: whatever was sent.
  function graphql({ query, variables }: any): unknown {
    const all = forge.pulls.flatMap(({ threads }) => threads);
    const thread = all.find(({ id }) => id === variables.thread);
    if (query.includes('mutation') && thread === undefined)
      return { errors: [{ message: 'Could not resolve to a node' }] };
    if (query.includes('addPullRequestReviewThreadReply')) {
      thread?.comments.push({ author: { login: 'ada' }, body: variables.text, createdAt: '2026-01-02T00:00:00Z' });
    } else if (thread !== undefined) {
      thread.isResolved = !query.includes('unresolve');
    }
    const pull = forge.pulls.find(({ number }) => number === variables.number);
    const nodes = (pull?.threads ?? []).map(({ comments, ...each }) => ({
      ...{ diffSide: 'RIGHT', ...each },
      comments: { nodes: comments },
    }));
    const reviewThreads = { pageInfo: { hasNextPage: false, endCursor: null }, nodes };
    return { data: { repository: { pullRequest: { reviewThreads } } } };
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}
