import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startOf } from '../../../core/git/live';
import { endSurvivors } from '../../../core/runner/processes';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { createWriter } from '../../../core/store/writer';

it.runIf(process.platform === 'linux')(
  'ends what carries the marker of a task in hand, though nobody noted it, and not that of another task',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'switchyard-survivors-'));
    const db = openDatabase({ file: join(folder, 'test.db') });
    const writer = createWriter(db);
    const marked = (marker: string) =>
      spawn('sleep', ['600'], {
        detached: true,
        stdio: 'ignore',
        env: { PATH: process.env.PATH, SWITCHYARD_TASK: marker },
      });
    const [left, other] = [marked('yard:5'), marked('yard:50')];
    await Promise.all([left, other].map((child) => new Promise((resolve) => child.once('spawn', resolve))));
    const gone = new Promise((resolve) => left.once('exit', (_code, signal) => resolve(signal)));
    try {
      const ended = await endSurvivors({ db, writer, owner: 'yard', log: () => {} }, [5]);
      expect(ended).toBe(1);
      expect(await gone).toBe('SIGKILL');
      expect(await startOf(other.pid ?? 0)).not.toBeNull();
    } finally {
      other.kill('SIGKILL');
      await writer.close();
      closeDatabase(db);
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
