import type { Client } from '../core/client';
import { CodedError } from '../core/contract/errors';
import { type Key, keyTypes } from '../core/contract/key';
import { shellWord } from '../core/contract/shell-word';
import { type Command, type Given, type Surroundings, UsageError } from './command';
import { asId, nearest, oneOf } from './parse';
import { plainLine } from './plain';
import { ago, fittingTable, whenText } from './text';
import { withClient } from './with-client';

const longestDays = 3650;
const dayMs = 24 * 60 * 60_000;

const create: Command = {
  words: ['key', 'create'],
  usage: `NAME --type ${keyTypes.join('|')} [--days N | --forever]`,
  summary: 'Make a key by which another program may ask the server; its secret is shown this once',
  options: { type: { type: 'string' }, days: { type: 'string' }, forever: { type: 'boolean' } },
  names: { least: 1, most: 1 },
  examples: ['key create nightly --type bugfix --days 30', 'key create dashboard --type observer --forever'],
  more: `  An observer only looks. A key of a kind of work may also make tasks, none of them freer than the setting
  defaultPermissionLevel has it, and write to those; review looks at changes as well. No key answers, approves, lands or discards, and
  none changes settings, rules, trust or keys. Without --days a key ends after 90 days.
`,
  run: (given, around) => {
    const type = oneOf('type', given.needed('type'), keyTypes);
    if (type === undefined) throw new UsageError('key create needs --type.');
    const expiresAt = endOf(given);
    return withClient(around, async (client) => {
      const made = await client.keys.create({ name: given.name(0), type, expiresAt });
      return {
        json: made,
        text: `${made.secret}\n`,
        note: `${keyLine(made.key)}\nThis is shown once. Keep it where only that program can read it.\n`,
      };
    });
  },
};

const list: Command = {
  words: ['key', 'list'],
  reads: true,
  usage: '[--all]',
  summary: 'The keys there are, and when each was used; --all with those that were revoked or have ended',
  options: { all: { type: 'boolean' } },
  names: { least: 0, most: 0 },
  examples: ['key list', 'key list --all --json'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const keys = (await client.keys.list()).filter((key) => given.flag('all') || stands(key));
      const text = keys.length === 0 ? 'There is no key.\n' : fittingTable(keys.map(keyCells), around.out);
      return { json: keys, text };
    }),
};

const revoke: Command = {
  words: ['key', 'revoke'],
  usage: 'KEY',
  summary: 'End a key, by its number or its name: whoever uses it is hung up on',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['key revoke 2', 'key revoke nightly'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const key = await client.keys.revoke({ key: await keyMeant('key revoke', given, around, client) });
      return { json: key, text: `The key ${plainLine(key.name)} lets nobody in any more.\n` };
    }),
};

const rotate: Command = {
  words: ['key', 'rotate'],
  usage: 'KEY',
  summary: 'Give a key, by its number or its name, another secret; the old one ends at once',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['key rotate 2', 'key rotate nightly'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const made = await client.keys.rotate({ key: await keyMeant('key rotate', given, around, client) });
      return {
        json: made,
        text: `${made.secret}\n`,
        note: `${keyLine(made.key)}\nThis is shown once. The secret it had is of no use any more.\n`,
      };
    }),
};

/** Keys: making, listing, ending, and giving them another secret. */
export const keyCommands: readonly Command[] = [create, list, revoke, rotate];

/**
 * The id of the key that was typed, by its number or its name; one that was revoked is meant only where no other can be. Throws where
 * there is none, and where that could be two of them.
 */
async function keyMeant(
  command: string,
  given: Given,
  { program }: Pick<Surroundings, 'program'>,
  client: Client,
): Promise<number> {
  const typed = given.name(0);
  // A name begins with a letter or a digit.
  if (typed.startsWith('#')) return asId(typed);
  const keys = await client.keys.list();
  const called = keys.filter(({ id, name }) => name === typed || String(id) === typed);
  const standing = called.filter(({ revokedAt }) => revokedAt === null);
  const found = standing.length === 0 ? called : standing;
  const [only, ...others] = found;
  if (only === undefined) {
    if (/^\d+$/.test(typed)) return asId(typed);
    const near = nearest(
      typed,
      keys.map(({ name }) => name),
    );
    const todo = near === null ? 'See: key list --all' : `Did you mean ${near}?`;
    throw new CodedError('NOT_FOUND', `There is no key called ${plainLine(typed)}. ${todo}`);
  }
  if (others.length === 0) return only.id;
  const lines = [...found]
    .sort((one, other) => one.id - other.id)
    .map((key) => `  ${keyLine(key)} Type: ${program} ${command} ${shellWord(`#${key.id}`)}`);
  throw new CodedError('CONFLICT', `${typed} is the number of a key and the name of another one:\n${lines.join('\n')}`);
}

function endOf(given: Given): number | null {
  const typed = given.text('days');
  if (given.flag('forever')) {
    if (typed !== undefined) throw new UsageError('--days and --forever say the opposite of each other.');
    return null;
  }
  const days = Number(typed ?? '90');
  if (typed?.trim() !== '' && days > 0 && days <= longestDays) return Date.now() + Math.round(days * dayMs);
  throw new UsageError(`--days must be a number of days up to ${longestDays}; for good is --forever.`);
}

function stands({ revokedAt, expiresAt }: Key): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > Date.now());
}

function keyLine(key: Key): string {
  return `Key ${key.id}, ${plainLine(key.name)}, of the type ${key.type}, ${endText(key)}.`;
}

function endText({ revokedAt, expiresAt }: Key): string {
  if (revokedAt !== null) return `revoked ${ago(revokedAt)} ago`;
  if (expiresAt === null) return 'until it is revoked';
  return expiresAt > Date.now() ? `until ${whenText(expiresAt)}` : `ended ${ago(expiresAt)} ago`;
}

function keyCells(key: Key): readonly string[] {
  const { id, name, type, prefix, lastUsedAt } = key;
  const used = lastUsedAt === null ? 'never used' : `last used ${ago(lastUsedAt)} ago`;
  return [`${id}`, plainLine(name, 64), type, `${plainLine(prefix)}…`, used, endText(key)];
}
