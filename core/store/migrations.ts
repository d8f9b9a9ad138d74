import createTables from './migrations/0001-create-tables.sql?raw';
import recordDecisions from './migrations/0002-record-decisions.sql?raw';
import completeLandings from './migrations/0003-complete-landings.sql?raw';
import indexWaits from './migrations/0004-index-waits.sql?raw';
import queueMessages from './migrations/0005-queue-messages.sql?raw';
import parkTasks from './migrations/0006-park-tasks.sql?raw';
import keepTerminals from './migrations/0007-keep-terminals.sql?raw';
import keepRules from './migrations/0008-keep-rules.sql?raw';
import budgets from './migrations/0009-budgets.sql?raw';
import handAnswers from './migrations/0010-hand-answers.sql?raw';
import takeOver from './migrations/0011-take-over.sql?raw';
import holdTurns from './migrations/0012-hold-turns.sql?raw';
import keepCheckpoints from './migrations/0013-keep-checkpoints.sql?raw';
import hearScreens from './migrations/0014-hear-screens.sql?raw';
import giveBack from './migrations/0015-give-back.sql?raw';
import finishByHand from './migrations/0016-finish-by-hand.sql?raw';
import giveBackLater from './migrations/0017-give-back-later.sql?raw';
import parkAgain from './migrations/0018-park-again.sql?raw';
import keepComments from './migrations/0019-keep-comments.sql?raw';
import keepEdits from './migrations/0020-keep-edits.sql?raw';
import landByRebase from './migrations/0021-land-by-rebase.sql?raw';
import keepPushes from './migrations/0022-keep-pushes.sql?raw';
import guardBases from './migrations/0023-guard-bases.sql?raw';
import nameChecks from './migrations/0024-name-checks.sql?raw';
import keepPullRequests from './migrations/0025-keep-pull-requests.sql?raw';
import keepGoingOn from './migrations/0026-keep-going-on.sql?raw';
import landFinished from './migrations/0027-land-finished.sql?raw';
import reviewByAgents from './migrations/0028-review-by-agents.sql?raw';
import keepAttempts from './migrations/0029-keep-attempts.sql?raw';
import followRewordings from './migrations/0030-follow-rewordings.sql?raw';
import keepBackups from './migrations/0031-keep-backups.sql?raw';
import stackTasks from './migrations/0032-stack-tasks.sql?raw';
import setUpWorktrees from './migrations/0033-set-up-worktrees.sql?raw';
import narrowWorktrees from './migrations/0034-narrow-worktrees.sql?raw';
import findOverlaps from './migrations/0035-find-overlaps.sql?raw';
import keepWorktreesReady from './migrations/0036-keep-worktrees-ready.sql?raw';
import tellLateComments from './migrations/0037-tell-late-comments.sql?raw';
import landInTrains from './migrations/0038-land-in-trains.sql?raw';
import holdContests from './migrations/0039-hold-contests.sql?raw';
import setUpAhead from './migrations/0040-set-up-ahead.sql?raw';
import nameMakers from './migrations/0041-name-makers.sql?raw';
import keepBetween from './migrations/0042-keep-what-was-between.sql?raw';
import knowTerminals from './migrations/0043-know-terminals-again.sql?raw';
import knowUsed from './migrations/0044-know-what-was-used.sql?raw';
import keepDueLanding from './migrations/0045-keep-a-due-landing.sql?raw';
import keepRelayWork from './migrations/0046-keep-relay-work.sql?raw';
import keepKeys from './migrations/0047-keep-keys.sql?raw';
import keepCutOff from './migrations/0048-keep-what-cut-checks-off.sql?raw';
import countFinished from './migrations/0049-count-finished-tasks.sql?raw';
import keepWhatWasCompared from './migrations/0050-keep-what-was-compared.sql?raw';

/** One step forward of the schema. A released one is never edited; a mistake is put right by the next. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** Every step in order; a database's user_version is how many of them it has had. */
export const migrations: readonly Migration[] = [
  { name: '0001-create-tables', sql: createTables },
  { name: '0002-record-decisions', sql: recordDecisions },
  { name: '0003-complete-landings', sql: completeLandings },
  { name: '0004-index-waits', sql: indexWaits },
  { name: '0005-queue-messages', sql: queueMessages },
  { name: '0006-park-tasks', sql: parkTasks },
  { name: '0007-keep-terminals', sql: keepTerminals },
  { name: '0008-keep-rules', sql: keepRules },
  { name: '0009-budgets', sql: budgets },
  { name: '0010-hand-answers', sql: handAnswers },
  { name: '0011-take-over', sql: takeOver },
  { name: '0012-hold-turns', sql: holdTurns },
  { name: '0013-keep-checkpoints', sql: keepCheckpoints },
  { name: '0014-hear-screens', sql: hearScreens },
  { name: '0015-give-back', sql: giveBack },
  { name: '0016-finish-by-hand', sql: finishByHand },
  { name: '0017-give-back-later', sql: giveBackLater },
  { name: '0018-park-again', sql: parkAgain },
  { name: '0019-keep-comments', sql: keepComments },
  { name: '0020-keep-edits', sql: keepEdits },
  { name: '0021-land-by-rebase', sql: landByRebase },
  { name: '0022-keep-pushes', sql: keepPushes },
  { name: '0023-guard-bases', sql: guardBases },
  { name: '0024-name-checks', sql: nameChecks },
  { name: '0025-keep-pull-requests', sql: keepPullRequests },
  { name: '0026-keep-going-on', sql: keepGoingOn },
  { name: '0027-land-finished', sql: landFinished },
  { name: '0028-review-by-agents', sql: reviewByAgents },
  { name: '0029-keep-attempts', sql: keepAttempts },
  { name: '0030-follow-rewordings', sql: followRewordings },
  { name: '0031-keep-backups', sql: keepBackups },
  { name: '0032-stack-tasks', sql: stackTasks },
  { name: '0033-set-up-worktrees', sql: setUpWorktrees },
  { name: '0034-narrow-worktrees', sql: narrowWorktrees },
  { name: '0035-find-overlaps', sql: findOverlaps },
  { name: '0036-keep-worktrees-ready', sql: keepWorktreesReady },
  { name: '0037-tell-late-comments', sql: tellLateComments },
  { name: '0038-land-in-trains', sql: landInTrains },
  { name: '0039-hold-contests', sql: holdContests },
  { name: '0040-set-up-ahead', sql: setUpAhead },
  { name: '0041-name-makers', sql: nameMakers },
  { name: '0042-keep-what-was-between', sql: keepBetween },
  { name: '0043-know-terminals-again', sql: knowTerminals },
  { name: '0044-know-what-was-used', sql: knowUsed },
  { name: '0045-keep-a-due-landing', sql: keepDueLanding },
  { name: '0046-keep-relay-work', sql: keepRelayWork },
  { name: '0047-keep-keys', sql: keepKeys },
  { name: '0048-keep-what-cut-checks-off', sql: keepCutOff },
  { name: '0049-count-finished-tasks', sql: countFinished },
  { name: '0050-keep-what-was-compared', sql: keepWhatWasCompared },
];
