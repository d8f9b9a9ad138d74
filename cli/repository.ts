import type { Client } from '../core/client';
import { budgetWords } from '../core/contract/budget';
import { CodedError } from '../core/contract/errors';
import type { Repository } from '../core/contract/repository';
import { budgetGiven, budgetOptions, budgetUsage, noteLinesForAll } from './budget';
import { withCheck } from './check';
import { type Command, type Surroundings, UsageError } from './command';
import { pathOf } from './path';
import { plainLine } from './plain';
import { table } from './text';
import { sayPrograms } from './trust';
import { withClient } from './with-client';

const add: Command = {
  words: ['repository', 'add'],
  usage: 'PATH [--trust]',
  summary: 'Add a git repository; --trust lets its hooks and programs run',
  options: { trust: { type: 'boolean' } },
  names: { least: 1, most: 1 },
  examples: ['repository add ~/code/api --trust'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const path = pathOf(given.name(0), around);
      const trust = given.flag('trust');
      const found = trust ? await sayPrograms(client, path, around) : await client.repositories.inspect({ path });
      const { notices, programs, trustHash: expected } = found;
      const repository = await client.repositories.add({ path, trust, ...(trust && { expected }) });
      const notes = notices.map((notice) => `  note: ${plainLine(notice, 300)}\n`).join('');
      const would = repository.trusted
        ? []
        : programs.map((program) => `  would run if trusted: ${plainLine(program, 300)}\n`);
      return { json: repository, text: `${describe(repository)}${notes}${would.join('')}` };
    }),
};

const list: Command = {
  words: ['repository', 'list'],
  reads: true,
  usage: '',
  summary: 'The repositories you added',
  options: {},
  names: { least: 0, most: 0 },
  examples: ['repository list --json'],
  run: (_given, around) =>
    withClient(around, async (client) => {
      const repositories = await client.repositories.list();
      return {
        json: repositories,
        text: repositories.length === 0 ? 'No repositories yet.\n' : table(repositories.map(cells)),
      };
    }),
};

const set: Command = {
  words: ['repository', 'set'],
  usage: `PATH_OR_NAME [--check COMMAND | --no-check] [--run COMMAND | --no-run] [--setup COMMAND | --no-setup] [--teardown COMMAND | --no-teardown] [--pool N] [--trust | --no-trust] ${budgetUsage}`,
  summary:
    'Set the check called check of a repository (check add makes more), its run command, what sets up and tears down its worktrees, its budget of a day, or whether it is trusted',
  options: {
    check: { type: 'string' },
    'no-check': { type: 'boolean' },
    run: { type: 'string' },
    'no-run': { type: 'boolean' },
    setup: { type: 'string' },
    'no-setup': { type: 'boolean' },
    teardown: { type: 'string' },
    pool: { type: 'string' },
    'no-teardown': { type: 'boolean' },
    ...budgetOptions,
    trust: { type: 'boolean' },
    'no-trust': { type: 'boolean' },
  },
  names: { least: 1, most: 1 },
  examples: [
    'repository set . --check "npm test" --run "npm run dev"',
    'repository set . --no-check --no-trust',
    'repository set . --setup "npm ci" --teardown "docker compose down"',
    'repository set . --budget-usd 20',
  ],
  run: (given, around) => {
    const check = given.text('check');
    const run = given.text('run');
    const checks = check !== undefined || given.flag('no-check');
    const runs = run !== undefined || given.flag('no-run');
    const [setup, teardown] = [given.text('setup'), given.text('teardown')];
    const setsUp = setup !== undefined || given.flag('no-setup');
    const pool = given.text('pool');
    if (pool !== undefined && !/^(\d|10)$/.test(pool))
      throw new UsageError('--pool takes how many worktrees are made ahead of need, from 0 to 10.');
    const tearsDown = teardown !== undefined || given.flag('no-teardown');
    const trusts = given.flag('trust') || given.flag('no-trust');
    const caps = budgetGiven(given);
    if (!checks && !runs && !setsUp && !tearsDown && pool === undefined && !trusts && caps === undefined)
      throw new UsageError(
        'repository set needs --check, --no-check, --run, --no-run, --setup, --no-setup, --teardown, --no-teardown, --pool, --trust, --no-trust or one of --budget-usd, --budget-tokens, --budget-minutes.',
      );
    const both = (name: string, other: boolean) => other && given.flag(name);
    if (
      both('no-check', check !== undefined) ||
      both('no-run', run !== undefined) ||
      both('no-setup', setup !== undefined) ||
      both('no-teardown', teardown !== undefined) ||
      both('no-trust', given.flag('trust'))
    )
      throw new UsageError('These two say the opposite of each other.');
    return withClient(around, async (client) => {
      let repository = await known(client, given.name(0), around);
      if (checks || runs || setsUp || tearsDown || pool !== undefined || caps !== undefined) {
        repository = await client.repositories.configure({
          repository: repository.id,
          ...(checks && { checks: withCheck(repository.checks, check ?? null) }),
          ...(runs && { runCommand: run ?? null }),
          ...(setsUp && { setupCommand: setup ?? null }),
          ...(tearsDown && { teardownCommand: teardown ?? null }),
          ...(pool !== undefined && { pool: Number(pool) }),
          ...(caps !== undefined && { budget: { ...repository.budget, ...caps } }),
        });
      }
      if (trusts) {
        const trust = given.flag('trust');
        const found = trust ? await sayPrograms(client, repository.path, around) : null;
        const expected = found?.trustHash;
        repository = await client.repositories.trust({ repository: repository.id, trust, expected });
      }
      const notes = await noteLinesForAll(client, caps ?? {});
      return { json: repository, text: `${describe(repository)}${notes}` };
    });
  },
};

const remove: Command = {
  words: ['repository', 'remove'],
  usage: 'PATH_OR_NAME',
  summary: 'Forget a repository; nothing in it is touched',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['repository remove ~/code/api', 'repository remove api'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const repository = await known(client, given.name(0), around);
      await client.repositories.remove({ repository: repository.id });
      return {
        json: { removed: repository.path },
        text: `Forgot ${plainLine(repository.path, 300)}. Nothing in it was touched.\n`,
      };
    }),
};

/** Repositories: adding, listing, configuring, forgetting. */
export const repositoryCommands: readonly Command[] = [add, list, set, remove];

/** The repository somebody named: by its path, by a folder in it, or by a name no other has. Throws NOT_FOUND, BAD_INPUT. */
export async function known(client: Client, typed: string, around: Surroundings): Promise<Repository> {
  const path = pathOf(typed, around);
  const repositories = await client.repositories.list();
  // A repository whose folder is gone can still be named by the path it had.
  const exact = repositories.find((repository) => repository.path === path);
  if (exact !== undefined) return exact;
  // A folder that is no repository is not known, whatever is wrong with it.
  const knownAs = await client.repositories.inspect({ path }).then(
    (found) => found.knownAs,
    () => null,
  );
  const found = repositories.find(({ id }) => id === knownAs) ?? (knownAs === null ? await named(client, typed) : null);
  if (found !== null) return found;
  throw new CodedError('NOT_FOUND', `${path} has not been added to Switchyard. See: repository list`, {
    facts: { path },
  });
}

/** The repository called so; null when none is. Throws BAD_INPUT, with their paths, when several are. */
export async function named(client: Client, typed: string): Promise<Repository | null> {
  const found = (await client.repositories.list()).filter(({ name }) => name === typed);
  if (found.length <= 1) return found[0] ?? null;
  const paths = found.map((repository) => repository.path);
  const list = paths.map((each) => `  ${plainLine(each, 300)}`).join('\n');
  throw new CodedError('BAD_INPUT', `Several repositories are called ${typed}. Name one by its path:\n${list}`, {
    facts: { paths },
  });
}

function cells(repository: Repository): readonly string[] {
  const trust = repository.trustChanged ? 'trust again' : repository.trusted ? 'trusted' : 'not trusted';
  const budget = budgetWords(repository.budget);
  const checks = repository.checks.map((check) => `${plainLine(check.name)}: ${plainLine(check.command, 60)}`);
  return [
    plainLine(repository.name, 40),
    repository.defaultBranch ?? '(detached)',
    trust,
    plainLine(repository.path, 300),
    checks.join(', '),
    repository.runCommand === null ? '' : `run: ${plainLine(repository.runCommand, 60)}`,
    repository.setupCommand === null ? '' : `setup: ${plainLine(repository.setupCommand, 60)}`,
    repository.teardownCommand === null ? '' : `teardown: ${plainLine(repository.teardownCommand, 60)}`,
    budget === null ? '' : `budget of a day: ${budget}`,
    repository.pool === 0 ? '' : `ready ahead: ${repository.pool}`,
  ];
}

function describe(repository: Repository): string {
  return table([cells(repository)]);
}
