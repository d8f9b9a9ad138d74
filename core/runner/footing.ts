import { type Footing, footingOf, letsStart, type Part } from '../contract/stack';
import { refOid } from '../git/resolve';
import { joinCommits } from '../git/restack';
import type { Database } from '../store/database';
import { listDependencies } from '../store/dependencies';
import { partsOf } from '../store/stacks';
import type { TaskWork } from '../store/task-work';
import { identityFor } from './change';
import type { Deps } from './deps';
import type { RepositoryPlace } from './place';

/** What a task is to stand on now. */
export function footingNow(db: Database, task: number): Footing {
  return footingOf(listDependencies(db, task), partsOf(db, task));
}

/** What a task is brought onto, as the end of a sentence. */
export function namesOf({ parts, withBase }: Footing, { base }: Pick<TaskWork, 'base'>): string {
  return [...(withBase ? [base] : []), ...parts.map(({ id }) => `the change of task ${id}`)].join(' and ');
}

/** The commit a task is to stand on: one of them, or all of them merged in the object database; `problem` is a sentence. */
export async function foundation(
  place: RepositoryPlace,
  { base: name }: Pick<TaskWork, 'base'>,
  { footing, base }: { readonly footing: Footing; readonly base: string },
): Promise<{ readonly kind: 'made'; readonly oid: string } | { readonly kind: 'conflict'; readonly problem: string }> {
  const { parts, withBase } = footing;
  const { identity } = await identityFor(place);
  const oids = [...(withBase ? [base] : []), ...parts.map(({ head }) => head)];
  const message = `Put ${namesOf(footing, { base: name })} together\n`;
  const joined = await joinCommits(place, { oids, message, identity });
  if (joined.kind === 'joined') return { kind: 'made', oid: joined.oid };
  const [one, other] = joined.pair.map((oid) => {
    const part = parts.find(({ head }) => head === oid);
    return part === undefined ? name : `task ${part.id}`;
  });
  const files = joined.conflicts.slice(0, 5).map(({ path }) => path);
  return {
    kind: 'conflict',
    problem: `What it is after conflicts with itself: ${one} with ${other} in ${files.join(', ')}.`,
  };
}

/**
 * What a task that begins is to stand on beside its base, null for nothing. `problem`, a sentence, when that cannot be made;
 * `for` says what it waits for then.
 */
export async function footingToStart(
  { db }: Pick<Deps, 'db'>,
  place: RepositoryPlace,
  work: Pick<TaskWork, 'id' | 'base'>,
): Promise<
  | { readonly oid: string; readonly parts: readonly Part[] }
  | { readonly problem: string; readonly for: 'review' | 'landing' }
  | null
> {
  // Since it was claimed one of them may have been sent back.
  const back = listDependencies(db, work.id).find((before) => !letsStart(before));
  if (back !== undefined) return { problem: `Task ${back.id}, which it is after, was sent back.`, for: 'review' };
  const footing = footingNow(db, work.id);
  if (footing.parts.length === 0) return null;
  const base = await refOid(place, `refs/heads/${work.base}`);
  if (base === null) return null;
  const onto = await foundation(place, work, { footing, base });
  return onto.kind === 'conflict'
    ? { problem: `${onto.problem} It starts when they have landed.`, for: 'landing' }
    : { oid: onto.oid, parts: footing.parts };
}
