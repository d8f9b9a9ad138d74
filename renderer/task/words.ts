import type { Priority } from '../../core/contract/priority';
import type { PermissionLevel } from '../../core/contract/task';

/** What each permission level is called and what it means, in one sentence. */
export const levelWords: Readonly<Record<PermissionLevel, { readonly name: string; readonly about: string }>> = {
  supervised: { name: 'Supervised', about: 'Every permission the agent asks for is put to you.' },
  autonomous: {
    name: 'Autonomous',
    about: 'Permissions are given without asking; the agent’s questions still reach you.',
  },
  'human-required': { name: 'Human required', about: 'As supervised, and you are asked before the task starts.' },
};

/** What each priority is called. */
export const priorityWords: Readonly<Record<Priority, string>> = {
  high_priority: 'High priority',
  default: 'Normal priority',
  low_priority: 'Low priority',
};
