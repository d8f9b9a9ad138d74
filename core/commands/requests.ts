import type { Caller } from '../contract/caller';
import { requestShown } from '../contract/decision';
import type { Answer, Request } from '../contract/request';
import type { RuleMatch } from '../contract/rule';
import { covers } from '../contract/rule-offers';
import type { Waited } from '../contract/waited';
import { answerOthers } from '../runner/as-before';
import { resumeWhenAnswered } from '../runner/asking';
import { staysInside } from '../runner/inside';
import { answerByRule, ruleFor, ruleName } from '../runner/standing';
import type { Database } from '../store/database';
import { answerRequest, listOpenRequests, permissionsAlike, readRequest } from '../store/requests';
import { insertRule, readRule } from '../store/rules';
import { taskRow } from '../store/task-row';
import { readWaited } from '../store/waited';
import { carryOutBudget, stopsTask } from './budgets';
import * as decisions from './decisions';
import { openPage } from './page';
import type { Room } from './room';

/** Open requests, the most urgent first, as many as fit in one answer. */
export function list(room: Room): Request[] {
  const page = openPage<Request>();
  return listOpenRequests(room.db, room.now()).filter((request) => page.takes(request));
}

/** How long agents waited for the person since a time. */
export function waited(room: Room, { since }: { since: number }): Waited {
  return readWaited(room.db, { since, now: room.now() });
}

/**
 * Commits an answer, then hands it to the agent if it is waiting; otherwise it waits for the agent. A rule made with it
 * answers in the same transaction what else is open and covered by it, and an answer about what a repository would run whatever
 * else asks about the same.
 */
export async function answer(room: Room, caller: Caller, input: { request: number; answer: Answer }): Promise<Request> {
  const { rule } = input.answer;
  const alike = rule === null ? [] : await coveredByFiles(room, input.request, rule.match);
  const { request, rest, made, freed } = await room.writer.write((db) => {
    const at = room.now();
    const answered = answerRequest(db, { ...input, by: caller.by, at });
    decisions.record(room, db, {
      by: caller.by,
      kind: 'answer',
      task: answered.task,
      repository: answered.repository,
      request: answered.id,
      shown: requestShown(answered),
      answered: input.answer,
    });
    const freed = carryOutBudget(room, db, caller, answered);
    resumeWhenAnswered(db, { task: answered.task, by: caller.by, reason: 'Answered.', at });
    const others = answerOthers(db, { request: answered.id, at }).map(({ id, task, by }) => {
      resumeWhenAnswered(db, { task, by, reason: 'Answered.', at });
      return readRequest(db, id);
    });
    if (rule === null) return { request: answered, rest: others, made: null, freed };
    const id = insertRule(db, { request: answered.id, offer: rule, by: caller.by, at });
    return { request: answered, rest: answerAlike(db, { request: answered.id, rule: id, alike, at }), made: id, freed };
  });
  for (const each of [request, ...rest]) {
    room.announceRequest(each.id);
    room.announce(each.task);
    room.runner.deliver(each);
  }
  freed.forEach(room.announce);
  if (stopsTask(request)) room.runner.cancel(request.task);
  if (made !== null) room.publish({ type: 'rule.changed', rule: readRule(room.db, made) });
  return request;
}

/** Of the open permissions like this one those that a rule about files would cover: known only by looking at the disk. */
async function coveredByFiles(room: Room, request: number, match: RuleMatch): Promise<readonly number[]> {
  if (match.by !== 'files') return [];
  const looked = permissionsAlike(room.db, request).map(async ({ request: { id, task, kind, tool } }) => {
    const { worktree } = taskRow(room.db, task);
    const inside = worktree !== null && (await staysInside(tool, worktree));
    return covers(match, { kind, tool }, inside) ? id : null;
  });
  return (await Promise.all(looked)).filter((id) => id !== null);
}

/** Answers by a new rule whatever else is open and covered by it, and gives those requests. */
function answerAlike(
  db: Database,
  made: { readonly request: number; readonly rule: number; readonly alike: readonly number[]; readonly at: number },
): Request[] {
  const { rule, at } = made;
  return permissionsAlike(db, made.request)
    .filter(({ request: { id, task, kind, tool }, session }) => {
      return ruleFor(db, { kind, tool, task, session, inside: made.alike.includes(id) }) === rule;
    })
    .map(({ request: { id, task } }) => {
      answerByRule(db, { request: id, rule, at });
      resumeWhenAnswered(db, { task, by: ruleName(rule), reason: 'Answered.', at });
      return readRequest(db, id);
    });
}
