import { useEffect } from 'react';
import type {
  ForgeAccount,
  MergeMethod,
  NewPullRequest,
  PullRequest,
  PullRequestThread,
  Said,
} from '../../core/contract/pull-request';
import type { PushedChange, Remotes } from '../../core/contract/remote';
import type { Task } from '../../core/contract/task';
import { cleanLine } from '../text/clean';
import { type App, useApp, useModel } from './app';
import { carryOut, complain, learn, sayDone } from './commands';
import { type Failure, failureOf, isAbort } from './failure';
import { type Resource, useResource } from './resource';

/** A task's pull request as it was last heard of; null when there is none. Nothing is asked before there is a change. */
export function usePullRequest(task: Task): Resource<PullRequest | null> {
  const round = useModel((model) => model.pullRequestRounds.get(task.id) ?? 0);
  const asks = task.change !== null && (task.state === 'review' || task.outcome === 'published');
  const key = asks ? `pull request ${task.id}` : null;
  return useResource(key, (client, signal) => client.pullRequests.get({ task: task.id }, { signal }), round);
}

const none: readonly PullRequestThread[] = [];

/** What is said on the lines of a task's pull request, each where it is in the change at `head`. */
export function useThreads(task: Task, head: string | undefined): readonly PullRequestThread[] {
  const { value, reload } = usePullRequest(task);
  const there = value !== null;
  // Lines move with the change.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the head is why they are read again.
  useEffect(() => {
    if (there) reload();
  }, [head, reload]);
  return value?.seen?.threads ?? none;
}

/** How often a pull request that is looked at is asked for anew. */
const followMs = 60_000;

/** Asks the forge for a pull request at once and each minute, as long as it is shown. */
export function useFollowed(task: Task, onFailure: (failure: Failure | null) => void): void {
  const { line } = useApp();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is done with a failure is no reason to ask again.
  useEffect(() => {
    const left = new AbortController();
    const ask = (): void => {
      if (document.hidden) return;
      line
        .client()
        .pullRequests.get({ task: task.id, refresh: true }, { signal: left.signal })
        .then(
          () => onFailure(null),
          (error) => !left.signal.aborted && !isAbort(error) && onFailure(failureOf(error)),
        );
    };
    ask();
    const timer = setInterval(ask, followMs);
    return () => {
      clearInterval(timer);
      left.abort();
    };
  }, [line, task.id]);
}

/** The remotes a task's change could be pushed to, asked for only while `asks`. */
export function useRemotes(task: Task, asks: boolean): Resource<Remotes> {
  const { repositoryId: repository, base } = task;
  return useResource(asks ? `remotes ${repository} ${base}` : null, (client, signal) =>
    client.repositories.remotes({ repository, base }, { signal }),
  );
}

/** Where the change of a task can go, and which forges let us in. */
export function useWays(
  task: Task,
): Resource<{ readonly remotes: Remotes; readonly accounts: readonly ForgeAccount[] }> {
  return useResource(`ways ${task.id}`, async (client, signal) => {
    const asked = { repository: task.repositoryId, base: task.base };
    const [remotes, accounts] = await Promise.all([
      client.repositories.remotes(asked, { signal }),
      client.forges.list(undefined, { signal }),
    ]);
    return { remotes, accounts };
  });
}

/** Opens a pull request of what the person was shown, or pushes what is new to the one there is. */
export async function openPullRequest(app: App, task: Task, asked: NewPullRequest): Promise<Failure | null> {
  const ended = await carryOut(app, { about: aboutPull(task), sentence: 'Opening…' }, (client) =>
    client.pullRequests.open(asked),
  );
  if (!ended.ok) return ended.failure;
  const { seen } = ended.value;
  const what = seen === null ? 'The pull request' : `Pull request #${seen.number}`;
  sayDone(app, task, `${what} of “${cleanLine(task.title)}” is open`);
  return null;
}

/** Pushes what was changed since to the pull request there is. */
export async function pushMore(
  app: App,
  task: Task,
  { url, ...shown }: Pick<NewPullRequest, 'head' | 'tree' | 'url' | 'title' | 'overrideChecks'>,
): Promise<Failure | null> {
  const ended = await carryOut(app, { about: aboutPull(task), sentence: 'Pushing…' }, async (client) => {
    const { remotes } = await client.repositories.remotes({ repository: task.repositoryId, base: task.base });
    const remote = remotes.find(({ urls }) => urls[0] === url)?.name ?? '';
    return client.pullRequests.open({ task: task.id, remote, url, ...shown });
  });
  return ended.ok ? null : ended.failure;
}

/** Pushes what the person was shown, for a forge on which nothing can be opened from here. */
export function pushChange(
  app: App,
  task: Task,
  asked: Pick<NewPullRequest, 'task' | 'head' | 'tree' | 'remote' | 'url'>,
): Promise<{ readonly ok: true; readonly value: PushedChange } | { readonly ok: false; readonly failure: Failure }> {
  return carryOut(app, { about: aboutPull(task), sentence: 'Pushing…' }, (client) => client.tasks.push(asked));
}

/** Stops the push of a task that goes on. Whoever asked for it is told by its own answer; anybody else by this one. */
export async function stopPush(app: App, task: Pick<Task, 'id'>): Promise<void> {
  const pushesHere = app.doing.get().has(aboutPull(task));
  const ended = await carryOut(app, { about: `stop-push:${task.id}`, sentence: 'Stopping…' }, (client) =>
    client.tasks.stopPush({ task: task.id }),
  );
  if (!ended.ok) return complain(app, ended.failure, task.id);
  if (!pushesHere) sayDone(app, task, ended.value.message);
}

/** Has the forge merge the commit that is shown. */
export async function mergePullRequest(
  app: App,
  task: Task,
  asked: { readonly head: string; readonly method: MergeMethod; readonly overrideChecks?: boolean },
): Promise<Failure | null> {
  const ended = await carryOut(app, { about: aboutPull(task), sentence: 'Merging…' }, (client) =>
    client.pullRequests.merge({ task: task.id, ...asked }),
  );
  if (!ended.ok) return ended.failure;
  const text = `Merged the pull request of “${cleanLine(task.title)}” on ${ended.value.host}`;
  sayDone(app, task, text);
  return null;
}

/** Answers in a thread. A failure is given back so that the words stay where they were written. */
export async function replyInThread(
  app: App,
  task: Pick<Task, 'id'>,
  thread: string,
  text: string,
): Promise<Failure | null> {
  const ended = await carryOut(app, { about: aboutPull(task), sentence: 'Sending…' }, (client) =>
    client.pullRequests.reply({ task: task.id, thread, text }),
  );
  return ended.ok ? null : ended.failure;
}

/** Says that a thread is settled, or not after all. */
export async function settleThread(
  app: App,
  task: Pick<Task, 'id'>,
  thread: string,
  resolved: boolean,
): Promise<Failure | null> {
  const ended = await carryOut(app, { about: aboutPull(task), sentence: 'Saving…' }, (client) =>
    client.pullRequests.resolve({ task: task.id, thread, resolved }),
  );
  return ended.ok ? null : ended.failure;
}

/** Writes a comment on all of a pull request. */
export async function commentOnPull(app: App, task: Pick<Task, 'id'>, text: string): Promise<Failure | null> {
  const ended = await carryOut(app, { about: aboutPull(task), sentence: 'Sending…' }, (client) =>
    client.pullRequests.comment({ task: task.id, text }),
  );
  return ended.ok ? null : ended.failure;
}

/** Sends the change back to its agent with what others said of it, as the person was shown it. */
export async function sendSaid(app: App, task: Task, said: Said): Promise<Failure | null> {
  const ended = await carryOut(app, { about: aboutPull(task), sentence: 'Sending…' }, (client) =>
    client.tasks.reject({ task: task.id, ...said }),
  );
  if (!ended.ok) return ended.failure;
  learn(app, ended.value);
  sayDone(app, task, `Sent what was said of the pull request to ${task.agent}: “${cleanLine(task.title)}”`);
  return null;
}

/** Tries a token and has it kept. */
export async function signIn(app: App, host: string, token: string): Promise<Failure | null> {
  const ended = await carryOut(app, { about: `forge:${host}`, sentence: 'Signing in…' }, (client) =>
    client.forges.login({ host, token }),
  );
  return ended.ok ? null : ended.failure;
}

/** What `doing` knows work on a task's pull request by. */
export function aboutPull({ id }: Pick<Task, 'id'>): string {
  return `pull:${id}`;
}
