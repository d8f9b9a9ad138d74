import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { PermissionLevel } from '../../../core/contract/task';
import { askRequest } from '../../../core/store/asking';
import { closeDatabase, type Database, openDatabase } from '../../../core/store/database';
import { updateRepository } from '../../../core/store/repositories';
import { readRequest } from '../../../core/store/requests';
import { countUse, insertRule, listRules, readRule, revokeRule, standingRules } from '../../../core/store/rules';
import { insertSession } from '../../../core/store/sessions';
import { insertTask } from '../../../core/store/tasks';
import { addRepository, temporaryFolder, temporaryStore } from './store';

const match = { by: 'prefix', tool: 'Bash', words: ['npm', 'test'], beside: '[]' } as const;
const offer = (scope: 'session' | 'repository') => ({ scope, match: { ...match, words: [...match.words] } });

/** A task with a session and an open permission. */
function asking(db: Database, more: { repositoryId: number; agent?: string; level?: PermissionLevel }) {
  const task = insertTask(db, {
    ...{ repositoryId: more.repositoryId, title: 't', prompt: 'p', agent: more.agent ?? 'claude', base: 'main' },
    ...{ permissionLevel: more.level ?? 'supervised', priority: 'default', maxAttempts: 3, at: 1 },
  });
  const session = insertSession(db, { task, agent: more.agent ?? 'claude', at: 2 });
  const { id: request } = askRequest(db, {
    ...{ task, session, generation: 1, kind: 'permission', title: 'Run npm test', body: '', tool: null, options: [] },
    ...{ allowsText: true, multiple: false, steps: [], fingerprint: `${task}`, at: 3 },
  });
  return { task, session, request };
}

function scene() {
  const { db, repository: repositoryId } = temporaryStore();
  const maker = asking(db, { repositoryId });
  const make = (scope: 'session' | 'repository') =>
    insertRule(db, { request: maker.request, offer: offer(scope), by: 'person', at: 10 });
  const stands = (at: { task: number; session: number }) => standingRules(db, at).map(({ id }) => id);
  return { db, repositoryId, maker, make, stands };
}

describe('a rule', () => {
  test('of a session answers in that session and in no other', () => {
    const { db, repositoryId, maker, make, stands } = scene();
    const id = make('session');
    expect(standingRules(db, maker)).toEqual([{ id, match: offer('session').match }]);
    expect(stands(asking(db, { repositoryId }))).toEqual([]);
    expect(
      stands({ task: maker.task, session: insertSession(db, { task: maker.task, agent: 'claude', at: 4 }) }),
    ).toEqual([]);
  });

  test('of a repository answers that agent everywhere in it, and nobody else', () => {
    const { db, repositoryId, make, stands } = scene();
    const id = make('repository');
    expect(stands(asking(db, { repositoryId }))).toEqual([id]);
    expect(stands(asking(db, { repositoryId, agent: 'goose' }))).toEqual([]);
    expect(stands(asking(db, { repositoryId: addRepository(db, '/work/other') }))).toEqual([]);
  });

  test('of a repository says nothing where a person is required; one made in that very session does', () => {
    const { db, repositoryId, make, stands } = scene();
    make('repository');
    const strict = asking(db, { repositoryId, level: 'human-required' });
    expect(stands(strict)).toEqual([]);
    const id = insertRule(db, { request: strict.request, offer: offer('session'), by: 'person', at: 11 });
    expect(stands(strict)).toEqual([id]);
  });

  test('goes with the trust it was made under, and comes back with it', () => {
    const { db, repositoryId, maker, make, stands } = scene();
    updateRepository(db, repositoryId, { trusted: true, trustHash: 'h' });
    const id = make('repository');
    updateRepository(db, repositoryId, { trustChanged: true });
    expect(stands(maker)).toEqual([]);
    updateRepository(db, repositoryId, { trusted: false, trustChanged: false });
    expect(stands(maker)).toEqual([]);
    updateRepository(db, repositoryId, { trusted: true });
    expect(stands(maker)).toEqual([id]);
  });

  test('made where nothing was trusted needs no trust', () => {
    const { db, repositoryId, maker, make, stands } = scene();
    updateRepository(db, repositoryId, { trusted: false });
    const id = make('repository');
    expect(stands(maker)).toEqual([id]);
  });

  test('that is taken back answers nothing, stays in the list of all, and is taken back once', () => {
    const { db, maker, make, stands } = scene();
    const id = make('repository');
    countUse(db, { rule: id, at: 20 });
    countUse(db, { rule: id, at: 21 });
    expect(revokeRule(db, { rule: id, by: 'person', at: 30 })).toMatchObject({
      changed: true,
      rule: { revokedAt: 30 },
    });
    expect(revokeRule(db, { rule: id, by: 'person', at: 31 })).toMatchObject({
      changed: false,
      rule: { revokedAt: 30 },
    });
    expect(stands(maker)).toEqual([]);
    expect(listRules(db, { revoked: false, limit: 10 })).toEqual([]);
    expect(listRules(db, { revoked: true, limit: 10 })).toMatchObject([
      { id, scope: 'repository', agent: 'claude', task: maker.task, uses: 2, lastUsedAt: 21, createdBy: 'person' },
    ]);
    expect(() => readRule(db, 99)).toThrow('There is no rule 99.');
  });
});

test('requests written before there were rules lose what only the agent kept, and keep their answers', () => {
  const file = join(temporaryFolder(), 'switchyard.db');
  copyFileSync(join(import.meta.dirname, 'saved', 'schema-3.db'), file);
  const old = new BetterSqlite3(file);
  const options = ['allow_once', 'allow_always', 'reject_once'].map((kind) => ({ label: kind, description: '', kind }));
  old.prepare("UPDATE request SET kind = 'permission', options = ?").run(JSON.stringify(options));
  const same = 'task_id, session_id, generation, kind, title, body, options, allows_text, multiple, steps, fingerprint';
  old.exec(`INSERT INTO request (${same}, state, answer, created_at, answered_at)
    SELECT ${same}, 'answered', '{"decision":"allow","always":true,"options":[1],"text":null}', 5, 6 FROM request`);
  old.close();
  const db = openDatabase({ file });
  onTestFinished(() => closeDatabase(db));
  const [open, answered] = [1, 2].map((id) => readRequest(db, id));
  expect(open?.options.map(({ kind }) => kind)).toEqual(['allow_once', 'reject_once']);
  expect(answered?.options.map(({ kind }) => kind)).toEqual(['allow_once', 'allow_once', 'reject_once']);
  expect(answered?.answer).toEqual({ decision: 'allow', options: [1], text: null, rule: null });
});
