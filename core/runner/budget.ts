import { amountWords, type Breach, breachOf, breachWords, spendingWords } from '../contract/budget';
import type { ChangeSize } from '../contract/task';
import { captureFiles, storeTree } from '../git/capture';
import type { Place } from '../git/checkout';
import { changeSize, mergeBase, patch } from '../git/diff';
import { isFinishing } from '../store/grants';
import { openRequestsOf, withdrawRequest } from '../store/requests';
import { budgetsOf, taskSpending } from '../store/spending';
import { isTaken } from '../store/takeovers';
import type { TaskWork } from '../store/task-work';
import type { Answers } from './answers';
import { type AnyQuestion, type Asker, ask, resumeWhenAnswered } from './asking';
import type { Deps } from './deps';
import { originOf } from './origin';

/** The options of a request for more of a budget, in the order they are shown. */
export const budgetOptions = ['more', 'finish', 'stop'] as const;

/** Whether a task may begin a turn: its budgets last, or the person said how to go on. `taken`: they want to drive. */
export type Leave = 'go on' | 'finish' | 'stop' | 'taken';

/** The most of a diff that is shown beside the question, in bytes. */
const shownBytes = 60 * 1024;

/**
 * Gives leave to begin a turn while every budget lasts. Otherwise the person is asked, with what was spent and the change
 * so far, and the work waits; what they answer is carried out with the answer, so that a crash in between loses nothing.
 */
export async function mayGoOn(
  deps: Deps,
  answers: Answers,
  asker: Asker,
  work: { readonly place: Place; readonly origin: Pick<TaskWork, 'stackOid' | 'base'> },
): Promise<Leave> {
  const { task } = asker.claim;
  for (;;) {
    if (isFinishing(deps.db, task)) return 'finish';
    const breach = breachOf(budgetsOf(deps.db, { task, at: deps.now() }));
    if (breach === null) {
      await takeBack(deps, task);
      return 'go on';
    }
    const change = await changeSoFar(work.place, work.origin);
    const question = questionOf(breach, spendingWords(taskSpending(deps.db, task)), change);
    const taken = new AbortController();
    const unheard = deps.takes.hear(task, () => taken.abort());
    if (isTaken(deps.db, task)) taken.abort();
    try {
      const { options } = await ask(deps, answers, asker, question, taken.signal);
      if (budgetOptions[options[0] ?? -1] === 'stop') return 'stop';
    } catch (cause) {
      // Who drives spends what they like; it is asked again when the agent is to go on.
      if (taken.signal.aborted && !asker.signal.aborted) return 'taken';
      throw cause;
    } finally {
      unheard();
    }
  }
}

/** A budget may have been raised, or its day may have ended, while nobody worked on the task that asks about it. */
async function takeBack(deps: Deps, task: number): Promise<void> {
  const open = openRequestsOf(deps.db, task).filter(({ kind }) => kind === 'budget');
  if (open.length === 0) return;
  const at = deps.now();
  await deps.writer.write((db) => {
    for (const { id } of open) withdrawRequest(db, { request: id, at });
    resumeWhenAnswered(db, { task, by: 'runner', reason: 'Its budget lasts again.', at });
  });
  for (const { id } of open) deps.announceRequest(id);
  deps.announce(task);
}

/** The change in the worktree as it stands, with nothing committed. */
interface SoFar {
  readonly size: ChangeSize;
  readonly diff: string;
  readonly truncated: boolean;
}

async function changeSoFar(place: Place, from: Pick<TaskWork, 'stackOid' | 'base'>): Promise<SoFar | null> {
  const files = await captureFiles(place);
  await storeTree(place, files);
  const base = await mergeBase(place, await originOf(place, from), 'HEAD');
  if (base === null) return null;
  const range = { base, head: files.tree };
  const [size, shown] = await Promise.all([changeSize(place, range), patch(place, { ...range, maxBytes: shownBytes })]);
  return { size, diff: shown.patch, truncated: shown.truncated };
}

/** What the person is asked when a budget is reached. */
function questionOf(breach: Breach, spent: string, change: SoFar | null): AnyQuestion {
  const { scope, measure, cap, more } = breach;
  const until = scope === 'task' ? '' : ' today';
  const files = change?.size.files ?? 0;
  const far =
    change === null
      ? 'Its change could not be compared with its base.'
      : files === 0
        ? 'It has changed nothing yet.'
        : `So far it changed ${files} ${files === 1 ? 'file' : 'files'}, +${change.size.additions} −${change.size.deletions}${change.truncated ? '; the diff here is cut' : ''}.`;
  return {
    kind: 'budget',
    title: `The budget is reached: ${breachWords(breach)}`,
    body: `This task spent ${spent}. ${far}`,
    tool: change === null || files === 0 ? null : { name: 'budget', command: null, input: '', diff: change.diff },
    options: [
      {
        label: `Allow another ${amountWords(measure, more)}${until}`,
        description: 'The agent goes on where it is.',
        kind: 'choice',
      },
      {
        label: 'Finish now and review',
        description: 'What is in the worktree is committed, checked and put into review.',
        kind: 'choice',
      },
      { label: 'Stop the task', description: 'It is cancelled; its worktree stays for a retry.', kind: 'choice' },
    ],
    allowsText: false,
    multiple: false,
    // The amounts differ each time it is asked; the budget that is reached does not.
    key: `budget ${scope} ${measure} ${cap}`,
    budget: { scope, measure, more },
  };
}
