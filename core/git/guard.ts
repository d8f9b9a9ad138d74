import type { Place } from './checkout';
import { splitNul } from './nul';
import { always, neutralise, untrusted } from './overrides';
import { runGit } from './run';

/**
 * Environment entries for somebody else's git in an untrusted repository, an agent's for instance: with them it runs
 * none of the hooks, filters, drivers and other programs the repository configures now.
 */
export async function guardVariables(place: Place): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await runGit({ ...place, trusted: false }, [
    'config',
    '--list',
    '-z',
    '--name-only',
    '--includes',
  ]);
  const entries = [...always, ...untrusted, ...neutralise(splitNul(stdout))];
  return Object.fromEntries([
    ['GIT_CONFIG_COUNT', String(entries.length)],
    ['GIT_TERMINAL_PROMPT', '0'],
    ...entries.flatMap(([key, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  ]);
}
