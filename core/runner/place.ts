import { CodedError } from '../contract/errors';
import type { Place } from '../git/checkout';
import type { Git } from '../git/git';
import { inspectPrograms } from '../git/inspect';
import { type OpenRepository, openRepository } from '../git/open';
import { isTrusted } from '../git/trusted';
import type { RepositoryRow } from '../store/repositories';

/** The repository of a task, opened, and where git commands on it run. */
export interface RepositoryPlace extends Place {
  readonly opened: OpenRepository;
}

/**
 * Opens a stored repository. It counts as trusted only while all it would run is what was trusted. Throws
 * NOT_A_REPOSITORY when it is gone or another one took its place: a folder that was moved and replaced must not get the
 * work meant for the old one.
 */
export async function repositoryPlace(
  git: Git,
  row: Pick<RepositoryRow, 'path' | 'commonDir' | 'trusted' | 'trustChanged' | 'trustHash'>,
): Promise<RepositoryPlace> {
  const opened = await openRepository(git, row.path).catch((cause: unknown) => {
    throw isGone(cause) ? goneFrom(row.path, cause) : cause;
  });
  if (opened.checkout.commonDir !== row.commonDir) {
    throw new CodedError(
      'NOT_A_REPOSITORY',
      `${row.path} is no longer the repository that was added: its git folder was ${row.commonDir} and is ${opened.checkout.commonDir}. Remove it and add it again.`,
    );
  }
  const place = { git, checkout: opened.checkout, trusted: false };
  const trusted =
    row.trusted && !row.trustChanged && isTrusted(await inspectPrograms(place, opened.head), row.trustHash);
  return { ...place, trusted, opened };
}

/** Whether an error says that a stored repository is not where it was. */
export function isGone(cause: unknown): boolean {
  return cause instanceof CodedError && cause.code === 'NOT_A_REPOSITORY';
}

function goneFrom(path: string, cause: unknown): CodedError {
  return new CodedError(
    'NOT_A_REPOSITORY',
    `The repository that was added from ${path} is not there any more. If it was moved or its disk is not mounted, put it back there and try again; nothing of it was touched.`,
    { facts: { path }, cause },
  );
}
