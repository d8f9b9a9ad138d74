import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handedBack } from '../../core/runner/driving';
import { agentTestEnvironment, seedClaude } from '../support/agents-environment';
import { hostProgram } from '../support/host';
import { type ModelServer, startModelServer } from '../support/model-server';
import { type Bed, openBed } from '../support/runtime';
import { type WatchedScreen, watchScreen } from '../support/watch-screen';

const size = { columns: 110, rows: 34 };

/** What the screens of the real programs show. */
const screens = {
  claude: { asks: /Do you want to proceed/, ready: /manual mode on/ },
  goose: { asks: /do you allow/, ready: /Enter to send/ },
} as const;

/** A person takes the real programs over, in the terminal programs that come with them. */
describe.each(['claude', 'goose'] as const)('taking over %s', (agent) => {
  let model: ModelServer;
  let bed: Bed;
  const { asks, ready } = screens[agent];

  beforeEach(async () => {
    model = await startModelServer();
    bed = await openBed({ environment: agentTestEnvironment(agent, model.url), host: hostProgram });
    seedClaude(bed.config.home, join(bed.config.folders.worktrees, 'repository-1', '1'));
  });
  afterEach(async () => {
    await bed.close();
    await model.close();
  });

  async function takeOver(task: number): Promise<WatchedScreen> {
    await bed.calls.tasks.take({ task, size });
    const { takeover } = await bed.until(task, (now) => now.takeover?.state === 'driving' || now.state === 'failed');
    return watchScreen(bed.calls, takeover?.terminal ?? 0, size);
  }

  it('begins in the terminal, goes on by itself, and is driven again, all on one conversation', async () => {
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const task = await bed.calls.tasks.create({
      repositoryId: repository.id,
      title: 'By hand',
      prompt: 'Please.\n[permission: touch one.txt]',
      agent,
      runAfter: Date.now() + 3_600_000,
    });
    const first = await takeOver(task.id);
    await first.shows(asks);
    await first.press('\r');
    await first.shows(/Done with 1 steps/);
    await bed.calls.tasks.handBack({ task: task.id });
    await first.close();
    const began = await bed.reaches(task.id, 'review', 'failed');
    expect(began).toMatchObject({ state: 'review', change: { files: 1 } });
    const [conversation] = await bed.calls.sessions.list({ task: task.id });
    expect(model.prompted(handedBack)).toBe(1);

    const second = await takeOver(task.id);
    await second.shows(ready);
    await second.type('[permission: touch two.txt]');
    await second.shows(asks);
    await second.press('\r');
    await second.shows(/two\.txt[\s\S]*Done with 1 steps/);
    await bed.calls.tasks.handBack({ task: task.id });
    await second.close();
    expect(await bed.reaches(task.id, 'review', 'failed')).toMatchObject({ state: 'review', change: { files: 2 } });
    const sessions = await bed.calls.sessions.list({ task: task.id });
    expect(sessions.map(({ agentSession }) => agentSession)).toEqual([conversation?.agentSession]);
    // The turn that went on knew what was said on the screen.
    expect(model.exchanges.at(-1)?.prompts.join('\n')).toContain('[permission: touch two.txt]');

    const events = await bed.calls.sessions.read({ session: sessions[0]?.id ?? 0, after: 0 });
    const prompts = events.flatMap((event) => (event.type === 'prompt' ? [event.text] : []));
    expect(prompts).toEqual([
      'Please.\n[permission: touch one.txt]',
      handedBack,
      '[permission: touch two.txt]',
      handedBack,
    ]);
    const tools = events.flatMap((event) =>
      event.type === 'tool' && event.status === 'completed' ? [event.title] : [],
    );
    expect(tools.join('\n')).toMatch(/touch one\.txt[\s\S]*touch two\.txt/);
    expect((await bed.calls.tasks.get({ task: task.id })).spent.tokens).toBeGreaterThan(0);
  });
});
