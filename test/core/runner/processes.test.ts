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
  'ends what carries the marker of a task in hand or of its check, though nobody noted it, and not that of another task or terminal',
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
    const [left, check] = [marked('yard:5'), marked('yard:5/check')];
    const others = [marked('yard:50'), marked('yard:50/check'), marked('yard:5/terminal-1')];
    await Promise.all([left, check, ...others].map((child) => new Promise((resolve) => child.once('spawn', resolve))));
    const gone = [left, check].map(
      (child) => new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal))),
    );
    try {
      const ended = await endSurvivors({ db, writer, owner: 'yard', log: () => {} }, [5]);
      expect(ended).toBe(2);
      expect(await Promise.all(gone)).toEqual(['SIGKILL', 'SIGKILL']);
      for (const other of others) expect(await startOf(other.pid ?? 0)).not.toBeNull();
    } finally {
      for (const other of others) other.kill('SIGKILL');
      await writer.close();
      closeDatabase(db);
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
