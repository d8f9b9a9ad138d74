import type { Place } from './checkout';
import { splitNul } from './nul';
import { readGit, runGit } from './run';

/** A remote of a repository and where a push to it goes. */
export interface Remote {
  readonly name: string;
  /** As git would use them, with whatever they hold; more than one when the repository pushes to several at once. */
  readonly urls: readonly string[];
}

/**
 * The remotes of a repository, by name. Of one that is not trusted the addresses are as they are written: what it would
 * rewrite them to does not count, because nothing it configures is used to push.
 */
export async function listRemotes(place: Place): Promise<readonly Remote[]> {
  const written = await writtenUrls(place);
  if (!place.trusted)
    return [...written].map(([name, { url, pushUrl }]) => ({ name, urls: pushUrl.length ? pushUrl : url }));
  return Promise.all(
    [...written.keys()].map(async (name) => {
      const urls = await readGit(place, ['remote', 'get-url', '--push', '--all', '--', name]);
      return { name, urls: urls.split('\n') };
    }),
  );
}

/**
 * The remote a branch would be pushed to: as configured for the branch or the repository, else the one it is pulled
 * from, else `origin`, else the only one. Null when that leaves it open.
 */
export async function defaultRemote(place: Place, branch: string, names: readonly string[]): Promise<string | null> {
  const keys = [`branch.${branch}.pushRemote`, 'remote.pushDefault', `branch.${branch}.remote`];
  for (const key of keys) {
    const { stdout } = await runGit(place, ['config', '-z', '--get', key], { successExitCodes: [1] });
    const [name] = splitNul(stdout);
    if (name !== undefined && names.includes(name)) return name;
  }
  if (names.includes('origin')) return 'origin';
  return names.length === 1 ? (names[0] ?? null) : null;
}

interface Written {
  readonly url: string[];
  readonly pushUrl: string[];
}

async function writtenUrls(place: Place): Promise<Map<string, Written>> {
  const args = ['config', '-z', '--get-regexp', '^remote\\..*\\.(url|pushurl)$'];
  const { stdout } = await runGit(place, args, { successExitCodes: [1] });
  const remotes = new Map<string, Written>();
  for (const entry of splitNul(stdout)) {
    const [, name, kind, value] = /^remote\.(.+)\.(url|pushurl)\n(.+)$/s.exec(entry) ?? [];
    // A name like an option would be read as one.
    if (name === undefined || value === undefined || name.startsWith('-')) continue;
    const remote = remotes.get(name) ?? { url: [], pushUrl: [] };
    remotes.set(name, remote);
    (kind === 'url' ? remote.url : remote.pushUrl).push(value);
  }
  return remotes;
}
