import { requestShown } from '../contract/decision';
import { answerAbout, openAbout } from '../store/content-requests';
import type { Database } from '../store/database';
import { addDecision } from '../store/decisions';
import { answerRequest } from '../store/requests';

/**
 * Answers an open question about what a repository would run as the person answered the same before, and gives who that makes it
 * answered by; null when they did not. The answer and its decision are one transaction with whatever the caller does.
 */
export function answerAsBefore(
  db: Database,
  { request, at }: { readonly request: number; readonly at: number },
): string | null {
  const before = answerAbout(db, request);
  if (before === undefined) return null;
  const by = `request ${before.request}`;
  const { answer } = before;
  const answered = answerRequest(db, { request, answer, by, at });
  addDecision(db, {
    ...{ at, by, kind: 'answer', request, answered: answer },
    ...{ task: answered.task, repository: answered.repository, shown: requestShown(answered) },
    rule: `${before.request}: the same was answered in request ${before.request}`,
  });
  return by;
}

/** Answers whatever else is open about the same content of the repository, once the person answered one; gives those requests' ids and tasks. */
export function answerOthers(
  db: Database,
  { request, at }: { readonly request: number; readonly at: number },
): { readonly id: number; readonly task: number; readonly by: string }[] {
  return openAbout(db, request).flatMap(({ id, task }) => {
    const by = answerAsBefore(db, { request: id, at });
    return by === null ? [] : [{ id, task, by }];
  });
}

/** Which earlier answer held, in words that end a sentence; empty when the person or a rule answered. */
export function beforeSentence(by: string): string {
  const id = /^request (\d+)$/.exec(by)?.[1];
  return id === undefined ? '' : ` as in request ${id}, for the same content`;
}
