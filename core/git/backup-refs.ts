import { CodedError } from '../contract/errors';
import type { Place } from './checkout';
import { refOid } from './resolve';
import { readGit, runGit } from './run';

/** A ref that keeps what was taken away. */
export interface BackupRef {
  readonly ref: string;
  readonly oid: string;
}

/** The refs under which backups are kept in a repository. */
export async function listBackupRefs(place: Place): Promise<BackupRef[]> {
  const args = ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/switchyard/backup/'];
  const { stdout } = await runGit(place, args);
  return stdout
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const [, oid, ref] = /^([0-9a-f]+) (refs\/switchyard\/backup\/\d+\/[a-z0-9-]+)$/.exec(line) ?? [];
      return oid === undefined || ref === undefined ? [] : [{ oid, ref }];
    });
}

/** How many bytes of the object database only this commit and what it leads to need, about: branches and tags do not. */
export async function bytesOf(place: Place, oid: string, signal?: AbortSignal): Promise<number> {
  const args = ['rev-list', '--objects', '--disk-usage', oid, '--not', '--branches', '--tags', '--remotes'];
  return Number(await readGit(place, args, { signal, timeoutMs: 60_000 }));
}

/** Removes a ref of ours if it still is where it was. False when it points elsewhere by now. */
export async function removeBackupRef(place: Place, { ref, oid }: BackupRef): Promise<boolean> {
  const args = ['update-ref', '--no-deref', '-d', ref, oid];
  return (await runGit(place, args, { successExitCodes: [1, 128] })).exitCode === 0;
}

/** Keeps a commit under a ref of ours, unless it is kept there already. Throws GIT_FAILED when it is not there afterwards. */
export async function keepUnder(place: Place, { ref, oid }: BackupRef): Promise<void> {
  const args = ['update-ref', '--no-deref', ref, oid, '0'.repeat(oid.length)];
  const { stderr } = await runGit(place, args, { successExitCodes: [1, 128] });
  if ((await refOid(place, ref)) === oid) return;
  throw new CodedError(
    'GIT_FAILED',
    `Could not keep ${oid} at ${ref} of ${place.checkout.workTree}, so nothing of it was taken away: ${stderr.trim()} It is tried again at the next start; if a .lock file is in the way and no git runs, delete it.`,
    { facts: { ref, oid } },
  );
}
