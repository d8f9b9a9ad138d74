import type { Answer } from '../contract/request';
import type { Database } from './database';
import { allRows, getRow } from './statement';

/**
 * What makes a question about the content of a repository the same one for every task: the hash of that content. No agent's
 * question has such a key.
 */
export function contentKey(hash: string): string {
  return `content ${hash}`;
}

/**
 * What the person last answered to another question about the very content of the same repository, since they last trusted it
 * or ceased to; undefined when they did not, or the request is about no content.
 */
export function answerAbout(
  db: Database,
  request: number,
): { readonly request: number; readonly answer: Answer } | undefined {
  const row = getRow<{ request: number; answer: string }>(
    db,
    `SELECT other.id AS request, other.answer,
       (SELECT max(number) FROM decision WHERE task_id = other.task_id AND text ->> '$.kind' = 'answer'
         AND text ->> '$.request' = other.id) AS decided
     FROM request AS mine
     JOIN task AS own ON own.id = mine.task_id JOIN repository ON repository.id = own.repository_id
     JOIN task AS theirs ON theirs.repository_id = own.repository_id
     JOIN request AS other ON other.task_id = theirs.id AND other.fingerprint = mine.fingerprint
     WHERE mine.id = @request AND mine.fingerprint GLOB 'content *' AND other.id <> mine.id
       AND other.state = 'answered' AND other.answered_by NOT GLOB 'request *'
       -- By their order in the record: a clock may be put back.
       AND decided > coalesce((SELECT max(number) FROM decision WHERE task_id IS NULL
         AND text ->> '$.kind' IN ('trust', 'distrust') AND text ->> '$.repository' = repository.path), 0)
     ORDER BY decided DESC LIMIT 1`,
    { request },
  );
  return row === undefined ? undefined : { request: row.request, answer: JSON.parse(row.answer) as Answer };
}

/** The other open questions about the very content that a request is about, of the same repository; none for any other request. */
export function openAbout(db: Database, request: number): { readonly id: number; readonly task: number }[] {
  return allRows<{ id: number; task: number }>(
    db,
    `SELECT id, task_id AS task FROM request WHERE state = 'open' AND fingerprint GLOB 'content *' AND id <> @request
       AND fingerprint = (SELECT fingerprint FROM request WHERE id = @request)
       AND task_id IN (SELECT other.id FROM task AS other JOIN task AS own ON own.repository_id = other.repository_id
         WHERE own.id = (SELECT task_id FROM request WHERE id = @request))
     ORDER BY id`,
    { request },
  );
}
