import { agents } from './calls/agents';
import { changes } from './calls/changes';
import { checkpoints } from './calls/checkpoints';
import { checks } from './calls/checks';
import { comments } from './calls/comments';
import { contests } from './calls/contests';
import { decisions } from './calls/decisions';
import { forges } from './calls/forges';
import { keys } from './calls/keys';
import { messages } from './calls/messages';
import { processes } from './calls/processes';
import { pullRequests } from './calls/pull-requests';
import { relay } from './calls/relay';
import { repositories } from './calls/repositories';
import { requests } from './calls/requests';
import { reviews } from './calls/reviews';
import { rules } from './calls/rules';
import { runtime } from './calls/runtime';
import { search } from './calls/search';
import { services } from './calls/services';
import { sessions } from './calls/sessions';
import { settings } from './calls/settings';
import { signIns } from './calls/sign-ins';
import { tasks } from './calls/tasks';
import { terminals } from './calls/terminals';
import { trains } from './calls/trains';
import { worktrees } from './calls/worktrees';

/** The only list of calls. Every door mounts the router that implements it; a new call never adds a channel. */
export const calls = {
  repositories,
  tasks,
  contests,
  reviews,
  pullRequests,
  forges,
  comments,
  checks,
  checkpoints,
  requests,
  processes,
  rules,
  decisions,
  sessions,
  messages,
  search,
  terminals,
  trains,
  worktrees,
  settings,
  agents,
  relay,
  keys,
  signIns,
  services,
  runtime,
  changes,
};

/** The contract as a type, from which clients and doors derive theirs. */
export type Calls = typeof calls;
