import type { Agent } from '../agents/agent';
import { CodedError } from '../contract/errors';
import type { TranscriptBody } from '../contract/transcript';
import { trustHash } from '../git/inspect';
import type { Claim } from '../sources/source';
import { type TaskWork, taskWork } from '../store/task-work';
import { openTranscript } from '../store/transcript';
import type { Answers } from './answers';
import { type Asker, ask } from './asking';
import { commitChange } from './change';
import { checkChange } from './checking';
import { converse } from './conversation';
import type { Deps } from './deps';
import { environmentOf } from './environment';
import { answered, failed, parked, reviewed } from './outcome';
import { repositoryPlace } from './place';
import { prepareWorktree } from './prepare';
import { openSession } from './session';
import { mayRunPrograms } from './trust';

/**
 * Does one claimed task, from its worktree to review. Any line may be the last one: what is in the database and the
 * worktree then is what recovery and the next claim go on from. A failure of the work is a state of the task, so this
 * throws only when the store itself cannot be written.
 */
export async function work(deps: Deps, answers: Answers, claim: Claim, signal: AbortSignal): Promise<void> {
  const task = taskWork(deps.db, claim.task);
  const session = await openSession(deps, task.id, task.agent);
  const transcript = openTranscript({ folder: deps.folders.transcripts, session: session.id });
  const record = (body: TranscriptBody) => void transcript.append(body, deps.now());
  const note = (text: string) => record({ type: 'notice', level: 'info', text });
  const asker: Asker = { claim, session: session.id, steps: () => [], record, signal };
  deps.announce(task.id);
  try {
    if (task.permissionLevel === 'human-required' && !(await mayStart(deps, answers, asker, task))) {
      return await parked(deps, claim, 'cancelled');
    }
    const trusted = await mayRunPrograms(deps, answers, asker, task.repository);
    const place = await repositoryPlace(deps.git, { ...task.repository, trusted, trustChanged: false });
    const agent = await findAgent(deps, task.agent);
    const worktree = await prepareWorktree(deps, task, place, signal);
    worktree.notices.forEach(note);
    const inWorktree = { ...place, checkout: worktree.checkout };
    const environment = await environmentOf(deps, inWorktree, task.id);
    const before = trusted ? await trustHash(inWorktree) : null;

    const { permissionLevel } = task;
    const directory = worktree.checkout.workTree;
    const about = { claim, prompt: task.prompt, agent, permissionLevel, trusted, directory, environment, signal };
    const end = await converse(deps, answers, about, session, transcript);
    if (end.kind === 'failed') return await failed(deps, task, end);
    if (end.kind === 'cancelled' || signal.aborted) return await parked(deps, claim, signal.reason);

    // What the agent itself made a hook or a filter of was trusted by nobody.
    const stillTrusted = before !== null && before === (await trustHash(inWorktree));
    if (trusted && !stillTrusted)
      note('The agent changed what the repository runs, so none of it was run for its commit.');
    const change = await commitChange({ ...inWorktree, trusted: stillTrusted }, task, worktree.branch, signal);
    if (change.kind === 'refused') return await failed(deps, task, { ...final, error: change.error });
    change.notices.forEach(note);
    if (change.commit !== null) record({ type: 'commit', ...change.commit });
    if (change.size.files === 0) return await answered(deps, claim, place);
    const check = await checkChange(deps, task, { directory, environment, trusted, signal });
    if (check !== null) record(check);
    if (signal.aborted) return await parked(deps, claim, signal.reason);
    await reviewed(deps, claim, change.size);
  } catch (cause) {
    if (signal.aborted) return await parked(deps, claim, signal.reason);
    if (!(cause instanceof CodedError))
      deps.log('error', 'Work on a task broke.', { task: task.id, cause: trace(cause) });
    const error = cause instanceof Error ? cause.message : String(cause);
    record({ type: 'notice', level: 'error', text: error });
    await failed(deps, task, { ...final, error });
  } finally {
    transcript.close();
  }
}

/** A failure that trying again would not mend. */
const final = { retryable: false, retryAt: null } as const;

async function mayStart(deps: Deps, answers: Answers, asker: Asker, task: TaskWork): Promise<boolean> {
  // Asked once for each time the person queues the task: a retry after a failure was allowed before.
  if (task.attempt > 1) return true;
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

/** The agent a task names, present on this machine. Throws AGENT_MISSING saying where it was looked for and what to do. */
async function findAgent(deps: Deps, name: string): Promise<Agent> {
  const agents = deps.agents();
  const agent = agents.get(name);
  if (!agent) {
    const known = [...agents.keys()].join(', ');
    throw new CodedError('AGENT_MISSING', `There is no agent called ${name} any more. Known agents: ${known}.`);
  }
  const environment = await deps.agentEnvironment();
  const status = await agent.locate(environment);
  if (status.found) return agent;
  throw new CodedError(
    'AGENT_MISSING',
    `${status.label} was not found in any folder of PATH. Once it is there, retry the task. ${status.install}`,
    { facts: { agent: name, path: environment.PATH ?? '' } },
  );
}

function trace(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
