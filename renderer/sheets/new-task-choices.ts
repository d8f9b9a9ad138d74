import type { AgentStatus } from '../../core/contract/agent';
import { type Budget, budgetSchema } from '../../core/contract/budget';
import { type Priority, prioritySchema } from '../../core/contract/priority';
import { type Start, starts } from '../../core/contract/stack';
import { type PermissionLevel, permissionLevelSchema } from '../../core/contract/task';
import { type Drafts, withDraft } from '../state/drafts';
import type { Line } from './several-agents';

/** What the person chose for a task that is still being written. What they left alone is not in it, and follows the settings. */
export interface Choices {
  readonly repository?: number;
  /** The repository the sheet was opened for when another one was chosen in it. */
  readonly insteadOf?: number;
  readonly base?: string;
  readonly agent?: string;
  /** The agents of a contest; null, or nothing, for one agent. */
  readonly lines?: readonly Line[] | null;
  readonly level?: PermissionLevel;
  readonly priority?: Priority;
  readonly after?: readonly number[];
  readonly when?: Start;
  readonly paths?: string;
  readonly budget?: Budget;
}

/** The drafts a new task is written in. */
export const promptDraft = 'new-task';
export const titleDraft = 'new-task-title';
const choicesDraft = 'new-task-choices';
/** That what is chosen is from the task before, which was queued. */
const carriedDraft = 'new-task-carried';

/** What was chosen, as it is kept; whatever of it cannot be read counts as not chosen. */
export function choicesIn(drafts: Drafts): Choices {
  const { [choicesDraft]: text } = drafts;
  if (text === undefined) return {};
  try {
    return readable(JSON.parse(text));
  } catch {
    return {};
  }
}

/** The drafts with these choices made as well. */
export function withChoices(drafts: Drafts, choices: Choices): Drafts {
  const kept = withDraft(drafts, choicesDraft, JSON.stringify({ ...choicesIn(drafts), ...choices }));
  return withDraft(kept, carriedDraft, '');
}

/**
 * The drafts with the new task meant for this repository; a base of another one is none of its own. `openedFor` is the one the
 * sheet was opened for, where the person chose this one in its place.
 */
export function forRepository(drafts: Drafts, repository: number, openedFor: number | null = null): Drafts {
  if (choicesIn(drafts).repository === repository) return drafts;
  return withChoices(drafts, { repository, base: '', ...(openedFor !== null && { insteadOf: openedFor }) });
}

/**
 * The drafts as the sheet begins with them, opened for a repository or for any. What was chosen in this window before a word
 * was written is there again, but for a repository that was chosen elsewhere; what the task before was queued with is not.
 */
export function begun(drafts: Drafts, openedFor: number | null): Drafts {
  if (isWritten(drafts)) return drafts;
  if (drafts[carriedDraft] !== undefined) return withoutChoices(drafts);
  const { repository, insteadOf } = choicesIn(drafts);
  const fits = openedFor === null || repository === undefined || insteadOf === openedFor;
  return fits ? drafts : forRepository(drafts, openedFor);
}

/**
 * The drafts as a window begins with them: what was chosen for a task of which no word was written is not kept for another day,
 * when nobody would look for a level or a task it is after.
 */
export function withoutUnwritten(drafts: Drafts): Drafts {
  return isWritten(drafts) ? drafts : withoutChoices(drafts);
}

function isWritten(drafts: Drafts): boolean {
  return `${drafts[promptDraft] ?? ''}${drafts[titleDraft] ?? ''}`.trim() !== '';
}

/** The drafts after the task was queued; what was chosen for it stays for another one that is written at once. */
export function queued(drafts: Drafts, another: boolean): Drafts {
  const left = withDraft(withDraft(drafts, promptDraft, ''), titleDraft, '');
  return another ? withDraft(left, carriedDraft, 'yes') : withoutChoices(left);
}

function withoutChoices(drafts: Drafts): Drafts {
  return withDraft(withDraft(drafts, choicesDraft, ''), carriedDraft, '');
}

function readable(found: unknown): Choices {
  if (typeof found !== 'object' || found === null) return {};
  const { repository, insteadOf, base, agent, lines, level, priority, after, when, paths, budget } = found as Partial<
    Record<keyof Choices, unknown>
  >;
  const start = starts.find((one) => one === when);
  const [read, urgency, cap] = [
    permissionLevelSchema.safeParse(level),
    prioritySchema.safeParse(priority),
    budgetSchema.safeParse(budget),
  ];
  return {
    ...(Number.isInteger(repository) && { repository: repository as number }),
    ...(Number.isInteger(insteadOf) && { insteadOf: insteadOf as number }),
    ...(typeof base === 'string' && { base }),
    ...(typeof agent === 'string' && { agent }),
    ...(Array.isArray(lines) && lines.length > 0 && lines.every(isLine) && { lines }),
    ...(read.success && { level: read.data }),
    ...(urgency.success && { priority: urgency.data }),
    ...(Array.isArray(after) && after.every((id) => Number.isInteger(id)) && { after }),
    ...(start !== undefined && { when: start }),
    ...(typeof paths === 'string' && { paths }),
    ...(cap.success && { budget: cap.data }),
  };
}

function isLine(value: unknown): value is Line {
  const { key, agent, model, times } = (value ?? {}) as Partial<Record<keyof Line, unknown>>;
  return Number.isInteger(key) && typeof agent === 'string' && typeof model === 'string' && Number.isInteger(times);
}

/** The folders somebody typed, with commas between. */
export function foldersIn(text: string): string[] {
  return text
    .split(',')
    .map((path) => path.trim())
    .filter(Boolean);
}

/** The agent a new task begins with: the person's choice when it is here, else the first that is. */
export function usableAgent(agents: readonly AgentStatus[], wanted: string): string {
  const found = agents.filter(({ found }) => found).map(({ name }) => name);
  return found.includes(wanted) ? wanted : (found[0] ?? wanted);
}
