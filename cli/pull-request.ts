import { createHash } from 'node:crypto';
import type { Client } from '../core/client';
import { CodedError } from '../core/contract/errors';
import { mergeMethods, type PullRequest, proposedWords, saidOf, wordsInOrder } from '../core/contract/pull-request';
import type { Command, Surroundings } from './command';
import { oneOf } from './parse';
import { plain, plainLine } from './plain';
import { remoteOf, seenChange } from './push';
import { pushing } from './pushing';
import { taskOutcome } from './task-outcome';
import { ago, counted, shortId } from './text';
import { withClient } from './with-client';

const publish: Command = {
  words: ['task', 'publish'],
  usage:
    'ID [--title T] [--body B] [--draft] [--reviewer NAME]... [--label NAME]... [--remote NAME] [--into NAME] [--head OID] [--override-checks]',
  summary: 'Push a change in review and open a pull request of it on GitHub; with one open, push what is new',
  options: {
    title: { type: 'string' },
    body: { type: 'string' },
    draft: { type: 'boolean' },
    reviewer: { type: 'string', multiple: true },
    label: { type: 'string', multiple: true },
    remote: { type: 'string' },
    into: { type: 'string' },
    head: { type: 'string' },
    'override-checks': { type: 'boolean' },
  },
  names: { least: 1, most: 1 },
  examples: [
    'task publish 12',
    'task publish 12 --draft --reviewer ada --reviewer acme/core --label bug --body - < body.md',
    'task publish 12 --remote fork --into upstream',
  ],
  more: [
    '  The task stays in review, and is done when its pull request is merged. Another forge than GitHub: task push.',
    '  Required checks must have passed on the change, unless it is a draft; --override-checks publishes all the same.',
    '',
  ].join('\n'),
  run: (given, around) =>
    withClient(around, async (client) => {
      const task = given.id(0);
      const { head, tree, message } = await seenChange(client, { task, seen: given.text('head') }, around);
      const { remote, url } = await remoteOf(client, task, given.text('remote'));
      const proposed = proposedWords(message);
      const typed = given.text('body');
      const wanted = {
        ...{ task, head, tree, remote, url, into: given.text('into') },
        title: given.text('title') ?? proposed.title,
        body: typed === '-' ? await around.readInput() : (typed ?? proposed.body),
        draft: given.flag('draft'),
        reviewers: [...given.many('reviewer')],
        labels: [...given.many('label')],
        overrideChecks: given.flag('override-checks'),
      };
      const opened = await pushing(client, task, around, (signal) => client.pullRequests.open(wanted, { signal }));
      return { json: opened, text: pullRequestText(opened) };
    }),
};

const show: Command = {
  words: ['task', 'pull-request'],
  usage:
    'ID [--merge merge|squash|rebase [--override-checks]] [--reply THREAD --text T] [--resolve THREAD] [--reopen THREAD] [--comment C] [--send [--seen ID]]',
  summary:
    'A task’s pull request as it is now: its state, reviews, comments, checks and threads; merge it, comment, answer and settle threads',
  options: {
    merge: { type: 'string' },
    'override-checks': { type: 'boolean' },
    reply: { type: 'string' },
    text: { type: 'string' },
    resolve: { type: 'string' },
    reopen: { type: 'string' },
    comment: { type: 'string' },
    send: { type: 'boolean' },
    seen: { type: 'string' },
  },
  names: { least: 1, most: 1 },
  examples: [
    'task pull-request 12',
    'task pull-request 12 --reply 1 --text "Done in the last commit"',
    'task pull-request 12 --resolve 1',
    'task pull-request 12 --comment "Rebased on main"',
    'task pull-request 12 --send  (shows what the agent would be sent: what is new or not settled and which checks failed)',
    'task pull-request 12 --send --seen 3f2a9c41d07b  (sends it, as long as it is what was shown)',
    'task pull-request 12 --merge squash',
    'task pull-request 12 --merge squash --override-checks  (though required checks did not pass on its head)',
  ],
  run: (given, around) => {
    const task = given.id(0);
    const method = oneOf('merge', given.text('merge'), mergeMethods);
    return withClient(around, async (client) => {
      const found = await client.pullRequests.get({ task, refresh: true }, { signal: around.signal });
      if (found === null) throw none(task, around);
      if (given.flag('send')) return send(client, found, { seen: given.text('seen'), around });
      const after = await act();
      return { json: after, text: pullRequestText(after) };

      async function act(): Promise<PullRequest> {
        const [reply, settle, reopen] = ['reply', 'resolve', 'reopen'].map((option) => given.text(option));
        if (method !== undefined) {
          const overrideChecks = given.flag('override-checks');
          return client.pullRequests.merge({ task, head: found?.seen?.head ?? '', method, overrideChecks });
        }
        if (reply !== undefined)
          return client.pullRequests.reply({ task, thread: threadAt(found, reply), text: given.needed('text') });
        const comment = given.text('comment');
        if (comment !== undefined) return client.pullRequests.comment({ task, text: comment });
        const thread = settle ?? reopen;
        if (thread === undefined) return found as PullRequest;
        const resolved = settle !== undefined;
        return client.pullRequests.resolve({ task, thread: threadAt(found, thread), resolved });
      }
    });
  },
};

/** Pull requests of tasks. */
export const pullRequestCommands: readonly Command[] = [publish, show];

/**
 * Sends the change back to its agent with what was said on the forge: once it was shown, because it goes as a message of the person's
 * own, and others wrote it.
 */
async function send(
  client: Client,
  pull: PullRequest,
  { seen, around }: { readonly seen: string | undefined; readonly around: Surroundings },
) {
  const { task } = pull;
  const said = saidOf(pull);
  if (said === null) {
    throw new CodedError(
      'NOT_FOUND',
      `Nothing on the pull request of task ${task} is left to do: every thread is settled, its agent was given everything else that was said, and no check failed.`,
    );
  }
  const id = createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 12);
  if (seen === id) return taskOutcome(client, await client.tasks.reject({ task, ...said }), around);
  const how = `${around.program} task pull-request ${task} --send --seen ${id}`;
  if (seen !== undefined) {
    throw new CodedError(
      'MOVED',
      `Nothing was sent: more was said of task ${task} since, or less is left. Look at it again: ${around.program} task pull-request ${task} --send`,
      { facts: { task, seen, now: id } },
    );
  }
  return {
    json: { ...said, seen: id },
    text: `${plain(said.comment)}\n`,
    note: `Nothing was sent yet. To send this to the agent: ${how}\n`,
  };
}

/** The id of the nth thread as it is printed. */
function threadAt(found: PullRequest | null, typed: string): string {
  const thread = found?.seen?.threads[Number(typed) - 1];
  if (/^[1-9]\d{0,4}$/.test(typed) && thread !== undefined) return thread.id;
  const count = found?.seen?.threads.length ?? 0;
  throw new CodedError('NOT_FOUND', `There is no thread ${typed}: the pull request has ${counted(count, 'thread')}.`);
}

function none(task: number, around: Surroundings): CodedError {
  return new CodedError(
    'NOT_FOUND',
    `Task ${task} has no pull request. Open one: ${around.program} task publish ${task}`,
  );
}

function pullRequestText({ seen, host, repository, pushed, notices }: PullRequest): string {
  const said = notices.map((notice) => `${plainLine(notice, 500)}\n`).join('');
  if (seen === null)
    return `On ${plainLine(host)} in ${plainLine(repository)}; nothing more is known of it yet.\n${said}`;
  const state = seen.draft && seen.state === 'open' ? 'draft' : seen.state;
  const moved =
    seen.head === pushed
      ? ''
      : `Its head is ${shortId(plainLine(seen.head))}, not ${shortId(pushed)} as pushed from here.\n`;
  const conflict = seen.state === 'open' && seen.mergeable === false ? 'It conflicts with its base.\n' : '';
  const threads = seen.threads.map(({ path, line, resolved, outdated, comments }, index) => {
    const marks = `${resolved ? ' (settled)' : ''}${outdated ? ' (changed since)' : ''}`;
    const words = comments.map(
      ({ author, text }) => `    ${plainLine(author)}: ${plain(text).trim().replaceAll('\n', '\n    ')}\n`,
    );
    return `  ${index + 1}  ${plainLine(path, 300)}${line === null ? '' : `:${line}`}${marks}\n${words.join('')}`;
  });
  return [
    `#${seen.number} ${plainLine(seen.title, 200)}: ${state}, into ${plainLine(seen.base)} of ${plainLine(repository)}\n`,
    `${plainLine(seen.url, 500)}\n`,
    ...[said, moved, conflict],
    ...wordsInOrder(seen).map(
      ({ author, verdict, at, text }) =>
        `  ${plainLine(author)}: ${(verdict ?? 'wrote').replace('-', ' ')} ${ago(at)}${text === '' ? '' : ` — ${plainLine(text, 200)}`}\n`,
    ),
    ...seen.checks.map((check) => `  ${check.state.padEnd(8)} ${plainLine(check.name, 100)}\n`),
    ...threads,
  ].join('');
}
