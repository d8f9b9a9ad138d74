import type { Task } from '../../core/contract/task';
import { type Bed, openLaidBed } from './runtime';

/** A bed in whose trusted repository the change of one task is in review: it added hello.txt. */
export function openReviewBed(): Promise<{ readonly bed: Bed; readonly scene: Task }> {
  return openLaidBed('a task in review', async (bed) => {
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const prompt = '[write: hello.txt | hello]';
    const wanted = { repositoryId: repository.id, title: 'Say hello', prompt, agent: 'echo' };
    return bed.reaches((await bed.calls.tasks.create(wanted)).id, 'review');
  });
}
