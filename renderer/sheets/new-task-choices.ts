import { type Budget, budgetSchema } from '../../core/contract/budget';
import { type Priority, prioritySchema } from '../../core/contract/priority';
import { type Start, starts } from '../../core/contract/stack';
import { type PermissionLevel, permissionLevelSchema } from '../../core/contract/task';
import { type Drafts, withDraft } from '../state/drafts';
import type { Line } from './several-agents';

/** What the person chose for a task that is still being written. What they left alone is not in it, and follows the settings. */
export interface Choices {
  readonly repository?: number;
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
  return withDraft(drafts, choicesDraft, JSON.stringify({ ...choicesIn(drafts), ...choices }));
}

/** The drafts with the new task meant for this repository; a base of another one is none of its own. */
export function forRepository(drafts: Drafts, repository: number): Drafts {
  return choicesIn(drafts).repository === repository ? drafts : withChoices(drafts, { repository, base: '' });
}

/** The drafts as the sheet begins with them: what was chosen belongs to what was written, and goes with it. */
export function begun(drafts: Drafts): Drafts {
  const isWritten = `${drafts[promptDraft] ?? ''}${drafts[titleDraft] ?? ''}`.trim() !== '';
  return isWritten ? drafts : withDraft(drafts, choicesDraft, '');
}

/** The drafts after the task was queued; what was chosen for it stays for another one that is written at once. */
export function queued(drafts: Drafts, another: boolean): Drafts {
  const left = withDraft(withDraft(drafts, promptDraft, ''), titleDraft, '');
  return another ? left : withDraft(left, choicesDraft, '');
}

function readable(found: unknown): Choices {
  if (typeof found !== 'object' || found === null) return {};
  const { repository, base, agent, lines, level, priority, after, when, paths, budget } = found as Partial<
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
