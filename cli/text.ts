import stringWidth from 'fast-string-width';
import { aboardWords, leftWords } from '../core/contract/aboard';
import { blockingChecks, type CheckStand } from '../core/contract/check';
import { agentWords, hasWon } from '../core/contract/contest';
import { overlapWords } from '../core/contract/overlap';
import { isDecided, type Request } from '../core/contract/request';
import type { Review } from '../core/contract/review';
import { ruleWords } from '../core/contract/rule';
import { isDrivenNow, takenWhen } from '../core/contract/takeover';
import { isRetried, type Task, type TaskState, waitsSince } from '../core/contract/task';
import { waitedInWords } from '../core/contract/waited';
import type { Output } from './command';
import { plainLine } from './plain';
import { widthFor, wrapLine } from './wrap';

const glyphs: Readonly<Record<TaskState, string>> = {
  queued: '○',
  running: '◐',
  waiting: '●',
  review: '◇',
  done: '✓',
  failed: '✕',
  cancelled: '–',
};

/** The state as the window shows it: the same glyph and word everywhere; of a parked task, or one that is tried again, how long it is still. That the person drives it is said too. */
export function stateText(task: Task, now = Date.now()): string {
  if (isDrivenNow(task)) return `${glyphs.running} driven by you`;
  if (task.state === 'queued' && task.runAfter !== null && task.runAfter > now) {
    const time = ago(2 * now - task.runAfter, now);
    return isRetried(task) ? `◷ retries in ${time}` : `◷ parked, in ${time}`;
  }
  // Nothing was reached by throwing a change away.
  if (task.outcome === 'discarded') return '⊘ discarded';
  const word = task.state === 'done' && task.outcome !== null ? task.outcome : task.state;
  return `${glyphs[task.state]} ${word}`;
}

/** What an agent cost, in dollars; of less than a cent the two digits that matter. */
export function money(usd: number): string {
  if (usd === 0) return '$0';
  if (usd < 0.0001) return '<$0.0001';
  return `$${usd < 0.01 ? Number(usd.toPrecision(2)) : usd.toFixed(2)}`;
}

/** How long ago, in the largest unit that fits. */
export function ago(at: number, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** A time to come by the clock where it is read, with its day unless that is today, and how long it is until then. */
export function whenText(time: number, now = Date.now()): string {
  const at = new Date(time);
  const two = (number: number) => String(number).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} `;
  const today = at.toDateString() === new Date(now).toDateString();
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return `${today ? '' : day}${clock}, in ${waitedInWords(Math.max(0, time - now))}`;
}

/** Rows in columns as wide as their widest cell, counted as a terminal does: 日本 takes four columns. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, stringWidth(cell));
    });
  const padded = (cell: string, index: number) => cell + ' '.repeat((widths[index] ?? 0) - stringWidth(cell));
  return rows.map((row) => `${row.map(padded).join('  ').trimEnd()}\n`).join('');
}

/**
 * Rows in columns, the last of them cut where the terminal ends, at 120 columns at most. Where hardly anything would be left of
 * the last, which says the most, it stands below the others of its row.
 */
export function fittedTable(rows: readonly (readonly string[])[], columns: number | undefined): string {
  const width = widthFor(columns ?? widest, widest) ?? widest;
  const before = table(rows.map((row) => [...row.slice(0, -1), '|'])).split('\n', 1)[0] ?? '';
  const left = width - stringWidth(before) + 1;
  const needed = Math.max(0, ...rows.map((row) => stringWidth(row.at(-1) ?? '')));
  if (left >= Math.min(leastLast, needed))
    return table(rows.map((row) => [...row.slice(0, -1), plainLine(row.at(-1) ?? '', left)]));
  return rows.map((row) => stacked(row, width)).join('');
}

/** A row in two lines, or as many as its cells need; the last cell takes three at most. */
function stacked(row: readonly string[], width: number): string {
  const [last = '', ...others] = [...row].reverse();
  const first = others.reverse().filter((cell) => cell !== '');
  const below = `    ${plainLine(last, 3 * (width - 4))}`;
  return `${wrapLine(first.join('  '), width, 4)}\n${last === '' ? '' : `${wrapLine(below, width, 4)}\n`}`;
}

/** The widest a table is, and the least that is left of its last column beside the others. */
const widest = 120;
const leastLast = 24;

/** The same for a terminal; whole, however wide, for what is none. */
export function fittingTable(rows: readonly (readonly string[])[], { columns }: Pick<Output, 'columns'>): string {
  return columns === undefined ? table(rows) : fittedTable(rows, columns);
}

/** A number with its noun: `1 file`, `2 files`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Why a queued task does not run yet; null when it is simply its turn next. */
export function whyQueued(task: Task): string | null {
  if (task.queuedReason !== null) return plainLine(task.queuedReason, 300);
  if (task.blockedBy.length === 0) return null;
  return `Waits for ${task.blockedBy.map((id) => `task ${id}`).join(', ')}.`;
}

/** When the person drives a task, or since when they do; empty when they neither do nor asked to. */
export function takeoverText(task: Task, program: string): string {
  const { id, takeover } = task;
  if (takeover === null) return '';
  if (takeover.state === 'driving' && takeover.beganAt !== null)
    return `You drive it in terminal ${takeover.terminal}, for ${ago(takeover.beganAt)} now: on the Terminal tab of task ${id} in the window, or: ${program} task take ${id}`;
  return `You take over as soon as ${takenWhen(task)}; to take that back: ${program} task hand-back ${id}`;
}

/** The train it is on, what keeps a finished change from landing, or what it meets; null for nothing. */
function whyHeld({ state, landsAfter, stack, overlaps, base, train }: Task): string | null {
  if (train !== null) return plainLine(train.reason === null ? aboardWords(train) : leftWords(train), 300);
  if (state === 'review' && stack?.problem != null) return plainLine(stack.problem, 300);
  if (state === 'review' && landsAfter.length > 0)
    return `Lands after ${landsAfter.map((id) => `task ${id}`).join(', ')}.`;
  const worst = overlaps.find(({ conflicts }) => conflicts > 0);
  return worst === undefined ? null : plainLine(overlapWords(worst, base), 200);
}

/** The first line of what a failed task failed with; null of any other. */
function whyFailed({ state, error }: Task): string | null {
  return state !== 'failed' || error === null ? null : plainLine(error.trim().split('\n', 1)[0] ?? '', 300);
}

/** One line for a list of tasks, in cells. */
export function taskCells(task: Task): readonly string[] {
  return [
    `#${task.id}`,
    stateText(task),
    plainLine(task.title, 60),
    repositoryName(task.repository),
    plainLine(agentWords(task), 40),
    changeText(task),
    ago(waitsSince(task)),
    // The first sentence says why; `task show` says what to do.
    /^.*?(?=\.(?:\s|$)|$)/.exec(whyQueued(task) ?? whyFailed(task) ?? whyHeld(task) ?? '')?.[0] ?? '',
  ];
}

/** Whether a task's change conflicts with its base, as it was found last. */
function meetsBase({ overlaps }: Task): boolean {
  return overlaps.some(({ with: other, conflicts }) => other === null && conflicts > 0);
}

/**
 * What a person does next with a task, one command a line; `conflicts` says whether it does with its base, where that was just
 * looked at, and `stands` how the checks of its repository stand for its change, where these are known.
 */
export function nextSteps(
  task: Task,
  program: string,
  { conflicts = meetsBase(task), stands = [] }: Partial<Pick<Next, 'conflicts' | 'stands'>> = {},
): string {
  const step = (label: string, command: string) => `  ${`${label}:`.padEnd(18)}${program} ${command}\n`;
  const open = task.requests[0];
  if (open !== undefined) return requestSteps(open, program);
  switch (task.state) {
    case 'review':
      return (
        step('See the change', `task diff ${task.id}`) +
        (task.contest?.picked === null ? step('Compare', `task compare ${task.id}`) : '') +
        landingStep(task, { conflicts, stands, step }) +
        step('Ask for changes', `task reject ${task.id} --comment "…"`) +
        step('Discard', `task discard ${task.id}`)
      );
    case 'failed':
    case 'cancelled':
      return (
        step('Try again', `task retry ${task.id}`) +
        step('What happened', `task log ${task.id}`) +
        step('Discard', `task discard ${task.id}`)
      );
    case 'done':
      if (hasWon(task) && task.contest?.picked === null) return step('Discard others', `task pick ${task.id}`);
      return task.outcome === 'discarded' ? step('Bring it back', `task restore ${task.id}`) : '';
    case 'queued': {
      if (isDrivenNow(task)) return step('Hand it back', `task hand-back ${task.id}`);
      const now =
        task.parked !== 'budget' && task.runAfter !== null ? step('Resume now', `task resume ${task.id}`) : '';
      return now + step('Watch', `task log ${task.id} --follow`);
    }
    default:
      if (task.takeover !== null) return step('Hand it back', `task hand-back ${task.id}`);
      return step('Watch', `task log ${task.id} --follow`);
  }
}

/** What is known of a change when its next step is told. */
interface Next {
  readonly conflicts: boolean | undefined;
  readonly stands: readonly CheckStand[];
  readonly step: (label: string, command: string) => string;
}

/** How a change in review comes to land: approving it, or what is to be done first. */
function landingStep({ id, stack, landsAfter }: Task, { conflicts, stands, step }: Next): string {
  if (conflicts) return step('Have it resolved', `task resolve ${id}`);
  if (stack?.problem?.includes(`task resolve ${id}`)) return step('Have it resolved', `task resolve ${id}`);
  if (stack?.problem != null) return step('Restack again', `task restack ${id}`);
  const blocking = blockingChecks(stands).map(({ state }) => state);
  if (blocking.includes('failed')) return step('Check it again', `check run ${id}`);
  // What still runs says by itself whether it passed.
  if (blocking.includes('running')) return step('Watch its checks', `task log ${id} --follow`);
  if (blocking.length > 0) return step('Check it first', `check run ${id}`);
  return landsAfter.length > 0
    ? step('Approve all', `task approve ${id} --stack`)
    : step('Approve', `task approve ${id}`);
}

/** The command that merges the change that was shown, and nothing that came after it. */
export function approveExactly({ task, mergeBase, head }: Pick<Review, 'task' | 'mergeBase' | 'head'>): string {
  return `task approve ${task} --head ${shortId(mergeBase)}..${shortId(head)}`;
}

/** Which edit of the person's can be undone, and how; empty when none can. */
export function undoText({ task, edit }: Pick<Review, 'task' | 'edit'>, program: string): string {
  if (edit === null) return '';
  const path = plainLine(edit.path);
  const what = edit.kind === 'edit' ? `You edited ${path}` : `You took ${edit.part ? `part of ${path}` : path} back`;
  return `${what}. To undo that: ${program} task undo ${task}\n`;
}

/** As much of a commit's id as a person needs. */
export function shortId(oid: string): string {
  return oid.slice(0, 10);
}

/** How a request is answered. */
export function requestSteps(request: Request, program: string): string {
  const lines = request.options.map((option, index) => `  [${index + 1}] ${plainLine(option.label)}\n`);
  const decides = isDecided(request.kind);
  const offer = request.rules[0];
  const ways = decides
    ? ['--allow', ...(offer === undefined ? [] : ['--always session|repository']), '--deny']
    : [
        request.options.length > 0 ? '--option NUMBER_OR_LABEL' : null,
        request.allowsText || request.options.length === 0 ? '--text "…"' : null,
      ];
  if (offer !== undefined) lines.push(`  Always: ${plainLine(ruleWords(offer.match), 200)}\n`);
  return `${lines.join('')}${ways
    .filter((way) => way !== null)
    .map((way) => `  ${program} answer ${request.id} ${way}\n`)
    .join('')}`;
}

/** The last part of a repository's path. */
function repositoryName(path: string): string {
  return plainLine(
    path
      .split(/[\\/]/)
      .filter((part) => part !== '')
      .at(-1) ?? path,
    40,
  );
}

function changeText(task: Task): string {
  return task.change === null ? '' : `+${task.change.additions} −${task.change.deletions}`;
}
