import { agentReviewCommands } from './agent-review';
import { auditCommands } from './audit';
import { checkpointCommands } from './checkpoint';
import { checkCommands } from './checks';
import type { Command } from './command';
import { commentCommands } from './comment';
import { completing } from './completing';
import { completion } from './completion';
import { contestCommands } from './contest';
import { demo } from './demo';
import { doctor } from './doctor';
import { drivingCommands } from './driving';
import { editingCommands } from './editing';
import { forgeCommands } from './forge';
import { inboxCommands } from './inbox';
import { keyCommands } from './key';
import { landingCommands } from './landing';
import { messageCommands } from './message';
import { processCommands } from './processes';
import { pullRequestCommands } from './pull-request';
import { pushCommands } from './push';
import { relayCommands } from './relay';
import { remoteAgentCommands } from './remote-agent';
import { repositoryCommands } from './repository';
import { reviewCommands } from './review';
import { ruleCommands } from './rule';
import { runCommands } from './run-here';
import { runtimeCommands } from './runtime';
import { searchCommands } from './search';
import { serve } from './serve';
import { serviceCommands } from './service';
import { settingsCommands } from './settings';
import { signInCommands } from './sign-in';
import { stackCommands } from './stack';
import { taskCommands } from './task';
import { trainCommands } from './train';
import { watch } from './watch';
import { worktreeCommands } from './worktree';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  ...repositoryCommands,
  ...taskCommands,
  watch,
  ...contestCommands,
  ...stackCommands,
  ...drivingCommands,
  ...messageCommands,
  ...reviewCommands,
  ...trainCommands,
  ...pushCommands,
  ...landingCommands,
  ...pullRequestCommands,
  ...forgeCommands,
  ...editingCommands,
  ...commentCommands,
  ...agentReviewCommands,
  ...checkpointCommands,
  ...checkCommands,
  ...inboxCommands,
  ...worktreeCommands,
  ...searchCommands,
  ...ruleCommands,
  ...auditCommands,
  ...processCommands,
  ...relayCommands,
  ...remoteAgentCommands,
  ...settingsCommands,
  ...keyCommands,
  ...signInCommands,
  ...runtimeCommands,
  ...runCommands,
  ...serviceCommands,
  doctor,
  completion(() => commands),
  completing,
  demo,
  serve,
];
