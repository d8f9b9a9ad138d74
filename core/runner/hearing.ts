import type { HookDesk } from '../agents/screen';
import type { TranscriptBody } from '../contract/transcript';
import type { Database } from '../store/database';
import { openRequestsOf, withdrawRequest } from '../store/requests';
import { takeoverOf } from '../store/takeovers';
import type { Answers } from './answers';
import { type Asker, ask, delivered, resumeWhenAnswered } from './asking';
import type { Deps } from './deps';
import type { OpenSession } from './session';
import type { Subject } from './talk';

/**
 * Puts what the screen of a task asks before the person wherever they are, until the function it gives is called. A task
 * without hooks is listened to in vain.
 */
export function listen(
  deps: Deps,
  answers: Answers,
  subject: Subject,
  session: Pick<OpenSession, 'id'>,
  record: (body: TranscriptBody) => void,
): () => void {
  const { claim, agent, directory, permissionLevel, signal } = subject;
  const keyHash = takeoverOf(deps.db, claim.task)?.keyHash ?? null;
  if (agent.screen?.listen === undefined || keyHash === null) return () => {};
  const asker: Asker = {
    claim,
    session: session.id,
    directory,
    steps: () => [],
    record,
    asked: new Set(),
    // Whether it was in time is for the screen to show: its person may have answered there.
    onHanded: (request) => void delivered(deps, claim.task, request),
    signal,
  };
  const put: HookDesk['ask'] = (question, withdrawn) => ask(deps, answers, asker, question, withdrawn);
  const settled = () => void withdrawAsked(deps, claim.task).catch(broken);
  const broken = (cause: unknown) =>
    deps.log('error', 'A question could not be taken back.', { task: claim.task, cause: String(cause) });
  const notice: HookDesk['notice'] = (text, level) => record({ type: 'notice', level, text });
  const listener = agent.screen.listen({ directory, permissionLevel, ask: put, settled, notice });
  return deps.hooks.listen(keyHash, listener, signal);
}

/** Takes back what was asked on the screen and is still open, also what an earlier runtime heard. */
async function withdrawAsked(deps: Deps, task: number): Promise<void> {
  const withdrawn = await deps.writer.write((db) => {
    const since = takeoverOf(db, task)?.beganAt ?? null;
    return since === null ? [] : withdrawSince(db, { task, since, at: deps.now(), reason: 'Answered on the screen.' });
  });
  for (const id of withdrawn) deps.announceRequest(id);
  if (withdrawn.length > 0) deps.announce(task);
}

/** Takes back what a task has asked since a time and is still open, and gives those requests. */
export function withdrawSince(
  db: Database,
  {
    task,
    since,
    at,
    reason,
  }: { readonly task: number; readonly since: number; readonly at: number; readonly reason: string },
): readonly number[] {
  const over = openRequestsOf(db, task).filter(({ createdAt }) => createdAt >= since);
  for (const { id } of over) withdrawRequest(db, { request: id, at });
  resumeWhenAnswered(db, { task, by: 'runner', reason, at });
  return over.map(({ id }) => id);
}

/** What the program that passes a hook on finds in its environment, as everything else on the screen does. */
export function hookVariables(door: string, key: string): Readonly<Record<string, string>> {
  return { SWITCHYARD_HOOK_DOOR: door, SWITCHYARD_HOOK_KEY: key };
}
