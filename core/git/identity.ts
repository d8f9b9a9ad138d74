import type { Place } from './checkout';
import type { Discovery } from './directory';
import { listSettings } from './settings';

/** Who a commit is by. */
export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** The person's name and address as git sees them for this repository, or in this folder; null when either is not set. */
export async function readIdentity(place: Place | Discovery): Promise<Identity | null> {
  const settings = new Map(await listSettings(place));
  const [name, email] = ['user.name', 'user.email'].map((key) => settings.get(key)?.trim());
  return name && email ? { name, email } : null;
}

/** Who commits are by when git knows nobody: the account on this machine. */
export function fallbackIdentity(user: string, host: string): Identity {
  return { name: user, email: `${user}@${host}`.replace(/[\s<>]+/g, '-') };
}

/** Who wrote a change, and when, in words git reads. */
export interface Author extends Identity {
  readonly date: string;
}

/** The variables by which git writes this identity into a commit, whose author may be somebody else. */
export function identityVariables(identity: Identity, author?: Author): Record<string, string> {
  const { name, email } = identity;
  return {
    GIT_AUTHOR_NAME: author?.name ?? name,
    GIT_AUTHOR_EMAIL: author?.email ?? email,
    ...(author !== undefined && { GIT_AUTHOR_DATE: author.date }),
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
}
