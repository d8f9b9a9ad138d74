import { alongWords, protectedWords, upstreamWords } from '../core/contract/base-state';
import { passedApartWords } from '../core/contract/check';
import type { Repository } from '../core/contract/repository';
import { finishedWays } from '../core/contract/repository-landing';
import { leftMarkersWords, type Review } from '../core/contract/review';
import { strategies } from '../core/contract/strategy';
import type { Task } from '../core/contract/task';
import { type Command, UsageError } from './command';
import { here } from './hint';
import { oneOf } from './parse';
import { plainLine } from './plain';
import { known } from './repository';
import { taskOutcome } from './task-outcome';
import { withClient } from './with-client';

const landing: Command = {
  words: ['repository', 'landing'],
  usage:
    'PATH_OR_NAME [--protect BRANCH... | --no-protect] [--finished review|pull-request|merge] [--strategy ff|merge|squash|rebase]',
  summary: 'How changes land in a repository; without options, what holds now',
  options: {
    protect: { type: 'string', multiple: true },
    'no-protect': { type: 'boolean' },
    finished: { type: 'string' },
    strategy: { type: 'string' },
  },
  names: { least: 1, most: 1 },
  examples: [
    'repository landing .',
    'repository landing . --protect main --protect "release/*"',
    'repository landing . --no-protect',
    'repository landing . --finished pull-request',
    'repository landing . --finished merge --strategy squash',
  ],
  more: [
    '  --protect names branches that are never moved; * stands for any characters.',
    '  --finished merge merges what an autonomous task finished without asking you, when the repository has checks and all of',
    '  them passed on it; --finished pull-request pushes it then to the remote that is the usual one now, as long as that',
    '  stays at its address, and opens a pull request of it. Everything else, and all else that is not so, stays in review.',
    '  review, the usual, does neither.',
    '',
  ].join('\n'),
  run: (given, around) => {
    const patterns = given.many('protect');
    if (patterns.length > 0 && given.flag('no-protect'))
      throw new UsageError('--protect and --no-protect say the opposite of each other.');
    const finished = oneOf('finished', given.text('finished'), finishedWays);
    const strategy = oneOf('strategy', given.text('strategy'), strategies);
    const guards = patterns.length > 0 || given.flag('no-protect');
    return withClient(around, async (client) => {
      const repository = await known(client, given.name(0), around);
      const changes = guards || finished !== undefined || strategy !== undefined;
      const after = changes
        ? await client.repositories.configure({
            repository: repository.id,
            landing: {
              ...repository.landing,
              ...(guards && { protected: [...patterns] }),
              // Where it is now is what whoever says so means.
              ...(finished !== undefined && { finished, pushTo: null }),
              ...(strategy !== undefined && { strategy }),
            },
          })
        : repository;
      return { json: after.landing, text: landingText(after) };
    });
  },
};

const base: Command = {
  words: ['task', 'base'],
  usage: 'ID BRANCH',
  summary: 'Base a task on another branch, onto which its change is to land',
  options: {},
  names: { least: 2, most: 2 },
  examples: ['task base 12 trunk'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const { along, ...task } = await client.tasks.changeBase({ task: given.id(0), base: given.name(1) });
      const { text } = await taskOutcome(client, task, around);
      const came = along === null ? '' : `! ${plainLine(alongWords(along, task.base), 2000)}\n`;
      return { json: { ...task, along }, text: `${text}${came}` };
    }),
};

const resolve: Command = {
  words: ['task', 'resolve'],
  usage: 'ID',
  summary: 'Have the agent of a change that conflicts with its base merge that base into its branch, then review again',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['task resolve 12'],
  run: (given, around) =>
    withClient(around, async (client) =>
      taskOutcome(client, await client.tasks.resolve({ task: given.id(0) }), around),
    ),
};

/** Landing: how it is done in a repository, and what a change needs before it can. */
export const landingCommands: readonly Command[] = [landing, base, resolve];

/** What is in the way of landing a change in review, or is to be known of it or its base first; a line each, or nothing. */
export function landingWarnings(review: Review, task: Pick<Task, 'id' | 'base' | 'branch'>, program: string): string {
  const { checkout, protectedBy } = review;
  const files = checkout?.inTheWay ?? [];
  const more = files.length > 5 ? ` and ${files.length - 5} more` : '';
  const inTheWay = [
    protectedBy === null ? null : protectedWords(task.base, protectedBy, task.branch),
    checkout === null || checkout.busy === null
      ? null
      : `${task.base} is checked out at ${checkout.path} and cannot be moved there now. ${checkout.busy}`,
    checkout === null || files.length === 0
      ? null
      : `${task.base} is checked out at ${checkout.path}, and files edited there are part of the change: ${files.slice(0, 5).join(', ')}${more}. Commit or move those edits away first.`,
  ];
  return `${linesOf(inTheWay, program)}${knownFirst(review, task, program)}`;
}

/** The part of it that refuses nothing: whoever approves reads what refuses from the refusal. */
export function knownFirst(
  { markers, upstream, passedApart }: Review,
  task: Pick<Task, 'id' | 'base'>,
  program: string,
): string {
  const said = [
    markers.length === 0
      ? null
      : `${leftMarkersWords} ${markers.map(({ path, line }) => `${plainLine(path, 300)}:${line}`).join(', ')}`,
    upstream === null ? null : upstreamWords(task.base, upstream),
    passedApart === null ? null : passedApartWords(passedApart, task),
  ];
  return linesOf(said, program);
}

function linesOf(said: readonly (string | null)[], program: string): string {
  return said.flatMap((line) => (line === null ? [] : [`! ${plainLine(here(line, program), 2000)}\n`])).join('');
}

function landingText({ name, landing }: Repository): string {
  const branches = landing.protected.length === 0 ? 'none' : landing.protected.map((one) => plainLine(one)).join(', ');
  const otherwise = 'when all checks passed, and stays in review otherwise';
  const finished = {
    review: 'stays in review',
    'pull-request': `is pushed to ${plainLine(landing.pushTo?.remote ?? '')} (${plainLine(landing.pushTo?.url ?? '')}) and opened as a pull request ${otherwise}`,
    merge: `is merged (${landing.strategy ?? 'ff, else merge'}) ${otherwise}`,
  }[landing.finished];
  return `${plainLine(name, 40)}\n  protected branches: ${branches}\n  what an autonomous task finished: ${finished}\n`;
}
