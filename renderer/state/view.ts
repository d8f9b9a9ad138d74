import type { Kept } from './kept';
import { isPlace, type Place } from './places';
import type { Store } from './store';
import { createStore } from './store';

/** The places of a task's page. */
export type Tab = 'conversation' | 'changes' | 'checks' | 'info' | 'terminal';

/** Folders dropped together, added one after another: the one on the sheet is the `at`-th of all, `rest` comes after it. */
export interface FolderQueue {
  readonly at: number;
  readonly of: number;
  readonly rest: readonly string[];
}

/** The sheet that lies over the window, if any. */
export type Sheet =
  | { readonly kind: 'new-task'; readonly repository: number | null }
  | { readonly kind: 'add-repository'; readonly path: string | null; readonly queue?: FolderQueue }
  | { readonly kind: 'settings' }
  | { readonly kind: 'rules' }
  | { readonly kind: 'worktrees' }
  /** `checkpoint` is chosen already; null for none. */
  | { readonly kind: 'ask-review'; readonly task: number }
  | { readonly kind: 'discard'; readonly task: number }
  | { readonly kind: 'edit-task'; readonly task: number }
  | { readonly kind: 'go-back'; readonly task: number; readonly checkpoint: number | null }
  | { readonly kind: 'land'; readonly tasks: readonly number[] }
  | { readonly kind: 'palette' }
  | { readonly kind: 'search'; readonly words: string }
  | { readonly kind: 'help' }
  | null;

/** Part of a task's change: of one turn, by its checkpoint; of one commit; or all since one that was seen. */
export type ChangePart =
  | { readonly kind: 'turn'; readonly checkpoint: number }
  | { readonly kind: 'commit'; readonly oid: string }
  | { readonly kind: 'since'; readonly oid: string };

/** Where the person is and how they like to look at it. Kept from one start to the next. */
export interface View {
  readonly place: Place;
  readonly task: number | null;
  /** The contest that is looked at, by one of its tasks; under an open task it is what is gone back to. Null for none. */
  readonly contest: { readonly id: number; readonly task: number } | null;
  readonly tab: Tab;
  readonly filter: string;
  /** Conversation and changes next to each other, where the window is wide enough. */
  readonly beside: boolean;
  readonly diffStyle: 'unified' | 'split';
  /** Changes of white space alone are left out of diffs. */
  readonly hideSpace: boolean;
  /** The list lies over the page, in a narrow window. */
  readonly drawer: boolean;
  /** What is shown in place of a task's whole change. */
  readonly part: { readonly task: number; readonly of: ChangePart } | null;
  /** The comment on a task's change that the diff goes to once it is there; null for none. */
  readonly comment: { readonly task: number; readonly id: number } | null;
  /** A line of a task's change that the diff goes to once it is there; null for none. */
  readonly goal: { readonly task: number; readonly path: string; readonly line: number } | null;
  /** The file of a task's change that is opened to be edited once the change is there; null for none. */
  readonly edit: { readonly task: number; readonly path: string } | null;
  readonly sheet: Sheet;
}

const start: View = {
  place: 'inbox',
  task: null,
  contest: null,
  tab: 'conversation',
  filter: '',
  beside: false,
  diffStyle: 'unified',
  hideSpace: false,
  drawer: false,
  part: null,
  comment: null,
  goal: null,
  edit: null,
  sheet: null,
};
const name = 'view';

/** A view that begins where the last one ended and remembers itself. */
export function rememberedView(kept: Kept): Store<View> {
  const view = createStore<View>({ ...start, ...read(kept) });
  view.subscribe(() => {
    const { place, task, tab, beside, diffStyle, hideSpace, sheet } = view.get();
    // Of the sheets only the one that is written on is worth coming back to.
    const writing = sheet?.kind === 'new-task' ? { sheet } : {};
    kept.write(name, JSON.stringify({ place, task, tab, beside, diffStyle, hideSpace, ...writing }));
  });
  return view;
}

/** Kept as text by an earlier version or another hand: anything that is not what it should be is left out. */
function read(kept: Kept): Partial<View> {
  let found: unknown;
  try {
    found = JSON.parse(kept.read(name) ?? '{}');
  } catch {
    return {};
  }
  if (typeof found !== 'object' || found === null) return {};
  const { place, task, tab, beside, diffStyle, hideSpace, sheet } = found as Record<string, unknown>;
  const { kind, repository } = (sheet ?? {}) as Record<string, unknown>;
  return {
    ...(isPlace(place) ? { place } : {}),
    ...(Number.isSafeInteger(task) ? { task: task as number } : {}),
    ...(tab === 'conversation' || tab === 'changes' || tab === 'checks' || tab === 'info' || tab === 'terminal'
      ? { tab }
      : {}),
    ...(typeof beside === 'boolean' ? { beside } : {}),
    ...(diffStyle === 'split' ? { diffStyle: 'split' } : {}),
    ...(typeof hideSpace === 'boolean' ? { hideSpace } : {}),
    ...(kind === 'new-task' ? { sheet: { kind, repository: typeof repository === 'number' ? repository : null } } : {}),
  };
}
