import { writeFileSync } from 'node:fs';
import type { Strategy } from '../../core/contract/strategy';
import { openBare } from '../support/bare-runtime';

/** A runtime in a process of its own, to be killed at any moment. Says `ready` once it has recovered. */
const [data = '', repository = '', job = 'work', count = '0'] = process.argv.slice(2);
const { runtime, calls } = await openBare({ data, home: process.env.HOME ?? '' });
if (job === 'seed') {
  const added = await calls.repositories.add({ path: repository, trust: true });
  for (let number = 0; number < Number(count); number += 1) {
    const prompt = `[wait: 40ms]\n[write: file-${number}.txt | written by task ${number}]\n[wait: 40ms]`;
    await calls.tasks.create({ repositoryId: added.id, title: `Write ${number}`, prompt, agent: 'echo' });
  }
}
if (job === 'spend' && (await calls.tasks.list({})).length === 0) {
  const added = await calls.repositories.add({ path: repository, trust: true });
  const step = (number: number) => `[write: file-${number}.txt | ${number}]\n[spend: 1]\n[wait: 60ms]`;
  const prompt = Array.from({ length: Number(count) }, (_, number) => step(number)).join('\n');
  const task = { repositoryId: added.id, title: 'Spend', prompt, agent: 'echo', budget: { usd: 1 } } as const;
  await calls.tasks.create(task);
}
await runtime.start();
process.stdout.write('ready\n');

if (job === 'approve') {
  for (const task of await calls.tasks.list({ states: ['review'] })) {
    const { base, mergeBase, head, tree } = await calls.reviews.get({ task: task.id });
    await calls.tasks.approve({ task: task.id, base, mergeBase, head, tree });
  }
  process.stdout.write('approved\n');
}

if (job === 'land') {
  // `repository` is the file that arms the kill, `count` the task, how it lands, and at which command from where the kill comes.
  const [task = 0, strategy = '', point = '', from = ''] = count.split('.');
  const { base, mergeBase, head, tree } = await calls.reviews.get({ task: Number(task) });
  writeFileSync(repository, `${process.pid} ${point} ${from}\n`);
  await calls.tasks.approve({ task: Number(task), base, mergeBase, head, tree, strategy: strategy as Strategy });
  process.stdout.write('landed\n');
}

if (job === 'pick') {
  // `repository` is the file that arms the kill, `count` the task and at which command the kill comes.
  const [task = 0, point = 0] = count.split('.').map(Number);
  const { base, mergeBase, head, tree } = await calls.reviews.get({ task });
  writeFileSync(repository, `${process.pid} ${point}\n`);
  await calls.tasks.approve({ task, base, mergeBase, head, tree, strategy: 'merge', discardOthers: true });
  process.stdout.write('picked\n');
}

if (job === 'back') {
  // `repository` is the file that arms the kill, `count` the checkpoint and at which command the kill comes.
  const [checkpoint = 0, point = 0] = count.split('.').map(Number);
  writeFileSync(repository, `${process.pid} ${point}\n`);
  await calls.checkpoints.back({ task: 1, checkpoint });
  process.stdout.write('back\n');
}

if (job === 'edit') {
  // `repository` is the file that arms the kill, `count` what is done and at which command the kill comes.
  const [action = '', point = ''] = count.split('.');
  const { head, mergeBase } = await calls.reviews.get({ task: 1 });
  writeFileSync(repository, `${process.pid} ${point}\n`);
  if (action === 'undo') await calls.reviews.undo({ task: 1 });
  else await calls.reviews.takeBack({ task: 1, head, mergeBase, path: 'new', oldPath: 'folder/old', lines: null });
  process.stdout.write('edited\n');
}

if (job === 'review') {
  // `repository` is the file that arms the kill, `count` which kind of kill it is, and at which of these it comes; the rest is
  // what the agent is told. Killed after it kept something, it has told its agent nothing of that.
  const [kind = '', point = '', ...prompt] = count.split('.');
  const follower = calls.changes.follow();
  const { id } = await calls.reviews.ask({ task: 1, agent: 'echo', prompt: prompt.join('.') });
  if (kind === 'before') writeFileSync(repository, `${process.pid} ${point}\n`);
  let kept = 0;
  for await (const change of await follower) {
    if (change.type === 'comments.changed') kept += 1;
    // The first tells of the review itself.
    if (kind === 'after' && kept > Number(point)) process.kill(process.pid, 'SIGKILL');
    if (change.type === 'task.changed' && change.task.id === id && change.task.state === 'done') break;
  }
  process.stdout.write('reviewed\n');
}

if (job === 'restack') {
  // `repository` is the file that arms the kill, `count` the task below, the one on it, and at which command the kill comes.
  const [below = 0, above = 0, point = ''] = count.split('.');
  writeFileSync(repository, `${process.pid} ${point}\n`);
  const { head } = await calls.reviews.get({ task: Number(below) });
  const isThere = async () => (await calls.reviews.get({ task: Number(above) })).mergeBase === head;
  for await (const change of await calls.changes.follow()) {
    const mayBe = change.type === 'snapshot' || (change.type === 'task.changed' && change.task.id === Number(above));
    if (mayBe && (await isThere())) break;
  }
  process.stdout.write('restacked\n');
}

if (job === 'train') {
  // `repository` is the file that arms the kill, `count` at which command it comes, and the tasks.
  const [point = '', ...tasks] = count.split('.');
  const reviews = await Promise.all(tasks.map((task) => calls.reviews.get({ task: Number(task) })));
  const changes = reviews.map(({ task, mergeBase, head, tree }) => ({ task, mergeBase, head, tree }));
  writeFileSync(repository, `${process.pid} ${point}\n`);
  const follower = await calls.changes.follow();
  const { id } = await calls.trains.start({ base: reviews[0]?.base ?? '', changes, strategy: 'squash' });
  for await (const change of follower) {
    if (change.type === 'train.changed' && change.train.id === id && change.train.state === 'ended') break;
  }
  process.stdout.write('ended\n');
}

if (job === 'publish') {
  // `repository` is the address of the remote, `count` the task.
  const host = new URL(repository).host;
  await calls.forges.login({ host, token: process.env.SWITCHYARD_TEST_TOKEN ?? '' });
  const { head, tree } = await calls.reviews.get({ task: Number(count) });
  const asked = { title: 'Publish', reviewers: ['grace'], labels: ['bug'] };
  await calls.pullRequests.open({ task: Number(count), head, tree, remote: 'origin', url: repository, ...asked });
  process.stdout.write('published\n');
}

if (job === 'spend') {
  // The person answers as soon as they are asked, and is killed with the rest at any line of it.
  for await (const change of await calls.changes.follow()) {
    const seen = change.type === 'snapshot' ? change.tasks : change.type === 'task.changed' ? [change.task] : [];
    for (const { id: task, state, requests } of seen) {
      // In hand at three kills it waits for the person, as promised; the person sends it on.
      if (state === 'failed') await calls.tasks.retry({ task }).catch(() => {});
      for (const { id, kind } of requests) {
        if (kind !== 'budget') continue;
        const answer = { decision: null, options: [0], text: null };
        // Told of twice, it was answered the first time.
        await calls.requests.answer({ request: id, answer }).catch(() => {});
      }
    }
    if (seen.some(({ state }) => state === 'review')) process.stdout.write('settled\n');
  }
}
