import { inspectRepository } from '../git/inspect';
import { openRepository } from '../git/open';
import { type RepositoryRow, updateRepository } from '../store/repositories';
import type { Answers } from './answers';
import { type Asker, ask } from './asking';
import type { Deps } from './deps';

/**
 * Whether a repository's programs may run for this task. What it would run is compared with what was trusted; when
 * that changed the person is asked before anything runs, and a no means the task goes on as in an untrusted one.
 */
export async function mayRunPrograms(
  deps: Deps,
  answers: Answers,
  asker: Asker,
  repository: RepositoryRow,
): Promise<boolean> {
  if (!repository.trusted) return false;
  const opened = await openRepository(deps.git, repository.path);
  const { trustHash, programs } = await inspectRepository({ git: deps.git, checkout: opened.checkout, trusted: false });
  if (trustHash === repository.trustHash) return true;
  await keep(deps, repository.id, { trustChanged: true });
  const answer = await ask(deps, answers, asker, {
    kind: 'start',
    title: `What ${repository.name} would run has changed since you trusted it`,
    body: [
      'Allow to trust it as it is now. Deny to go on without running any of it:',
      ...(programs.length > 0 ? programs : ['(nothing any more)']),
    ].join('\n'),
    tool: null,
    options: [],
    allowsText: false,
    multiple: false,
  });
  if (answer.decision !== 'allow') return false;
  await keep(deps, repository.id, { trustHash, trustChanged: false });
  return true;
}

async function keep(deps: Deps, id: number, patch: Parameters<typeof updateRepository>[2]): Promise<void> {
  await deps.writer.write((db) => updateRepository(db, id, patch));
  deps.announceRepository(id);
}
