import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openBed } from '../../support/runtime';

it('takes away what a removal that was killed had moved aside, and nothing beside it', async () => {
  const bed = await openBed({ start: false });
  try {
    const folder = join(bed.config.folders.worktrees, 'repository-1');
    const [gone, other] = [join(folder, 'ready-1.removing'), join(folder, 'mine')];
    for (const path of [gone, other]) {
      await mkdir(join(path, 'deep'), { recursive: true });
      await writeFile(join(path, 'deep', 'file'), 'x');
    }
    await bed.runtime.start();
    await bed.runtime.stop();
    expect([existsSync(gone), existsSync(join(other, 'deep', 'file'))]).toEqual([false, true]);
  } finally {
    await bed.close();
  }
});
