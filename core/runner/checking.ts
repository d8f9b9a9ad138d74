import { endLeftovers } from '../agents/leftovers';
import type { RepositoryCheck } from '../contract/check';
import type { TranscriptBody } from '../contract/transcript';
import type { WorktreePlace } from '../git/checkout';
import { readHead } from '../git/open';
import { worktreeStatus } from '../git/status';
import { endCheck, startCheck } from '../store/checks';
import { runCheck } from './check';
import type { Deps } from './deps';
import type { Series, SeriesOrder } from './live-checks';
import { noteChange } from './measure';
import { checkMarkerOf, marked, trainMarkerOf } from './processes';

type Needs = Pick<Deps, 'db' | 'writer' | 'owner' | 'now' | 'log' | 'announce' | 'namespace' | 'checks'>;

/** Where a task's checks run: its worktree, with its branch checked out, or a train's, and what is set there. */
export interface CheckPlace {
  readonly task: number;
  readonly place: WorktreePlace;
  /** The train whose worktree it is. */
  readonly train?: number;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Runs checks in a task's worktree, one after the other, and keeps what each said with the commit it saw. One that fails
 * keeps none of the others from running. Gives lines for the transcript. Throws WRONG_STATE while some run.
 */
export function runChecks(
  deps: Needs,
  where: CheckPlace,
  checks: readonly RepositoryCheck[],
  order: SeriesOrder & {
    readonly onBegun?: () => void;
    /** Whether nobody asked for them: such are begun again by the next runtime when they are cut off. */
    readonly byItself?: boolean;
  },
): Promise<TranscriptBody[]> {
  return deps.checks.during(where.task, order, async (series) => {
    const lines: TranscriptBody[] = [];
    for (const check of checks) {
      if (series.signal.aborted) break;
      lines.push(...(await runOne(deps, where, check, { series, ...order })));
    }
    return lines;
  });
}

/** What is said of checks that are not run, because they would run programs of a repository that is not trusted. */
export function notRun(checks: readonly RepositoryCheck[], repository: string): TranscriptBody[] {
  const [first, second] = checks;
  if (first === undefined) return [];
  const which =
    second === undefined ? `The check ${first.name} (“${first.command}”) was` : `The ${checks.length} checks were`;
  const text = `${which} not run, because ${repository} is not trusted to run its programs.`;
  return [{ type: 'notice', level: 'warning', text }];
}

function runOne(
  deps: Needs,
  { task, place, environment, train }: CheckPlace,
  { name, command }: RepositoryCheck,
  {
    series,
    onBegun = () => {},
    byItself = false,
  }: { readonly series: Series; readonly onBegun?: () => void; readonly byItself?: boolean },
): Promise<TranscriptBody[]> {
  const marker = train === undefined ? checkMarkerOf(deps, task) : trainMarkerOf(deps, task);
  return marked(deps, { task, marker, leaves: true }, async (owner) => {
    const owned: WorktreePlace = { ...place, owner };
    const before = await look(owned);
    const { head } = before;
    const clean = before.dirty.length === 0;
    if (train === undefined) await noteChange(deps, place, { task, head });
    const check = await deps.writer.write((db) =>
      startCheck(db, { task, name, command, head, clean, train: train ?? null, byItself, at: deps.now() }),
    );
    series.prints(check, () => '');
    deps.announce(task);
    onBegun();
    const end = await runCheck({
      ...{ command, directory: place.checkout.workTree, environment: { ...environment, ...owner.variables } },
      ...{ namespace: await deps.namespace(), execute: place.git.execute, signal: series.signal },
      ...{ why: series.why, onProcess: owner.onProcess },
      onOutput: (read) => series.prints(check, read),
    });
    // A server the check left behind may have a group of its own; it carries the marker all the same.
    await endLeftovers({ group: null, marker });
    const after = await look(owned);
    const leftBehind = after.dirty.filter((path) => !before.dirty.includes(path));
    if (train === undefined) await noteChange(deps, place, { task, head: after.head });
    const cutOff = end.exitCode === null ? series.cutOff() : null;
    await deps.writer.write((db) => endCheck(db, { check, ...end, leftBehind, cutOff, at: deps.now() }));
    deps.announce(task);
    return [{ type: 'check', run: check, name, command, passed: end.exitCode === 0 }, ...leftBy(name, leftBehind)];
  });
}

/** The commit a worktree is at, and the files in it that are in no commit. */
async function look(place: WorktreePlace): Promise<{ readonly head: string; readonly dirty: readonly string[] }> {
  const head = await readHead(place);
  const dirty = (await worktreeStatus(place)).map(({ path }) => path);
  return { head: head.kind === 'unborn' ? '' : head.oid, dirty };
}

function leftBy(name: string, files: readonly string[]): TranscriptBody[] {
  if (files.length === 0) return [];
  const named = files.slice(0, 5).join(', ');
  const some = files.length > 5 ? `${named} and ${files.length - 5} more` : named;
  const text = `The check ${name} left edits in the worktree that are in no commit: ${some}. They are not in the change; take them out or commit them before you approve.`;
  return [{ type: 'notice', level: 'warning', text }];
}
