import { z } from 'zod';
import type { SeenPullRequest } from '../contract/pull-request';
import type { Speaking } from './speaking';
import { understand } from './understand';

const query = `query ($owner: String!, $repo: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $repo) { pullRequest(number: $number) {
    reviewThreads(first: 50, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { id isResolved isOutdated path line diffSide
        comments(first: 50) { nodes { author { login } body createdAt } } } } } } }`;

const schema = z.object({
  repository: z.object({
    pullRequest: z.object({
      reviewThreads: z.object({
        pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
        nodes: z.array(
          z.object({
            id: z.string(),
            isResolved: z.boolean(),
            isOutdated: z.boolean(),
            path: z.string(),
            line: z.number().int().nullish(),
            diffSide: z.enum(['LEFT', 'RIGHT']),
            comments: z.object({
              nodes: z.array(
                z.object({
                  author: z.object({ login: z.string() }).nullable(),
                  body: z.string(),
                  createdAt: z.string(),
                }),
              ),
            }),
          }),
        ),
      }),
    }),
  }),
});

/** Pages of threads that are read at most: more than a person reads. */
const mostPages = 10;

/** The threads of remarks on a pull request's lines; GitHub tells of them by GraphQL only. */
export async function threadsOf(
  speak: Speaking,
  at: { readonly owner: string; readonly repo: string; readonly number: number },
  signal: AbortSignal | undefined,
): Promise<SeenPullRequest['threads']> {
  const threads: SeenPullRequest['threads'] = [];
  let after: string | null = null;
  for (let page = 0; page < mostPages; page++) {
    const answer: z.infer<typeof schema> = understand(schema, await speak.graphql(query, { ...at, after }, signal));
    const { nodes, pageInfo } = answer.repository.pullRequest.reviewThreads;
    for (const { id, isResolved: resolved, isOutdated: outdated, path, line, diffSide, comments } of nodes) {
      threads.push({
        ...{ id, path, resolved, outdated, line: line ?? null, now: null },
        side: diffSide === 'LEFT' ? 'old' : 'new',
        comments: comments.nodes.map(({ author, body, createdAt }) => ({
          author: author?.login ?? 'ghost',
          text: body,
          at: Date.parse(createdAt) || 0,
        })),
      });
    }
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  return threads;
}
