import type { Place } from './checkout';
import { runGit } from './run';

/** A file as a commit has it, its first `maxBytes` (16 MiB); null when it has none of that name. */
export async function readBlob(
  place: Place,
  {
    commit,
    path,
    maxBytes = 16 * 1024 * 1024,
    signal,
  }: {
    readonly commit: string;
    readonly path: string;
    readonly maxBytes?: number;
    readonly signal?: AbortSignal;
  },
): Promise<Buffer | null> {
  const { stdout, exitCode } = await runGit(place, ['cat-file', 'blob', `${commit}:${path}`], {
    ...{ successExitCodes: [128], maxBytes, truncate: true, signal },
  });
  return exitCode === 0 || stdout.length === maxBytes ? stdout : null;
}
