import { appendFileSync, closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createQueueSource } from '../../../core/sources/queue';
import type { Claim } from '../../../core/sources/source';
import { releaseOwnerless } from '../../../core/store/claims';
import { openDatabase } from '../../../core/store/database';
import { countTasks } from '../../../core/store/task-count';
import { insertTask, moveTask } from '../../../core/store/tasks';
import { createWriter } from '../../../core/store/writer';

/**
 * A process that enqueues, claims and completes as fast as it can, to be killed at any moment. It says `E task` on stdout
 * when an enqueue is acknowledged and `D task` when a completion is. With `drain` it only works off what is there, then
 * ends. With `naive` it is the control: it acknowledges before the commit and its effects can happen twice.
 */
const [folder = '', mode = ''] = process.argv.slice(2);
if (folder === '') throw new Error('Name the data folder.');
const naive = mode === 'naive' || mode === 'naive-drain';
const draining = mode === 'drain' || mode === 'naive-drain';
const slots = 8;

const db = openDatabase({ file: join(folder, 'switchyard.db') });
const writer = createWriter(db);
releaseOwnerless(db, { at: Date.now() });
const source = createQueueSource({ db, writer, worker: 'w', now: () => Date.now(), leaseMs: 60_000 });
const never = new AbortController().signal;

/** Straight into the pipe: what was said before the kill is said. */
const say = (word: string) => void writeSync(1, `${word}\n`);

/** The effect of a task, in a place of its own: it can be made once, or is there already. */
function takeEffect(task: number): void {
  if (naive) {
    appendFileSync(join(folder, 'effects.log'), `${task}\n`);
    return;
  }
  try {
    closeSync(openSync(join(folder, `effect-${task}`), 'wx'));
    appendFileSync(join(folder, 'effects.log'), `${task}\n`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

async function enqueue(): Promise<void> {
  for (;;) {
    const written = writer.write((store) =>
      insertTask(store, {
        repositoryId: 1,
        title: 'crash',
        prompt: 'x'.repeat(100),
        agent: 'echo',
        base: 'main',
        permissionLevel: 'autonomous',
        priority: 'default',
        maxAttempts: 20,
        at: Date.now(),
      }),
    );
    if (naive) {
      const next = db.prepare('SELECT coalesce(max(id), 0) + 1 FROM task').pluck().get();
      say(`E ${next}`);
    }
    const task = await written;
    if (!naive) say(`E ${task}`);
  }
}

async function complete(claim: Claim): Promise<void> {
  takeEffect(claim.task);
  // Some turns in which the effect is made and its completion is not: where a kill hurts most.
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  await writer.write((store) =>
    moveTask(store, {
      task: claim.task,
      generation: claim.generation,
      to: 'done',
      by: 'runner',
      reason: 'Done.',
      at: Date.now(),
      patch: { outcome: 'answered' },
    }),
  );
  say(`D ${claim.task}`);
}

say('ready');
if (!draining) void enqueue();
for (;;) {
  const { queued } = countTasks(db);
  if (draining && queued === 0) break;
  await Promise.all((await source.next(slots, never)).map(complete));
}
source.close();
await writer.close();
db.close();
