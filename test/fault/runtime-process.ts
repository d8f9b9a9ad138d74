import { createRouterClient } from '@orpc/server';
import { foldersOf } from '../../core/config';
import { createRuntime } from '../../core/index';

/** A runtime in a process of its own, to be killed at any moment. Says `ready` once it has recovered. */
const [data = '', repository = '', job = 'work', count = '0'] = process.argv.slice(2);
const home = process.env.HOME ?? '';
const runtime = await createRuntime({
  config: {
    folders: foldersOf(data),
    nativeBinding: null,
    environment: { PATH: process.env.PATH ?? '', HOME: home },
    passEnvironment: [],
    home,
    shell: null,
  },
  owner: 'background',
  askHuman: null,
  desktop: null,
  onStopRequested: () => {},
});
const calls = createRouterClient(runtime.router, { context: { by: 'person' } });
if (job === 'seed') {
  const added = await calls.repositories.add({ path: repository, trust: true });
  for (let number = 0; number < Number(count); number += 1) {
    const prompt = `[wait: 40ms]\n[write: file-${number}.txt | written by task ${number}]\n[wait: 40ms]`;
    await calls.tasks.create({ repositoryId: added.id, title: `Write ${number}`, prompt, agent: 'echo' });
  }
}
await runtime.start();
process.stdout.write('ready\n');

if (job === 'approve') {
  for (const task of await calls.tasks.list({ states: ['review'] })) {
    const { base, head, tree } = await calls.reviews.get({ task: task.id });
    await calls.tasks.approve({ task: task.id, base, head, tree });
  }
  process.stdout.write('approved\n');
}
