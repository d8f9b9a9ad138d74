import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { askRequest } from '../../../../core/store/asking';
import { claimTasks } from '../../../../core/store/claims';
import { closeDatabase, openDatabase } from '../../../../core/store/database';
import { migrations } from '../../../../core/store/migrations';
import { insertRepository } from '../../../../core/store/repositories';
import { insertSession } from '../../../../core/store/sessions';
import { writeSetting } from '../../../../core/store/settings';
import { insertTask, moveTask } from '../../../../core/store/tasks';

/**
 * Saves a store of the present schema beside this file, to be migrated by every later version's tests. Run it once for
 * each released schema: npx node --import ./test/support/typescript.mjs test/core/store/saved/save.ts
 */
const file = join(import.meta.dirname, `schema-${migrations.length}.db`);
rmSync(file, { force: true });
const db = openDatabase({ file });
const repositoryId = insertRepository(db, {
  path: '/work/sample',
  commonDir: '/work/sample/.git',
  name: 'sample',
  trusted: true,
  trustHash: 'hash',
  defaultBranch: 'main',
  at: 1,
}).id;
const plain = {
  repositoryId,
  agent: 'echo',
  base: 'main',
  permissionLevel: 'supervised',
  priority: 'default',
} as const;
const prompt = 'Write hello into a file.';
const first = insertTask(db, { ...plain, title: 'Say hello', prompt, maxAttempts: 3, at: 10 });
const second = insertTask(db, { ...plain, title: 'Asks a question', prompt, maxAttempts: 3, at: 11 });
insertTask(db, { ...plain, title: 'Waits for the second', prompt, after: [second], maxAttempts: 3, at: 12 });
claimTasks(db, { worker: 'w', limit: 2, now: 20, leaseMs: 1000 });
moveTask(db, { task: first, to: 'review', by: 'runner', reason: 'Finished.', at: 30 });
moveTask(db, { task: first, to: 'done', by: 'person', reason: 'Approved.', at: 31, patch: { outcome: 'merged' } });
const session = insertSession(db, { task: second, agent: 'echo', at: 21 });
askRequest(db, {
  task: second,
  session,
  generation: 1,
  kind: 'clarification',
  title: 'Which colour?',
  body: '',
  tool: null,
  options: [],
  allowsText: true,
  multiple: false,
  steps: [],
  fingerprint: 'f',
  at: 22,
});
moveTask(db, { task: second, to: 'waiting', by: 'runner', reason: 'Which colour?', at: 22 });
writeSetting(db, 'concurrency', 7);
db.exec('VACUUM');
closeDatabase(db);
