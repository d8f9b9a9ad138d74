import { CodedError } from '../contract/errors';
import type { WorktreePlace } from '../git/checkout';
import type { Claim } from '../sources/source';
import { reviewedBy } from '../store/agent-reviews';
import { repositoryById } from '../store/repositories';
import { startAllowed } from '../store/requests';
import { isTaken } from '../store/takeovers';
import { taskRow } from '../store/task-row';
import { type TaskWork, taskWork } from '../store/task-work';
import { patchTask } from '../store/tasks';
import { openTranscript, type Transcript } from '../store/transcript';
import type { Answers } from './answers';
import { type Asker, ask, delivered } from './asking';
import { mayGoOn } from './budget';
import { commitChange } from './change';
import { notRun, runChecks } from './checking';
import { converse } from './conversation';
import type { Deps } from './deps';
import { takenWords } from './driving';
import { settleEdit } from './edits';
import { settleReturn } from './going-back';
import { giveUpTurn, takeUp } from './held-turn';
import { final, type Line, recorder } from './line';
import { makeReady, type Ready } from './making-ready';
import { agentLost, answered, failed, parked, pointless, reviewed } from './outcome';
import { limited } from './parking';
import { repositoryPlace } from './place';
import { inTaskPlace } from './processes';
import { endRestack } from './restacks';
import { leftBehind } from './reviewing';
import { messageOfRound } from './round';
import { cutShortWords, heldSession, openSession } from './session';

const goesOnWords = 'Ended because the task goes on.';

/**
 * Does one claimed task, from its worktree to review. Any line may be the last one: what is in the database and the
 * worktree then is what recovery and the next claim go on from. A failure of the work is a state of the task, so this
 * throws only when the store itself cannot be written.
 */
export async function work(deps: Deps, answers: Answers, claim: Claim, signal: AbortSignal): Promise<void> {
  let transcript: Transcript | undefined;
  try {
    const task = taskWork(deps.db, claim.task);
    // Whatever sent it back, what its agent or a person does next must not be done under a check that runs.
    if (isTaken(deps.db, task.id)) await deps.checks.stop(task.id, takenWords, 'takeover');
    else await deps.checks.stop(task.id, goesOnWords);
    const held = await takeUp(deps, task.id);
    if (held === null) {
      await settleEdit(deps, task.id);
      await settleReturn(deps, task.id);
      await endRestack(deps, task.id);
    }
    const cutShort = cutShortWords(deps, task, held);
    const session = held === null ? await openSession(deps, task.id, task.agent) : heldSession(deps, held);
    transcript = openTranscript({ folder: deps.folders.transcripts, session: session.id });
    // Beside the turn, and not in it: what is gone through again does not come upon it.
    if (cutShort !== null) transcript.append({ type: 'notice', level: 'info', text: cutShort }, deps.now());
    deps.announce(task.id);
    await carryOut({ deps, answers, claim, signal, task, session, transcript, held });
  } catch (cause) {
    if (signal.aborted) return await parked(deps, claim, signal.reason);
    if (!(cause instanceof CodedError))
      deps.log('error', 'Work on a task broke.', { task: claim.task, cause: trace(cause) });
    const error = cause instanceof Error ? cause.message : String(cause);
    await failed(deps, claim, { ...final, error });
    // Last, because a full disk refuses it and the task's state matters more.
    quietly(() => transcript?.append({ type: 'notice', level: 'error', text: error }, deps.now()));
  } finally {
    quietly(() => transcript?.close());
    // One that was to be gone on with, and then something else was in the way.
    await giveUpTurn(deps, claim.task);
  }
}

/** The line from the claim to the review, read top to bottom. */
async function carryOut(line: Line): Promise<void> {
  const { deps, answers, claim, signal, task, session, transcript, held } = line;
  const { record, note } = recorder(line);
  const asker: Asker = {
    claim,
    session: session.id,
    directory: null,
    steps: () => [],
    record,
    asked: new Set(),
    // What the runner itself asks for is its own at once.
    onHanded: (request) => void delivered(deps, task.id, request),
    signal,
  };

  const review = reviewedBy(deps.db, task.id);
  if (review !== undefined && taskRow(deps.db, review.reviewed).state === 'done')
    return await pointless(deps, claim, review.reviewed);
  if (task.permissionLevel === 'human-required' && !(await mayStart(deps, answers, asker, task))) {
    return await parked(deps, claim, 'cancelled');
  }
  const ready = await makeReady(line, asker);
  if (ready === null) return;

  const { agent, place, branch, untrusted, environment, passed, stackOid } = ready;
  const { model, permissionLevel } = task;
  const leave = () => mayGoOn(deps, answers, asker, { place: untrusted, origin: { ...task, stackOid } });
  const where = { place: untrusted, branch, directory: untrusted.checkout.workTree, environment };
  const subject = {
    claim,
    prompt: withPaths(task),
    promptBy: review === undefined ? ('person' as const) : ('switchyard' as const),
    agent,
    model,
    permissionLevel,
    passed,
    ...where,
    signal,
    mayGoOn: leave,
  };
  const end = await converse({ deps, answers, subject, session, transcript }, held);
  if (end.kind === 'lost' && !signal.aborted) return await agentLost(deps, claim, end.error);
  if (end.kind === 'failed') return await failed(deps, claim, end);
  if (end.kind === 'limited' && !signal.aborted) return await limited(deps, claim, end);
  if (signal.aborted) return await parked(deps, claim, signal.reason);
  // Nobody else ended it, so the person stopped it at its budget.
  if (end.kind !== 'completed') return await parked(deps, claim, 'cancelled');

  // A review is what was said: what its agent did to files is kept with the worktree, and is nobody's change.
  if (review !== undefined) {
    (await leftBehind(untrusted, { branch, head: review.head })).forEach(note);
    return (await answered(deps, claim, task, place)).forEach(note);
  }
  await handIn(line, ready);
}

/** Commits what the agent made, checks it and puts it up for review. */
async function handIn(line: Line, ready: Ready): Promise<void> {
  const { deps, claim, signal, task } = line;
  const { record, note } = recorder(line);
  const { row, place, stackOid, branch, untrusted, environment } = ready;
  const { trusted, stillTrusted } = ready.allowed;
  // What the agent itself made a hook or a filter of was trusted by nobody.
  const still = trusted && (await repositoryPlace(deps.git, row)).trusted && (await stillTrusted());
  if (trusted && !still) note('The agent changed what the repository runs, so none of it was run for its commit.');
  const message = messageOfRound(deps.db, task);
  const commit = (owned: WorktreePlace) => commitChange(owned, { ...task, stackOid }, { branch, message, signal });
  const change = await inTaskPlace(deps, task.id, { ...untrusted, trusted: still }, commit);
  if (change.kind === 'refused') return await failed(deps, claim, { ...final, error: change.error });
  change.notices.forEach(note);
  if (change.commit !== null) record({ type: 'commit', ...change.commit });
  if (change.size.files === 0) return (await answered(deps, claim, task, place)).forEach(note);

  // Before its checks, which say themselves where they left the branch.
  const { head, size } = change;
  await deps.writer.write((db) => patchTask(db, { task: task.id, patch: { head, change: size }, at: deps.now() }));
  const { checks, name } = repositoryById(deps.db, row.id);
  const checked = { task: task.id, place: { ...untrusted, trusted: still }, environment };
  const lines = trusted ? await runChecks(deps, checked, checks, { signal }) : notRun(checks, name);
  lines.forEach(record);
  if (signal.aborted) return await parked(deps, claim, signal.reason);
  await reviewed(deps, claim);
}

/** What the agent is asked to do; of a worktree that has not all files, with which it has. */
function withPaths({ prompt, paths }: TaskWork): string {
  if (paths.length === 0) return prompt;
  const named = paths.map((path) => `- ${path}`).join('\n');
  return `${prompt}\n\nOnly these folders of the repository are checked out here, and the files above them (a sparse checkout):\n${named}\nThe others are in git. When one is needed: git sparse-checkout add FOLDER`;
}

async function mayStart(deps: Deps, answers: Answers, asker: Asker, task: TaskWork): Promise<boolean> {
  // A stored fact, not a count of attempts: a crash before the question must not pass for a yes.
  if (startAllowed(deps.db, task.id)) return true;
  const answer = await ask(deps, answers, asker, {
    kind: 'start',
    title: `Start “${task.title}”?`,
    body: task.prompt,
    tool: null,
    options: [],
    allowsText: false,
    multiple: false,
  });
  return answer.decision === 'allow';
}

function trace(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

/** Does what may fail without anything to be done about it. */
function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // The disk is full or the file gone; whatever went wrong before is what is told.
  }
}
