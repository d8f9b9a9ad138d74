import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agentTestEnvironment } from '../support/agents-environment';
import { type ModelServer, startModelServer } from '../support/model-server';
import { type Bed, openBed } from '../support/runtime';

let model: ModelServer;
let bed: Bed;

beforeEach(async () => {
  model = await startModelServer();
  // Limits with a time are told to subscriptions only.
  const { ANTHROPIC_API_KEY: _, ...environment } = agentTestEnvironment(['claude', 'goose'], model.url);
  bed = await openBed({
    environment: {
      ...environment,
      CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-made-up',
      CLAUDE_CODE_MAX_RETRIES: '0',
      GOOSE_PROVIDER_SKIP_BACKOFF: 'true',
    },
  });
});
afterEach(async () => {
  await bed.close();
  await model.close();
});

const minute = 60_000;

describe.each(['claude', 'goose'])('a limit of the provider of %s', (agent) => {
  async function refused(steps: string) {
    const { id: repositoryId } = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const prompt = `Please.\n${steps}\n[write: done.txt | done]`;
    const { id } = await bed.calls.tasks.create({
      repositoryId,
      title: 'Reach a limit',
      prompt,
      agent,
      permissionLevel: 'autonomous',
    });
    const parked = await bed.until(
      id,
      (now) => now.parked !== null || now.state === 'failed' || now.state === 'review',
    );
    return { id, parked, after: (parked.runAfter ?? 0) - Date.now() };
  }

  it('parks the task until the time it names', async () => {
    const { parked, after } = await refused('[error: 429 | 7200]');
    expect(parked).toMatchObject({ state: 'queued', parked: 'limit', parks: 1, attempt: 0 });
    expect(parked.queuedReason).toContain(`${agent} has reached a limit of its provider`);
    expect(after).toBeGreaterThan(115 * minute);
    expect(after).toBeLessThan(122 * minute);
  });

  it('that names no time parks it for a while, and the conversation goes on where it was', async () => {
    const { id, parked, after } = await refused('[error: 529]');
    expect(parked).toMatchObject({ state: 'queued', parked: 'overload', attempt: 0 });
    // No time was named, so it is asked again soon.
    expect(after).toBeLessThan(2.1 * minute);
    await model.close();
    model = await startModelServer({ port: Number(new URL(model.url).port), refuses: false });
    await bed.calls.tasks.resume({ task: id });
    const done = await bed.reaches(id, 'review', 'failed');
    expect(done).toMatchObject({ state: 'review', parks: 0, attempt: 1, session: parked.session });
    expect(await bed.calls.sessions.list({ task: id })).toHaveLength(1);
  });
});
