import type { Priority } from '../../core/contract/priority';
import type { Strategy } from '../../core/contract/strategy';
import type { PermissionLevel } from '../../core/contract/task';

/** What each permission level is called and what it means, in one sentence. */
export const levelWords: Readonly<Record<PermissionLevel, { readonly name: string; readonly about: string }>> = {
  supervised: { name: 'Supervised', about: 'Every permission the agent asks for is put to you.' },
  autonomous: {
    name: 'Autonomous',
    about:
      'Permissions are given without asking; the agent’s questions still reach you. What it finished waits for you in review, unless its repository says that it lands.',
  },
  'human-required': {
    name: 'Human required',
    about: 'As supervised, and you are asked before the task starts. Nothing of it lands without you.',
  },
};

/** What each priority is called. */
export const priorityWords: Readonly<Record<Priority, string>> = {
  high_priority: 'High priority',
  default: 'Normal priority',
  low_priority: 'Low priority',
};

/** What each way to land a change is called and what it does. */
export const strategyWords: Readonly<Record<Strategy, { readonly name: string; readonly about: string }>> = {
  ff: { name: 'Fast-forward', about: 'The base moves to the task’s last commit.' },
  merge: { name: 'Merge commit', about: 'Both lines of work stay, joined by one commit.' },
  squash: { name: 'Squash', about: 'The whole change becomes one commit on the base.' },
  rebase: { name: 'Rebase', about: 'Its commits are made again on top of the base, one by one.' },
};
