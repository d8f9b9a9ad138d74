import type { Place } from './checkout';
import { type Discovery, runGit } from './run';

/** Who a commit is by. */
export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** The person's name and address as git sees them for this repository, or in this folder; null when either is not set. */
export async function readIdentity(place: Place | Discovery): Promise<Identity | null> {
  const [name, email] = await Promise.all([value(place, 'user.name'), value(place, 'user.email')]);
  return name && email ? { name, email } : null;
}

/** Who commits are by when git knows nobody: the account on this machine. */
export function fallbackIdentity(user: string, host: string): Identity {
  return { name: user, email: `${user}@${host}`.replace(/[\s<>]+/g, '-') };
}

/** The variables by which git writes this identity into a commit. */
export function identityVariables(identity: Identity): Record<string, string> {
  const { name, email } = identity;
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
}

async function value(place: Place | Discovery, key: string): Promise<string> {
  const { stdout } = await runGit(place, ['config', '--get', '-z', key], {
    successExitCodes: [1],
    systemConfiguration: true,
  });
  return stdout.toString('utf8').replace(/\0$/, '').trim();
}
