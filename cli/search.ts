import type { Client } from '../core/client';
import type { Found, SearchAnswer } from '../core/contract/search';
import { behindWords, searchedOutput } from '../core/contract/search';
import { taskStates } from '../core/contract/task';
import { type Command, type Surroundings, UsageError } from './command';
import { oneOf } from './parse';
import { plainLine } from './plain';
import { known } from './repository';
import { ago } from './text';
import { withClient } from './with-client';
import { widthFor, wrapped } from './wrap';

/** The most places one search gives, and the most of one task among them. */
const mostFound = 200;
const perTask = 5;

const search: Command = {
  words: ['search'],
  reads: true,
  usage: 'WORDS... [--repository PATH_OR_NAME] [--agent NAME] [--state STATE]... [--limit N]',
  summary: 'Find words in every task and conversation',
  options: {
    repository: { type: 'string' },
    agent: { type: 'string' },
    state: { type: 'string', multiple: true },
    limit: { type: 'string' },
  },
  names: { least: 1, most: 50 },
  examples: [
    'search flaky login',
    'search \'"connection reset" upl\' --state review --state done',
    'search retry --json',
  ],
  more: [
    '  Every word must be there; words in quotes stand next to each other, and the last word may be a beginning. What',
    `  tools print is searched in its first ${searchedOutput.beginning} and last ${searchedOutput.end} characters.`,
    '',
  ].join('\n'),
  async run(given, around) {
    const words = wordsOf(given.names());
    if (words.trim() === '') throw new UsageError('search needs words to look for.');
    const states = given.many('state').map((state) => oneOf('state', state, taskStates) ?? 'queued');
    const limit = Number(given.text('limit') ?? 20);
    if (!Number.isInteger(limit) || limit < 1 || limit > mostFound)
      throw new UsageError(`--limit must be a number from 1 to ${mostFound}.`);
    return withClient(around, async (client) => {
      const repository = await repositoryOf(client, given.text('repository'), around);
      const agent = given.text('agent');
      const answer = await client.search.find({
        words,
        limit,
        perTask,
        ...(repository !== undefined && { repository }),
        ...(agent !== undefined && { agent }),
        ...(states.length > 0 && { states }),
      });
      return {
        json: answer,
        text: textOf(answer, { words, limit, columns: around.out.columns }),
        ...noteOf(answer, around.program),
      };
    });
  },
};

/** Searching. */
export const searchCommands: readonly Command[] = [search];

/** A name the shell handed over as one word though it has spaces was in quotes, and is meant as a whole. */
function wordsOf(names: readonly string[]): string {
  if (names.length === 1) return names[0] ?? '';
  return names.map((name) => (/\s/.test(name) && !name.includes('"') ? `"${name}"` : name)).join(' ');
}

async function repositoryOf(
  client: Client,
  typed: string | undefined,
  around: Surroundings,
): Promise<number | undefined> {
  return typed === undefined ? undefined : (await known(client, typed, around)).id;
}

function textOf(
  { found, more }: SearchAnswer,
  asked: { readonly words: string; readonly limit: number; readonly columns: number | undefined },
): string {
  const { words, limit, columns } = asked;
  if (found.length === 0) return `Nothing has ${plainLine(words, 100)}.\n`;
  const lines = found.map((each) => lineOf(each, columns));
  // Fewer than asked for are all of them but what one task has beyond its share.
  const others =
    found.length < limit || limit === mostFound
      ? `There is more, of one task the best ${perTask} are shown: add a word.\n`
      : `There is more: add a word, or --limit ${mostFound}.\n`;
  return `${lines.join('')}${more ? wrapped(others, columns) : ''}`;
}

function lineOf({ task, title, at, kind, snippet }: Found, columns: number | undefined): string {
  const text = snippet.map((piece) => (piece.hit ? `[${piece.text}]` : piece.text)).join('');
  const where = `  ${kind}, ${ago(at)}`;
  // In a narrow terminal the end of a title goes first: where it was found says more.
  const room = (widthFor(columns) ?? 120) - `#${task} ${where}`.length;
  return `#${task} ${plainLine(title, Math.min(60, room))}${where}\n${wrapped(`    ${plainLine(text, 160)}`, columns)}\n`;
}

function noteOf({ index }: SearchAnswer, program: string): { note?: string } {
  if (index.state === 'ready') return {};
  const behind = behindWords(index);
  if (behind !== null) return { note: `${behind}\n` };
  if (index.state === 'broken')
    return { note: `What was written lately may be missing: the search index cannot be written (${index.reason}).\n` };
  if (index.state === 'missing')
    return { note: `Nothing was searched: ${index.reason} A runtime makes it anew: ${program} start\n` };
  const share = index.of === 0 ? '' : ` (${Math.floor((100 * index.done) / index.of)} %)`;
  return { note: `The search index is still being made${share}; more may be found in a moment.\n` };
}
