import { callGit, type RunOptions, startGit } from './call';
import type { Place } from './checkout';
import { allListed, type Listed, listing, ownListed, readSetting } from './config-list';
import { configuredKeys, everySetting, ownSettings, type Setting } from './configured';
import type { Discovery } from './directory';
import { splitNul } from './nul';
import { always, silent, untrusted } from './overrides';
import { learnSystemFiles, systemFiles } from './system-files';

/** The keys that count for one command, asked for with each: those of the system only where it reads what that says. */
export async function configuredNow(
  where: Place | Discovery,
  options: Pick<RunOptions, 'systemConfiguration' | 'signal'>,
): Promise<readonly string[]> {
  if (!('checkout' in where)) return listKeys(where, options.signal);
  if (where.trusted || options.systemConfiguration) {
    return (await listSettings(where, options.signal)).map(([key]) => key);
  }
  return (await configuredKeys(where, (content) => parse(where, content))) ?? listKeys(where, options.signal);
}

/**
 * Everything that is configured for a checkout, or in a folder: by the system, even where nothing is trusted, by the person
 * and by the repository itself. Of what is set twice, the last counts.
 */
export async function listSettings(where: Place | Discovery, signal?: AbortSignal): Promise<readonly Setting[]> {
  if (!('checkout' in where)) return (await listAll(where, signal)).settings;
  const system = systemFiles(where.git);
  if (system !== undefined) {
    const known = await everySetting(where, { system, parse: (content) => parse(where, content) });
    return known ?? (await listAll(where, signal)).settings;
  }
  const listed = await listAll(where, signal);
  await learnSystemFiles(where.git, listed, (args, variables) => ask(where, args, variables));
  return listed.settings;
}

/**
 * What the repository itself configures, included files and all; not what the person or the system does. The place must
 * not be trusted.
 */
export async function listOwnSettings(place: Place): Promise<readonly Setting[]> {
  const known = await ownSettings(place, (content) => parse(place, content));
  if (known !== null) return known;
  return ownListed(splitNul((await callGit(place, listing, { overrides: [...always, ...untrusted] })).stdout));
}

async function listAll(where: Place | Discovery, signal: AbortSignal | undefined): Promise<Listed> {
  const trusted = 'checkout' in where && where.trusted;
  const { stdout } = await callGit(where, listing, {
    ...{ silent: true, systemConfiguration: true, signal },
    overrides: [...always, ...(trusted ? silent : untrusted)],
  });
  return allListed(splitNul(stdout));
}

async function listKeys(where: Place | Discovery, signal: AbortSignal | undefined): Promise<string[]> {
  const args = ['config', '--list', '-z', '--name-only', '--includes'];
  const { stdout } = await callGit(where, args, { silent: true, signal, overrides: [...always, ...untrusted] });
  return splitNul(stdout);
}

/** What git reads out of the bytes of one file of configuration; null when it refuses them. */
async function parse(where: Place | Discovery, content: Buffer): Promise<readonly Setting[] | null> {
  const { stdout, exitCode, truncated } = await startGit(
    where,
    ['config', '--list', '-z', '--no-includes', '--file', '-'],
    {
      silent: true,
      overrides: [],
      input: content,
    },
  );
  return exitCode === 0 && !truncated ? splitNul(stdout).map(readSetting) : null;
}

async function ask(
  where: Place | Discovery,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<string | null> {
  const overrides = [...always, ...untrusted];
  const { stdout, exitCode } = await startGit(where, args, {
    ...{ silent: true, systemConfiguration: true, variables, overrides },
  });
  return exitCode === 0 ? stdout.toString('utf8').replace(/\n$/, '') : null;
}
