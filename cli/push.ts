import { resolve } from 'node:path';
import type { Client } from '../core/client';
import { CodedError } from '../core/contract/errors';
import { putBackWords } from '../core/contract/remote';
import type { Command, Surroundings } from './command';
import { plainLine } from './plain';
import { pushing } from './pushing';
import { assertSeen, seenHead } from './seen';
import { shortId, table } from './text';
import { withClient } from './with-client';

const push: Command = {
  words: ['task', 'push'],
  usage: 'ID [--remote NAME] [--head OID] | ID --stop',
  summary: 'Put a change in review on its branch of a remote; says where a pull request of it can be opened',
  options: { remote: { type: 'string' }, head: { type: 'string' }, stop: { type: 'boolean' } },
  names: { least: 1, most: 1 },
  examples: [
    'task push 12',
    'task push 12 --stop  (ends the push that goes on, and says what is on the remote)',
    'task push 12 --remote fork --head 3f2c1ab90d  (refused when the change is another commit now)',
  ],
  more: [
    '  Only that branch is touched, and only when it is where the last push of the task left it, or you had it deleted there. Your own credential helpers',
    '  and ssh keys are used. Ctrl+C stops it and says what is on the remote. In a repository that is not trusted, nothing that it configures counts.',
    '',
  ].join('\n'),
  run: (given, around) =>
    withClient(around, async (client) => {
      const task = given.id(0);
      if (given.flag('stop')) {
        const stopped = await client.tasks.stopPush({ task });
        return { json: stopped, text: `${plainLine(stopped.message, 1000)}\n` };
      }
      const { head, tree } = await seenChange(client, { task, seen: given.text('head') }, around);
      const { remote, url } = await remoteOf(client, task, given.text('remote'));
      const pushed = await pushing(client, task, around, (signal) =>
        client.tasks.push({ task, head, tree, remote, url }, { signal }),
      );
      const where = `${plainLine(pushed.branch)} on ${plainLine(pushed.remote)} (${plainLine(pushed.url)})`;
      const did = pushed.already ? `${where} is at ${shortId(head)} already.` : `Pushed ${shortId(head)} to ${where}.`;
      const open = pushed.compareUrl === null ? '' : `Open a pull request: ${plainLine(pushed.compareUrl, 2000)}\n`;
      const again = pushed.putBack ? `${plainLine(putBackWords(pushed), 1000)}\n` : '';
      return { json: pushed, text: `${did}\n${again}${open}` };
    }),
};

const remotes: Command = {
  words: ['repository', 'remotes'],
  reads: true,
  usage: 'PATH',
  summary: 'Where changes of a repository can be pushed to',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['repository remotes .'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const { path, knownAs } = await client.repositories.inspect({ path: resolve(around.directory, given.name(0)) });
      if (knownAs === null) {
        throw new CodedError('NOT_FOUND', `${path} has not been added to Switchyard: ${around.program} repository add`);
      }
      const found = await client.repositories.remotes({ repository: knownAs });
      const rows = found.remotes.map(({ name, urls, forge }) => [
        `${plainLine(name)}${name === found.usual ? ' (usual)' : ''}`,
        forge?.kind ?? '',
        urls.map((url) => plainLine(url, 300)).join(', '),
      ]);
      return { json: found, text: rows.length === 0 ? 'No remotes.\n' : table(rows) };
    }),
};

/** Pushing changes to remotes. */
export const pushCommands: readonly Command[] = [push, remotes];

/** The change as it is now, or only the commit the person saw. Throws a UsageError, or MOVED when it is another. */
export async function seenChange(
  client: Client,
  { task, seen }: { readonly task: number; readonly seen: string | undefined },
  around: Surroundings,
) {
  const named = seenHead(seen);
  const review = await client.reviews.get({ task });
  const what = named === undefined ? undefined : { head: named, mergeBase: null };
  assertSeen(review, { seen: what, did: 'pushed', program: around.program });
  return review;
}

/** The remote that is named, or the usual one. Throws NOT_FOUND with those there are. */
export async function remoteOf(client: Client, task: number, named: string | undefined) {
  const { repositoryId, repository, base } = await client.tasks.get({ task });
  const { remotes, usual } = await client.repositories.remotes({ repository: repositoryId, base });
  const name = named ?? usual;
  const url = remotes.find((remote) => remote.name === name)?.urls[0];
  if (name !== null && url !== undefined) return { remote: name, url };
  const there = remotes.map((remote) => plainLine(remote.name)).join(', ');
  const why =
    there === ''
      ? 'has no remote'
      : named === undefined
        ? 'does not say which remote is pushed to'
        : `has no remote ${plainLine(named)}`;
  const next = there === '' ? 'Add one with: git remote add origin ADDRESS' : `Name one with --remote: ${there}.`;
  throw new CodedError('NOT_FOUND', `${plainLine(repository)} ${why}. ${next}`);
}
