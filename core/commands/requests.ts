import type { Caller } from '../contract/caller';
import type { Answer, Request } from '../contract/request';
import type { Waited } from '../contract/waited';
import { resumeWhenAnswered } from '../runner/asking';
import { answerRequest, listOpenRequests } from '../store/requests';
import { readWaited } from '../store/waited';
import * as decisions from './decisions';
import { openPage } from './page';
import type { Room } from './room';

/** Open requests, those that have blocked an agent longest first, as many as fit in one answer. */
export function list(room: Room): Request[] {
  const page = openPage<Request>();
  return listOpenRequests(room.db).filter((request) => page.takes(request));
}

/** How long agents waited for the person since a time. */
export function waited(room: Room, { since }: { since: number }): Waited {
  return readWaited(room.db, { since, now: room.now() });
}

/** Commits an answer, then hands it to the agent if it is waiting; otherwise it waits for the agent. */
export async function answer(room: Room, caller: Caller, input: { request: number; answer: Answer }): Promise<Request> {
  const request = await room.writer.write((db) => {
    const answered = answerRequest(db, { ...input, by: caller.by, at: room.now() });
    const { kind, title, body, tool, options, steps } = answered;
    decisions.record(room, db, {
      by: caller.by,
      kind: 'answer',
      task: answered.task,
      repository: answered.repository,
      request: answered.id,
      shown: { kind, title, body, tool, options, steps, askedAt: answered.createdAt },
      answered: input.answer,
    });
    resumeWhenAnswered(db, { task: answered.task, by: caller.by, reason: 'Answered.', at: room.now() });
    return answered;
  });
  room.announceRequest(request.id);
  room.announce(request.task);
  room.runner.deliver(request);
  return request;
}
