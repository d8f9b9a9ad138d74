import { z } from 'zod';
import { CodedError } from '../contract/errors';
import type { SeenPullRequest } from '../contract/pull-request';
import type { Branches, Forge, Found } from './forge';
import type { ForgePlace } from './place';
import { type Speaking, speaking } from './speaking';
import { threadsOf } from './threads';
import { understand } from './understand';

/** GitHub, on github.com or a host of somebody's own. Throws BAD_INPUT when the place is no repository there. */
export function github(at: { readonly place: ForgePlace; readonly token: string; readonly now: () => number }): Forge {
  const { place, token, now } = at;
  const [owner, repo, rest] = place.path.split('/');
  if (place.api === null || owner === undefined || repo === undefined || rest !== undefined) {
    throw new CodedError(
      'BAD_INPUT',
      `${place.web} is not the address of a repository on GitHub: those are an owner and a name.`,
    );
  }
  const speak = speaking({ api: place.api, host: place.host, token, now });
  const here = { owner, repo };
  return {
    async login(signal) {
      return understand(z.object({ login: z.string() }), await speak.get('GET /user', {}, signal)).login;
    },
    async find({ owner: from, branch, base }, signal) {
      const query = {
        ...here,
        head: `${from}:${branch}`,
        base,
        state: 'all',
        sort: 'created',
        direction: 'desc',
        per_page: 20,
      };
      // Not from memory: whether it is there decides whether another one is made.
      const { data } = await speak.act('GET /repos/{owner}/{repo}/pulls', query, { signal });
      return understand(z.array(pullSchema), data).filter(isOf(branch)).map(toFound);
    },
    async create({ owner: from, branch, base }, words, signal) {
      const asked = { ...here, ...words, head: `${from}:${branch}`, base };
      const { status, data } = await speak.act('POST /repos/{owner}/{repo}/pulls', asked, { expected: [422], signal });
      if (status !== 422) return toFound(understand(pullSchema, data));
      const said = JSON.stringify(data);
      if (/already exists/i.test(said)) return 'there';
      throw new CodedError('FORGE_FAILED', `${place.host} opened no pull request: ${said.slice(0, 2_000)}`, {
        facts: { host: place.host },
      });
    },
    async request(number, names, signal) {
      const teams = names.filter((name) => name.includes('/')).map((name) => name.slice(name.indexOf('/') + 1));
      const reviewers = names.filter((name) => !name.includes('/'));
      const asked = { ...here, number, reviewers, team_reviewers: teams };
      await speak.act('POST /repos/{owner}/{repo}/pulls/{number}/requested_reviewers', asked, { signal });
    },
    async label(number, labels, signal) {
      await speak.act('POST /repos/{owner}/{repo}/issues/{number}/labels', { ...here, number, labels }, { signal });
    },
    async retarget(number, base, signal) {
      await speak.act('PATCH /repos/{owner}/{repo}/pulls/{number}', { ...here, number, base }, { signal });
    },
    read: (number, signal) => read(speak, { ...here, number }, signal),
    async merge(number, { head, method }, signal) {
      const asked = { ...here, number, sha: head, merge_method: method };
      const expected = [403, 405, 409, 422];
      const { status, data } = await speak.act('PUT /repos/{owner}/{repo}/pulls/{number}/merge', asked, {
        expected,
        signal,
      });
      if (status < 300) return 'merged';
      if (status === 409) return 'moved';
      return { refused: z.object({ message: z.string() }).catch({ message: 'no reason' }).parse(data).message };
    },
    async comment(number, text, signal) {
      const asked = { ...here, number, body: text };
      await speak.act('POST /repos/{owner}/{repo}/issues/{number}/comments', asked, { signal });
    },
    async reply(thread, text, signal) {
      const mutation = `mutation ($thread: ID!, $text: String!) {
        addPullRequestReviewThreadReply(input: { pullRequestReviewThreadId: $thread, body: $text }) { comment { id } } }`;
      await speak.graphql(mutation, { thread, text }, signal);
    },
    async resolve(thread, resolved, signal) {
      const verb = resolved ? 'resolveReviewThread' : 'unresolveReviewThread';
      const mutation = `mutation ($thread: ID!) { ${verb}(input: { threadId: $thread }) { thread { isResolved } } }`;
      await speak.graphql(mutation, { thread }, signal);
    },
  };
}

const pullSchema = z.object({
  number: z.number().int().positive(),
  html_url: z.string(),
  state: z.string(),
  merged_at: z.string().nullish(),
  head: z.object({ ref: z.string(), sha: z.string() }),
});

/** Where a search names an owner it does not know, GitHub gives the pull requests of everybody. */
function isOf(branch: Branches['branch']) {
  return ({ head }: z.infer<typeof pullSchema>) => head.ref === branch;
}

function toFound({ number, html_url: url, state, merged_at: mergedAt, head }: z.infer<typeof pullSchema>): Found {
  return { number, url, state: mergedAt ? 'merged' : state === 'open' ? 'open' : 'closed', head: head.sha };
}

const readSchema = pullSchema.extend({
  title: z.string(),
  draft: z.boolean().nullish(),
  mergeable: z.boolean().nullish(),
  base: z.object({ ref: z.string() }),
});

const author = z
  .object({ login: z.string() })
  .nullish()
  .transform((user) => user?.login ?? 'ghost');
const when = z
  .string()
  .nullish()
  .transform((text) => Date.parse(text ?? '') || 0);

const id = z.number().int();
const reviewSchema = z.object({ id, user: author, state: z.string(), body: z.string().nullish(), submitted_at: when });
const commentSchema = z.object({ id, user: author, body: z.string().nullish(), created_at: when });
const runsSchema = z.object({
  check_runs: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      conclusion: z.string().nullish(),
      html_url: z.string().nullish(),
      output: z.object({ title: z.string().nullish(), summary: z.string().nullish() }).nullish(),
    }),
  ),
});
const statusesSchema = z.object({
  statuses: z.array(
    z.object({
      context: z.string(),
      state: z.string(),
      target_url: z.string().nullish(),
      description: z.string().nullish(),
    }),
  ),
});

interface Numbered {
  readonly owner: string;
  readonly repo: string;
  readonly number: number;
}

async function read(speak: Speaking, at: Numbered, signal: AbortSignal | undefined): Promise<SeenPullRequest> {
  const pull = understand(readSchema, await speak.get('GET /repos/{owner}/{repo}/pulls/{number}', { ...at }, signal));
  const of = { owner: at.owner, repo: at.repo, ref: pull.head.sha, per_page: 100 };
  const [reviews, runs, statuses, threads, comments] = await Promise.all([
    newest('GET /repos/{owner}/{repo}/pulls/{number}/reviews', reviewSchema),
    speak.get('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', of, signal).catch(unseen({ check_runs: [] })),
    speak.get('GET /repos/{owner}/{repo}/commits/{ref}/status', of, signal).catch(unseen({ statuses: [] })),
    threadsOf(speak, at, signal),
    newest('GET /repos/{owner}/{repo}/issues/{number}/comments', commentSchema),
  ]);
  const { number, url, state, head } = toFound(pull);
  return {
    ...{ number, url, state, head },
    draft: pull.draft ?? false,
    title: pull.title,
    base: pull.base.ref,
    mergeable: pull.mergeable ?? null,
    reviews: reviews.list.flatMap(({ id, user, state: said, body, submitted_at: at }) => {
      const verdict = verdicts.get(said);
      return verdict === undefined ? [] : [{ id: `review ${id}`, author: user, verdict, text: body ?? '', at }];
    }),
    checks: [
      ...understand(runsSchema, runs).check_runs.map(({ name, status, conclusion, html_url, output }) =>
        toCheck({
          name,
          state: status === 'completed' ? stateOf(conclusion ?? '') : 'running',
          page: html_url,
          words: [output?.title, output?.summary],
        }),
      ),
      ...understand(statusesSchema, statuses).statuses.map(({ context, state: said, target_url, description }) =>
        toCheck({
          name: context,
          state: said === 'pending' ? 'running' : stateOf(said),
          page: target_url,
          words: [description],
        }),
      ),
    ],
    threads,
    comments: comments.list.map(({ id, user, body, created_at: time }) => ({
      ...{ id: `comment ${id}`, author: user, text: body ?? '', at: time },
    })),
    older: reviews.older || comments.older,
  };

  /** The newest of what is told oldest first and cannot be asked for the other way round. */
  async function newest<One>(route: string, schema: z.ZodType<One>): Promise<{ list: One[]; older: boolean }> {
    const all: One[] = [];
    for (let page = 1; page <= mostPages; page += 1) {
      const found = understand(z.array(schema), await speak.get(route, { ...at, per_page: 100, page }, signal));
      all.push(...found);
      if (found.length < 100) break;
    }
    return { list: all.slice(-mostWords), older: all.length > mostWords };
  }
}

/** Reviews, and comments, that are told at most. */
const mostWords = 500;

/** GitHub takes 2,500 comments on one pull request. */
const mostPages = 50;

/** What a token that may not see checks sees of them. */
function unseen(nothing: unknown) {
  return (cause: unknown) => {
    if (cause instanceof CodedError && (cause.code === 'NOT_FOUND' || cause.facts.status === 403)) return nothing;
    throw cause;
  };
}

const verdicts = new Map<string, SeenPullRequest['reviews'][number]['verdict']>([
  ['APPROVED', 'approved'],
  ['CHANGES_REQUESTED', 'changes-requested'],
  ['COMMENTED', 'commented'],
  ['DISMISSED', 'dismissed'],
]);

/** How much a failed check may say of itself, in characters. */
const mostOfWhy = 10_000;

function toCheck(check: {
  readonly name: string;
  readonly state: SeenPullRequest['checks'][number]['state'];
  readonly page: string | null | undefined;
  readonly words: readonly (string | null | undefined)[];
}): SeenPullRequest['checks'][number] {
  const { name, state, page = null, words } = check;
  const why = words.flatMap((said) => said?.trim() || []).join('\n');
  return { name, state, url: page, ...(state === 'failed' && why !== '' && { why: cut(why) }) };
}

function cut(text: string): string {
  return text.length > mostOfWhy ? `${text.slice(0, mostOfWhy)}… (cut here)` : text;
}

function stateOf(conclusion: string): SeenPullRequest['checks'][number]['state'] {
  if (conclusion === 'success') return 'passed';
  return ['neutral', 'skipped', 'stale'].includes(conclusion) ? 'skipped' : 'failed';
}
