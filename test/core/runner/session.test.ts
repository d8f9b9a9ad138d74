import { expect, it } from 'vitest';
import type { HeldTurn } from '../../../core/runner/held-turn';
import { cutShortWords } from '../../../core/runner/session';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { diedAtWork } from '../../../core/store/sessions';
import { openBed } from '../../support/runtime';

it('a conversation says once where a runtime died over it and was gone on with, and nothing of one that was closed', async () => {
  let bed = await openBed();
  try {
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const task = { repositoryId: repository.id, title: 'Ask', prompt: '[ask: Which?]', agent: 'echo' };
    const { id } = await bed.calls.tasks.create(task);
    await bed.reaches(id, 'waiting');
    bed = await bed.restart();
    await bed.reaches(id, 'waiting');
    const notices = async () => {
      const [session] = await bed.calls.sessions.list({ task: id });
      const events = await bed.calls.sessions.read({ session: session?.id ?? 0, after: 0 });
      return events.flatMap((event) => (event.type === 'notice' ? [event.text] : []));
    };
    expect(await notices()).toEqual([]);
    for (let death = 1; death <= 2; death += 1) {
      await bed.runtime.stop();
      const db = openDatabase({ file: bed.config.folders.database });
      // As recovery leaves it.
      db.prepare('UPDATE session SET end_reason = ? WHERE task_id = ?').run(diedAtWork, id);
      expect(cutShortWords({ db }, { id, agent: 'goose' }, null)).toBeNull();
      expect(cutShortWords({ db }, { id, agent: 'echo' }, {} as HeldTurn)).toMatch(/its turn goes on\.$/);
      closeDatabase(db);
      bed = await bed.again(true);
      await bed.until(id, ({ state, requests }) => state === 'waiting' && requests.length === 1);
      await expect.poll(notices).toHaveLength(death);
    }
    const [said] = new Set(await notices());
    expect(said).toBe(
      'Switchyard ended unexpectedly here, and the agent with it. Its turn is begun again in the same conversation.',
    );
  } finally {
    await bed.close();
  }
});
