import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Decision, decisionSchema } from '../../../core/contract/decision';
import { type Bed, openBed } from '../../support/runtime';

let bed: Bed;
beforeEach(async () => {
  bed = await openBed();
});
afterEach(() => bed.close());

async function recorded(task?: number): Promise<Decision[]> {
  const sealed = await bed.calls.decisions.list(task === undefined ? {} : { task });
  return sealed.map(({ text }) => decisionSchema.parse(JSON.parse(text)));
}

it('every decision about a task is recorded with what was shown and what was said', async () => {
  const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
  const prompt = '[permission: printf x > asked.txt]\n[write: hello.txt | hello]';
  const { id } = await bed.calls.tasks.create({ repositoryId: repository.id, title: 'Hello', prompt, agent: 'echo' });
  const waiting = await bed.until(id, (task) => task.requests.length > 0);
  const request = waiting.requests[0];
  const answer = { decision: 'allow' as const, rule: null, options: [], text: null };
  await bed.calls.requests.answer({ request: request?.id ?? 0, answer });
  await bed.reaches(id, 'review');
  await bed.calls.tasks.discard({ task: id });
  await bed.calls.tasks.restore({ task: id });
  await bed.calls.tasks.reject({ task: id, comment: '[write: more.txt | more]' });
  await bed.until(id, (task) => task.state === 'review' && task.change?.files === 2);
  const review = await bed.calls.reviews.get({ task: id });
  const { base, mergeBase, head, tree } = review;
  await bed.calls.tasks.approve({ task: id, base, mergeBase, head, tree, strategy: 'squash' });

  expect((await recorded(id)).map(({ kind }) => kind)).toEqual([
    'answer',
    'discard',
    'restore',
    'request-changes',
    'approve',
  ]);
  const [trusted, answered, , , asked, approved] = await recorded();
  expect(trusted).toMatchObject({ kind: 'trust', by: 'person', repository: bed.repository.path, task: null });
  expect(answered).toMatchObject({
    request: request?.id,
    rule: null,
    shown: { title: request?.title, tool: request?.tool },
    answered: { decision: 'allow' },
  });
  expect(asked?.answered).toEqual({ comment: '[write: more.txt | more]' });
  expect(approved).toMatchObject({ shown: { base, mergeBase, head, tree }, answered: { strategy: 'squash' } });
  expect(await bed.calls.decisions.check()).toMatchObject({ count: 6, broken: null });
});

it('what was refused was not decided', async () => {
  const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: false });
  const prompt = '[write: hello.txt | hello]';
  const { id } = await bed.calls.tasks.create({ repositoryId: repository.id, title: 'Hello', prompt, agent: 'echo' });
  await bed.reaches(id, 'review');
  const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: id });
  await expect(bed.calls.tasks.approve({ task: id, base: head, mergeBase, head, tree })).rejects.toMatchObject({
    code: 'MOVED',
  });
  await expect(bed.calls.tasks.restore({ task: id })).rejects.toMatchObject({ code: 'WRONG_STATE' });
  expect(await recorded()).toEqual([]);
  await bed.calls.tasks.approve({ task: id, base, mergeBase, head, tree });
  await expect(bed.calls.tasks.reject({ task: id, comment: 'x' })).rejects.toMatchObject({ code: 'WRONG_STATE' });
  expect((await recorded()).map(({ kind }) => kind)).toEqual(['approve']);
});
