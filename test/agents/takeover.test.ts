import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notDriven } from '../../core/contract/move-words';
import type { Request } from '../../core/contract/request';
import { handedBack } from '../../core/runner/handing-back';
import { agentTestEnvironment, seedClaude } from '../support/agents-environment';
import { hostProgram } from '../support/host';
import { type ModelServer, startModelServer } from '../support/model-server';
import { type Bed, openBed } from '../support/runtime';
import { type WatchedScreen, watchScreen } from '../support/watch-screen';

const size = { columns: 110, rows: 34 };

/** What the screens of the real programs show. */
const screens = {
  claude: { asks: /Do you want to proceed/, ready: /manual mode on/ },
  goose: { asks: /Always Allow/, ready: /Enter to send/ },
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
    await first.answer(asks, '\r');
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
    await second.answer(asks, '\r');
    await second.shows(/two\.txt[\s\S]*Done with 1 steps/);
    await bed.calls.tasks.handBack({ task: task.id });
    await second.close();
    expect(await bed.reaches(task.id, 'review', 'failed')).toMatchObject({ state: 'review', change: { files: 2 } });
    const sessions = await bed.calls.sessions.list({ task: task.id });
    expect(sessions.map(({ agentSession }) => agentSession)).toEqual([conversation?.agentSession]);
    // The turn that went on knew what was said on the screen.
    expect(model.exchanges.at(-1)?.prompts.join('\n')).toContain('[permission: touch two.txt]');

    // Who only looks has said nothing, as the agent's own record has it.
    const third = await takeOver(task.id);
    await third.shows(ready);
    await bed.calls.tasks.handBack({ task: task.id });
    await third.close();
    const { transitions } = await bed.calls.tasks.get({ task: (await bed.reaches(task.id, 'review', 'failed')).id });
    expect(transitions.at(-1)).toMatchObject({ to: 'review', reason: notDriven.nothingSaid });

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

describe('what Claude Code asks on its screen', () => {
  let model: ModelServer;
  let bed: Bed;
  let screen: WatchedScreen;
  let task: number;

  beforeEach(async () => {
    model = await startModelServer();
    bed = await openBed({ environment: agentTestEnvironment('claude', model.url), host: hostProgram });
    seedClaude(bed.config.home, join(bed.config.folders.worktrees, 'repository-1', '1'));
  });
  afterEach(async () => {
    await screen.close();
    await bed.close();
    await model.close();
  });

  async function begin(prompt: string): Promise<void> {
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: false });
    ({ id: task } = await bed.calls.tasks.create({
      repositoryId: repository.id,
      title: 'Ask',
      prompt: `Please.\n${prompt}`,
      agent: 'claude',
      runAfter: Date.now() + 3_600_000,
    }));
    await bed.calls.tasks.take({ task, size });
    const { takeover } = await bed.until(task, (now) => now.takeover?.state === 'driving' || now.state === 'failed');
    screen = watchScreen(bed.calls, takeover?.terminal ?? 0, size);
  }

  async function asks(): Promise<Request> {
    const { requests } = await bed.until(task, (now) => now.requests.length > 0);
    if (requests[0] === undefined) throw new Error('Nothing is asked.');
    return requests[0];
  }

  const give = { decision: 'allow' as const, rule: null, options: [], text: null };

  it('is answered from the inbox, and the dialog on the screen closes', async () => {
    await begin('[permission: touch one.txt]\n[ask: Which colour? | red | green]\n[permission: touch two.txt]');
    const leave = await asks();
    expect(leave).toMatchObject({ kind: 'permission', tool: { name: 'Bash', command: 'touch one.txt' } });
    expect((await bed.calls.tasks.get({ task })).state).toBe('waiting');
    await screen.shows(/Do you want to proceed/);
    await bed.calls.requests.answer({ request: leave.id, answer: give });

    const { requests } = await bed.until(task, (now) => now.requests.some(({ kind }) => kind === 'clarification'));
    await bed.calls.requests.answer({
      request: requests[0]?.id ?? 0,
      answer: { decision: null, rule: null, options: [1], text: null },
    });
    const { requests: last } = await bed.until(task, (now) => now.requests.some(({ kind }) => kind === 'permission'));
    const no = { decision: 'deny' as const, rule: null, options: [], text: 'Not that one.' };
    await bed.calls.requests.answer({ request: last[0]?.id ?? 0, answer: no });
    await screen.shows(/Done with 3 steps/);
    expect(model.told('green')).toBe(1);
    expect(model.told('Not that one.')).toBe(1);
    expect((await bed.calls.tasks.get({ task })).state).toBe('running');
    await bed.calls.tasks.handBack({ task, afterwards: 'review' });
    expect((await bed.reaches(task, 'review')).change?.files).toBe(1);
  });

  it('is withdrawn from the inbox at once when it is answered on the screen, allowed or not', async () => {
    await begin('[permission: sleep 20 && touch one.txt]');
    const leave = await asks();
    await screen.answer(/Do you want to proceed/, '\r');
    // The command runs for long after; nothing else tells that it was allowed.
    const early = await bed.until(task, (now) => now.requests.length === 0);
    expect(early.state).toBe('running');
    expect(screen.text()).not.toContain('Done with');
    await expect(bed.calls.requests.answer({ request: leave.id, answer: give })).rejects.toMatchObject({
      code: 'WRONG_STATE',
    });
    await screen.press('\x1b');
    await screen.shows(/Interrupted/);
    await screen.type('[permission: touch two.txt]');
    await asks();
    await screen.answer(/Do you want to proceed/, '\x1b');
    await bed.until(task, (now) => now.requests.length === 0 && now.state === 'running');
  });

  it('waits for the answer over a restart, which reaches the screen once', async () => {
    await bed.calls.settings.set({ name: 'keepTerminals', value: true });
    await begin('[permission: touch one.txt]');
    const leave = await asks();
    const { terminal } = (await bed.calls.tasks.get({ task })).takeover ?? { terminal: 0 };
    await screen.close();
    await bed.runtime.stop();
    bed = await bed.again(false);
    await bed.calls.requests.answer({ request: leave.id, answer: give });
    await bed.runtime.start();
    screen = watchScreen(bed.calls, terminal ?? 0, size);
    await screen.shows(/Done with 1 steps/);
    const [session] = await bed.calls.sessions.list({ task });
    const events = await bed.calls.sessions.read({ session: session?.id ?? 0, after: 0 });
    expect(events.filter(({ type }) => type === 'answer')).toHaveLength(1);
    await bed.calls.tasks.handBack({ task, afterwards: 'review' });
    expect((await bed.reaches(task, 'review')).change?.files).toBe(1);
  });
});
