import { createHash } from 'node:crypto';
import type { Place, WorktreeTrust } from '../git/checkout';
import { type Foreign, inspectPrograms, type Programs, programsBeyond } from '../git/inspect';
import { openRepository } from '../git/open';
import { isTrusted, knownPrograms, trustedWith } from '../git/trusted';
import { contentKey } from '../store/content-requests';
import { type RepositoryRow, repositoryById, updateRepository } from '../store/repositories';
import type { Answers } from './answers';
import { type Asker, ask } from './asking';
import type { Deps } from './deps';

/**
 * Whether a repository's programs may run for this task. What it would run is compared with what was trusted; when
 * there is more, or something else, the person is asked before anything runs, and a no means the task goes on as in an
 * untrusted one. What was only taken away is no question.
 */
export async function mayRunPrograms(
  deps: Deps,
  answers: Answers,
  asker: Asker,
  repository: RepositoryRow,
): Promise<boolean> {
  if (!repository.trusted) return false;
  let shown = await look(deps, repository);
  while (!isTrusted(shown, repository.trustHash)) {
    await keep(deps, repository.id, { trustChanged: true });
    const title = `Run what ${repository.name} brings, though it has changed since you trusted it?`;
    const asked = { name: repository.name, title, hash: shown.trustHash, programs: sinceTrusted(shown, repository) };
    if (!(await allowed(deps, answers, asker, asked))) return false;
    const now = await look(deps, repository);
    if (now.trustHash === shown.trustHash) {
      await keep(deps, repository.id, { trustHash: trustedWith(now), trustChanged: false });
      return true;
    }
    // It changed again while the question stood: what was allowed is not what would run.
    shown = now;
  }
  // What was denied is gone again.
  if (repository.trustChanged) await keep(deps, repository.id, { trustChanged: false });
  return true;
}

/** What a repository would run, a line each, those that are as they were trusted said to be. */
function sinceTrusted({ programs, each }: Programs, { trustHash }: RepositoryRow): readonly string[] {
  const known = knownPrograms(each, trustHash);
  return programs.map((line, at) => (known[at] ? `${line} (as you trusted it)` : line));
}

/** What the person let run in a task's worktree. */
export interface Allowed {
  readonly trusted: WorktreeTrust | false;
  /** What it brings beyond what the repository's own checkout does, each by a key; null when nothing may run. */
  readonly passed: readonly string[] | null;
  /** As `trusted`, for the worktree as it is now. Asks nobody. */
  readonly stillTrusted: () => Promise<WorktreeTrust | false>;
}

/**
 * Whether a repository's programs may run in this worktree, which may be of a branch that brings more of them, or hold
 * what an agent wrote in an earlier turn. The person is asked about what is new to a repository they trust.
 */
export async function mayRunInWorktree(
  deps: Deps,
  answers: Answers,
  asker: Asker,
  places: { readonly worktree: Place; readonly checkout: Place; readonly repository: RepositoryRow },
): Promise<Allowed> {
  if (!places.checkout.trusted) return nothing;
  const { id, name } = places.repository;
  const passed = new Set<string>();
  for (;;) {
    const found = await programsBeyond(places.worktree, places.checkout);
    const keys = found.map(keyOf);
    // What came while a question stood is in none of its answers.
    if (keys.every((key) => passed.has(key))) return allowedBefore(places, keys);
    const title = `Run what this branch of ${name} brings, which your own checkout does not have?`;
    const programs = found.map((program) => program.line);
    const hash = createHash('sha256')
      .update([...keys].sort().join('\n'))
      .digest('hex');
    if (!(await allowed(deps, answers, asker, { name, title, hash, programs }))) return nothing;
    for (const key of keys) passed.add(key);
    // Nor is what its repository would run by now.
    if (!(await mayRunPrograms(deps, answers, asker, repositoryById(deps.db, id)))) return nothing;
  }
}

/** The same as `mayRunInWorktree` gave it before, for work that is gone on with. */
export function allowedBefore(
  places: { readonly worktree: Place; readonly checkout: Place },
  passed: readonly string[] | null,
): Allowed {
  if (passed === null) return nothing;
  return {
    trusted: given,
    passed,
    async stillTrusted() {
      const now = await programsBeyond(places.worktree, places.checkout);
      return now.every((program) => passed.includes(keyOf(program))) ? given : false;
    },
  };
}

const nothing: Allowed = { trusted: false, passed: null, stillTrusted: async () => false };

/**
 * Whether a repository's programs may run in this worktree where nobody can be asked: only when the repository itself
 * is trusted and the worktree would run nothing that its repository's own checkout does not have.
 */
export async function trustedWithoutAsking(worktree: Place, checkout: Place): Promise<WorktreeTrust | false> {
  if (!checkout.trusted) return false;
  return (await programsBeyond(worktree, checkout)).length === 0 ? given : false;
}

/** The one place that gives it. */
const given = true as WorktreeTrust;

function keyOf({ line, version }: Foreign): string {
  return JSON.stringify([line, version]);
}

async function look(deps: Deps, repository: RepositoryRow): Promise<Programs> {
  const { checkout, head } = await openRepository(deps.git, repository.path);
  return inspectPrograms({ git: deps.git, checkout, trusted: false }, head);
}

async function allowed(
  deps: Deps,
  answers: Answers,
  asker: Asker,
  {
    name,
    title,
    hash,
    programs,
  }: { readonly name: string; readonly title: string; readonly hash: string; readonly programs: readonly string[] },
): Promise<boolean> {
  const answer = await ask(deps, answers, asker, {
    kind: 'permission',
    title,
    body: [
      'Deny to go on without running any of it:',
      ...programs,
      `Your answer holds for every task of ${name} while this is the same (content ${hash.slice(0, 12)}).`,
    ].join('\n'),
    key: contentKey(hash),
    tool: null,
    options: [],
    allowsText: false,
    multiple: false,
  });
  return answer.decision === 'allow';
}

async function keep(deps: Deps, id: number, patch: Parameters<typeof updateRepository>[2]): Promise<void> {
  await deps.writer.write((db) => updateRepository(db, id, patch));
  deps.announceRepository(id);
}
