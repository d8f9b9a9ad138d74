import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Bed, openBed } from '../../support/runtime';

let bed: Bed;
beforeEach(async () => {
  bed = await openBed();
});
afterEach(() => bed.close());

it('work that does not end in time when Switchyard is closed is no crash, however often that happens', async () => {
  const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
  // A check that does not heed being told to end takes three seconds to be ended.
  const deaf = join(bed.folder, 'deaf');
  const command = `trap '' TERM; : > '${deaf}'; while :; do sleep 0.1; done`;
  await bed.calls.repositories.configure({
    repository: repository.id,
    checks: [{ name: 'check', command, required: false }],
  });
  const prompt = '[write: hello.txt | hello]';
  const { id } = await bed.calls.tasks.create({ repositoryId: repository.id, title: 'Hello', prompt, agent: 'echo' });
  for (let quit = 1; quit <= 2; quit += 1) {
    await bed.until(id, (task) => task.state === 'running' && task.checks[0]?.state === 'running');
    await expect.poll(() => existsSync(deaf)).toBe(true);
    rmSync(deaf);
    await bed.runtime.stop(20);
    bed = await bed.again(false);
    // Nobody owns it now, and nothing says so yet: that comes with the start.
    expect(await bed.calls.tasks.get({ task: id })).toMatchObject({ state: 'running' });
    await bed.runtime.stop();
    bed = await bed.again(true);
  }
  await bed.until(id, (task) => task.state === 'running' && task.checks[0]?.state === 'running');
  const { transitions, attempt } = await bed.calls.tasks.get({ task: id });
  expect(attempt).toBe(1);
  expect(transitions.filter(({ by }) => by === 'recovery').map(({ reason }) => reason)).toEqual(
    Array.from({ length: 2 }, () => 'Switchyard was closed.'),
  );
});
