/** One thing a key can do. The palette, the help sheet and every hint on hover read this table and nothing else. */
export interface Action {
  readonly label: string;
  /** Each is a key, a chord as `mod+k`, or two keys one after the other as `g i`. */
  readonly keys: readonly string[];
  readonly group: 'Go' | 'Tasks' | 'Requests' | 'Changes' | 'Window';
}

const table = {
  palette: { label: 'Search tasks and actions', keys: ['mod+k'], group: 'Window' },
  search: { label: 'Search all conversations', keys: ['mod+shift+f'], group: 'Window' },
  find: { label: 'Find in this conversation', keys: ['mod+f'], group: 'Window' },
  help: { label: 'Show all keys', keys: ['?'], group: 'Window' },
  settings: { label: 'Settings', keys: ['mod+,'], group: 'Window' },
  undo: { label: 'Undo', keys: ['mod+z'], group: 'Window' },
  back: { label: 'Back', keys: ['Escape'], group: 'Window' },
  'go-inbox': { label: 'Go to inbox', keys: ['g i'], group: 'Go' },
  'go-running': { label: 'Go to running', keys: ['g n'], group: 'Go' },
  'go-review': { label: 'Go to review', keys: ['g r'], group: 'Go' },
  'go-queue': { label: 'Go to queue', keys: ['g q'], group: 'Go' },
  'go-failed': { label: 'Go to failed', keys: ['g f'], group: 'Go' },
  'go-done': { label: 'Go to done', keys: ['g d'], group: 'Go' },
  'go-monitor': { label: 'Go to the monitor', keys: ['g o'], group: 'Go' },
  worktrees: { label: 'Worktrees and the recycle bin', keys: ['g w'], group: 'Go' },
  'new-task': { label: 'New task', keys: ['c'], group: 'Tasks' },
  'add-repository': { label: 'Add repository', keys: ['mod+o'], group: 'Tasks' },
  filter: { label: 'Filter the list', keys: ['/'], group: 'Tasks' },
  down: { label: 'Next', keys: ['j', 'ArrowDown'], group: 'Tasks' },
  up: { label: 'Previous', keys: ['k', 'ArrowUp'], group: 'Tasks' },
  open: { label: 'Open', keys: ['Enter'], group: 'Tasks' },
  menu: { label: 'Actions of this task', keys: ['.'], group: 'Tasks' },
  'edit-task': { label: 'Edit this task before it begins', keys: ['F2'], group: 'Tasks' },
  'stack-down': { label: 'Open what this task is after', keys: ['('], group: 'Tasks' },
  'stack-up': { label: 'Open what is after this task', keys: [')'], group: 'Tasks' },
  'retry-task': { label: 'Retry this task', keys: ['e'], group: 'Tasks' },
  'resume-task': { label: 'Resume this task now', keys: ['n'], group: 'Tasks' },
  'go-back': { label: 'Go back to a checkpoint of this task', keys: ['g b'], group: 'Tasks' },
  land: { label: 'Land the selected changes', keys: ['g l'], group: 'Tasks' },
  discard: { label: 'Discard this change', keys: ['mod+Backspace'], group: 'Tasks' },
  allow: { label: 'Approve or allow', keys: ['a'], group: 'Requests' },
  deny: { label: 'Deny', keys: ['d'], group: 'Requests' },
  reply: { label: 'Reply', keys: ['r'], group: 'Requests' },
  pick: { label: 'Select, to answer or land several at once', keys: ['x'], group: 'Requests' },
  'pick-alike': { label: 'Select all that ask the same, or land in the same place', keys: ['*'], group: 'Requests' },
  rules: { label: 'Rules: what is allowed without asking', keys: ['g u'], group: 'Requests' },
  'next-hunk': { label: 'Next hunk, or file of a contest', keys: [']'], group: 'Changes' },
  'previous-hunk': { label: 'Previous hunk, or file of a contest', keys: ['['], group: 'Changes' },
  comment: { label: 'Comment on this hunk', keys: ['m'], group: 'Changes' },
  'comment-file': { label: 'Comment on this file', keys: ['g m'], group: 'Changes' },
  'end-down': { label: 'Last line of a comment: one down', keys: ['alt+ArrowDown'], group: 'Changes' },
  'end-up': { label: 'Last line of a comment: one up', keys: ['alt+ArrowUp'], group: 'Changes' },
  'start-down': { label: 'First line of a comment: one down', keys: ['alt+shift+ArrowDown'], group: 'Changes' },
  'start-up': { label: 'First line of a comment: one up', keys: ['alt+shift+ArrowUp'], group: 'Changes' },
  'next-comment': { label: 'Next comment', keys: ['}', 'l'], group: 'Changes' },
  'previous-comment': { label: 'Previous comment, or pick the task in focus', keys: ['{', 'p'], group: 'Changes' },
  'ask-review': { label: 'Ask an agent to review this change', keys: ['g a'], group: 'Changes' },
  'accept-comments': { label: 'Accept all comments of agents', keys: ['g y'], group: 'Changes' },
  'dismiss-comments': { label: 'Dismiss all comments of agents', keys: ['g z'], group: 'Changes' },
  accept: { label: 'Accept this hunk, or not after all', keys: ['y'], group: 'Changes' },
  'take-back': { label: 'Take this hunk back', keys: ['u'], group: 'Changes' },
  'edit-file': { label: 'Edit this file in place', keys: ['g e'], group: 'Changes' },
  'save-edit': { label: 'Save the file that is edited', keys: ['mod+s'], group: 'Changes' },
  viewed: { label: 'Mark file as viewed, or open the change in focus', keys: ['v'], group: 'Changes' },
  split: { label: 'Side by side or in one column', keys: ['s'], group: 'Changes' },
  'hide-space': { label: 'Hide changes of white space alone, or show them', keys: ['i'], group: 'Changes' },
  expand: { label: 'Show more lines around this hunk', keys: ['='], group: 'Changes' },
  'whole-file': { label: 'Show the whole file, or only what changed', keys: ['f'], group: 'Changes' },
  part: { label: 'Choose a commit, a turn or what is new', keys: ['g s'], group: 'Changes' },
  beside: { label: 'Conversation beside changes', keys: ['b'], group: 'Window' },
  'show-conversation': { label: 'Show conversation', keys: ['g 1'], group: 'Go' },
  'show-changes': { label: 'Show changes', keys: ['g 2'], group: 'Go' },
  'show-checks': { label: 'Show checks', keys: ['g 3'], group: 'Go' },
  'show-info': { label: 'Show info', keys: ['g 4'], group: 'Go' },
  'show-terminal': { label: 'Show terminal; again to type in it', keys: ['t', 'g 5'], group: 'Go' },
  'leave-terminal': { label: 'Leave the terminal', keys: ['shift+Escape'], group: 'Go' },
  'take-over': { label: 'Drive the agent yourself, in its own terminal', keys: ['w'], group: 'Tasks' },
  'hand-back': { label: 'Hand the agent back', keys: ['h'], group: 'Tasks' },
  'pull-request': { label: 'Pull request of this change', keys: ['g p'], group: 'Tasks' },
  'run-checks': { label: 'Run all checks on this change', keys: ['g c'], group: 'Tasks' },
  'stop-checks': { label: 'Stop the checks that run', keys: ['g x'], group: 'Tasks' },
  'new-shell': { label: 'Open a new shell', keys: ['o'], group: 'Tasks' },
} as const satisfies Readonly<Record<string, Action>>;

/** The name of a thing a key can do. */
export type ActionId = keyof typeof table;

/** Every action, in the order the help sheet shows them. */
export const actions: Readonly<Record<ActionId, Action>> = table;

/** The actions' names. */
export const actionIds = Object.keys(table) as readonly ActionId[];
