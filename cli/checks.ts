import type { Client } from '../core/client';
import type { RepositoryCheck } from '../core/contract/check';
import { CodedError } from '../core/contract/errors';
import type { Repository } from '../core/contract/repository';
import { checkText } from './check';
import { type Command, type Outcome, type Surroundings, UsageError } from './command';
import { plain, plainLine } from './plain';
import { known } from './repository';
import { checksFor, taskOutcome } from './task-outcome';
import { table } from './text';
import { withClient } from './with-client';

const list: Command = {
  words: ['check', 'list'],
  reads: true,
  usage: 'PATH_OR_NAME',
  summary: 'What the changes of a repository are checked with, or would fit to check them with',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['check list .'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const { id, checks } = await known(client, given.name(0), around);
      if (checks.length > 0) return { json: { checks, suggested: [] }, text: checksText(checks) };
      const suggested = await client.checks.suggest({ repository: id });
      const about = 'What is in it suggests these; none of them is run unless you add it:\n';
      const text = `No checks.\n${suggested.length === 0 ? '' : `${about}${table(suggested.map(cells))}`}`;
      return { json: { checks, suggested }, text };
    }),
};

const add: Command = {
  words: ['check', 'add'],
  usage: 'PATH_OR_NAME NAME COMMAND [--required]',
  summary: 'Check every change of a repository with a command; a required one must pass before it is approved',
  options: { required: { type: 'boolean' } },
  names: { least: 3, most: 3 },
  examples: ['check add . test "npm test" --required', 'check add ~/code/api lint "make lint"'],
  more: [
    '  A check runs on the branch of a change. --required says that a change is not approved before it passed there, on its newest commit:',
    '  what landed on its base since is not in that, and approving says how many commits that is. `task land` has what would land checked',
    '  first, on top of its base as that is then, and lands nothing else; where it failed so, approving that is refused, too.',
    '',
  ].join('\n'),
  run: (given, around) =>
    changing(around, given.name(0), (checks) => {
      const check = { name: given.name(1).trim(), command: given.name(2), required: given.flag('required') };
      if (checks.some(({ name }) => name === check.name))
        throw new CodedError('BAD_INPUT', `There is a check called ${check.name} already. Change it with: check edit`);
      return [...checks, check];
    }),
};

const edit: Command = {
  words: ['check', 'edit'],
  usage: 'PATH_OR_NAME NAME [COMMAND] [--required | --not-required] [--name NEW_NAME] [--place N]',
  summary: 'Change a check of a repository; --place 1 runs it first',
  options: {
    command: { type: 'string' },
    name: { type: 'string' },
    required: { type: 'boolean' },
    'not-required': { type: 'boolean' },
    place: { type: 'string' },
  },
  names: { least: 2, most: 3 },
  examples: ['check edit . test "npm test -- --bail" --required', 'check edit . build --place 1'],
  more: '  --command COMMAND says the command, too.\n',
  run(given, around) {
    const [required, not] = [given.flag('required'), given.flag('not-required')];
    const place = given.text('place');
    const [, , named] = given.names();
    if (named !== undefined && given.text('command') !== undefined)
      throw new UsageError('The command is given twice. Leave --command out.');
    const command = named ?? given.text('command');
    if (required && not) throw new UsageError('These two say the opposite of each other.');
    if (place !== undefined && !/^[1-9]\d?$/.test(place)) throw new UsageError('--place must be a number from 1 on.');
    if (!required && !not && place === undefined && command === undefined && given.text('name') === undefined)
      throw new UsageError('check edit needs a command, --name, --required, --not-required or --place.');
    return changing(around, given.name(0), (checks, repository) => {
      const before = findCheck(checks, given.name(1), repository);
      const after = {
        name: given.text('name')?.trim() ?? before.name,
        command: command ?? before.command,
        required: required || (before.required && !not),
      };
      if (place === undefined) return checks.map((check) => (check === before ? after : check));
      const others = checks.filter((check) => check !== before);
      return [...others.slice(0, Number(place) - 1), after, ...others.slice(Number(place) - 1)];
    });
  },
};

const remove: Command = {
  words: ['check', 'remove'],
  usage: 'PATH_OR_NAME NAME',
  summary: 'Check changes of a repository with this no more',
  options: {},
  names: { least: 2, most: 2 },
  examples: ['check remove . lint'],
  run: (given, around) =>
    changing(around, given.name(0), (checks, repository) => {
      const gone = findCheck(checks, given.name(1), repository);
      return checks.filter((check) => check !== gone);
    }),
};

const run: Command = {
  words: ['check', 'run'],
  usage: 'TASK [NAME]...',
  summary: 'Run the checks of its repository on a change in review, and say what they printed',
  options: {},
  names: { least: 1, most: 21 },
  examples: ['check run 12', 'check run 12 test lint'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const [, ...names] = given.names();
      const task = given.id(0);
      const begun = await client.checks.run({ task, ...(names.length > 0 && { names }) });
      const since = Math.min(
        ...begun.checks.filter(({ state }) => state === 'running').map(({ startedAt }) => startedAt),
      );
      await overWhenFollowed(client, task, around);
      const { checks, ...rest } = await client.tasks.get({ task });
      const ran = checks.filter(({ startedAt }) => startedAt >= since);
      const known = await checksFor(client, rest);
      const text = ran.map((check) => {
        const printed = plain(check.output).trimEnd();
        const required = known.some(({ name, required }) => required && name === check.name) ? ', required' : '';
        return `${plainLine(check.name)}${required}: ${checkText(check)}\n${printed === '' ? '' : `${printed.replace(/^(?=.)/gm, '    ')}\n`}`;
      });
      const failed = ran.some(({ state }) => state !== 'passed');
      return { json: { ...rest, checks: ran }, text: text.join(''), exit: failed ? 1 : 0 };
    }),
};

const stop: Command = {
  words: ['check', 'stop'],
  usage: 'TASK',
  summary: 'End the check that runs for a task, and those that were to come after it',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['check stop 12'],
  run: (given, around) =>
    withClient(around, async (client) => taskOutcome(client, await client.checks.stop({ task: given.id(0) }), around)),
};

/** Checks: those of a repository, and running them on a change. */
export const checkCommands: readonly Command[] = [list, add, edit, remove, run, stop];

function changing(
  around: Surroundings,
  typed: string,
  change: (checks: readonly RepositoryCheck[], repository: Repository) => readonly RepositoryCheck[],
): Promise<Outcome> {
  return withClient(around, async (client) => {
    const before = await known(client, typed, around);
    const checks = [...change(before.checks, before)];
    const repository = await client.repositories.configure({ repository: before.id, checks });
    return { json: repository, text: checksText(repository.checks) };
  });
}

function findCheck(checks: readonly RepositoryCheck[], wanted: string, { name }: Repository): RepositoryCheck {
  const one = checks.find((check) => check.name === wanted);
  if (one !== undefined) return one;
  const there = checks.map((check) => plainLine(check.name)).join(', ');
  throw new CodedError(
    'NOT_FOUND',
    `${plainLine(name)} has no check called ${wanted}. It has ${there === '' ? 'none' : there}.`,
  );
}

function checksText(checks: readonly RepositoryCheck[]): string {
  return checks.length === 0 ? 'No checks.\n' : table(checks.map(cells));
}

function cells({ name, command, required }: RepositoryCheck): readonly string[] {
  return [plainLine(name, 40), required ? 'required' : '', plainLine(command, 200)];
}

/** Resolves when no check of the task runs any more. Throws CANCELLED when the person goes before that. */
async function overWhenFollowed(client: Client, task: number, around: Surroundings): Promise<void> {
  const { signal, err } = around;
  let last = 0;
  try {
    for await (const { run: id } of await client.checks.follow({ task }, { signal })) {
      if (id !== last && err.isTTY) err.write(`Checking…\n`);
      last = id;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (signal.aborted)
    throw new CodedError(
      'CANCELLED',
      `Stopped waiting. The checks go on; end them with: ${around.program} check stop ${task}`,
    );
}
