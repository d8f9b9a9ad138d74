import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Caller } from '../contract/caller';
import type { TaskDetail } from '../contract/task';
import { createSampleRepository } from '../git/sample';
import { create } from './adding';
import * as repositories from './repositories';
import type { Room } from './room';

/** Makes a sample repository in a temporary folder and queues an echo task in it: the main job, without a key. */
export async function run(room: Room, caller: Caller): Promise<TaskDetail> {
  const path = await mkdtemp(join(tmpdir(), 'switchyard-demo-'));
  await createSampleRepository(room.git, path);
  const repository = await repositories.add(room, caller, { path, trust: true });
  return create(room, caller, {
    repositoryId: repository.id,
    title: 'Say hello from Switchyard',
    prompt:
      'Add a greeting for new readers.\n[write: GREETING.md | # Hello\\n\\nThis line was written by the echo agent in a worktree of its own.]',
    agent: 'echo',
  });
}
