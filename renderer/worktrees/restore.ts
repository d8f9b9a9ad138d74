import type { BackupRef } from '../../core/contract/worktree';
import type { App } from '../state/app';
import { carryOut, complain } from '../state/commands';
import { say } from '../state/said';
import { cleanLine } from '../text/clean';

/** Puts back what a backup keeps and says where; false when it could not be. */
export async function restoreBackup(app: App, backup: BackupRef): Promise<boolean> {
  const ended = await carryOut(
    app,
    { about: `backup:${backup.repository} ${backup.ref}`, sentence: 'Restoring…' },
    (client) => client.worktrees.restore(backup),
  );
  if (!ended.ok) {
    complain(app, ended.failure);
    return false;
  }
  const { path, branch } = ended.value;
  const where = path === '' ? '' : ` at ${cleanLine(path)}`;
  say(app.said, {
    kind: 'done',
    text: `It is back${where}${branch === null ? '' : `, on ${cleanLine(branch)}`}`,
    undo: null,
  });
  return true;
}
