import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RelayHeard } from '../../core/contract/relay';
import { type Bed, openBed } from '../support/runtime';
import { startNats } from './relay/nats-server';

type Message = Extract<RelayHeard, { kind: 'message' }>;

/** A server is looked for every few seconds. */
const soon = { timeout: 30_000 };

describe.runIf(process.platform === 'linux')('a NATS server that carries the relay and goes away', () => {
  let folder: string;
  let server: Awaited<ReturnType<typeof startNats>>;
  let bed: Bed;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'switchyard-outage-'));
    server = await startNats(folder);
    bed = await openBed({ environment: { SWITCHYARD_NATS_URL: server.url } });
  });
  afterEach(async () => {
    await bed.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const again = async () => {
    server = await startNats(folder, ['-js'], new URL(server.url).port);
  };

  /** A task's session, once its agent has done all it had to. */
  async function work(): Promise<number> {
    const { id: repositoryId } = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const { id } = await bed.calls.tasks.create({ repositoryId, title: 'Say', prompt: 'Say hello', agent: 'echo' });
    await bed.reaches(id, 'review');
    const [session] = await bed.calls.sessions.list({ task: id });
    return session?.id ?? 0;
  }

  /** What is told of a session, up to the result of its first turn. */
  async function toldOf(session: number): Promise<Message[]> {
    const told: Message[] = [];
    for await (const heard of await bed.calls.relay.follow({ pattern: `sessions.${session}.>`, after: 0 })) {
      if (heard.kind === 'missed') throw new Error('It missed something.');
      told.push(heard);
      if (heard.id === `${session}-turn-1`) break;
    }
    return told;
  }

  async function expectWhole(session: number): Promise<void> {
    const read = [];
    for await (const event of await bed.calls.sessions.read({ session, after: 0 })) read.push(event);
    const told = await toldOf(session);
    const events = told.filter(({ subject }) => subject === `sessions.${session}.events`);
    expect(events.map(({ payload }) => payload)).toEqual(read);
    expect(told.at(-1)).toMatchObject({ subject: `sessions.${session}.results.echo`, payload: { end: 'completed' } });
  }

  test('has what a task tells meanwhile kept and told once it is back, in order and once, and is a problem until then', async () => {
    await bed.calls.relay.status();
    expect(bed.runtime.health()).toEqual({ ok: true, problems: [] });
    await server.stop();
    await expect.poll(() => bed.runtime.health().ok).toBe(false);
    const session = await work();
    const problem = expect.stringMatching(
      /^The relay has been away since \d{4}-\S+Z: The NATS server nats:\/\/127\.0\.0\.1:\d+ could not be reached \(it hung up\)\. Start it, or change the setting natsUrl\. What sessions of tasks tell/,
    );
    expect(bed.runtime.health()).toEqual({ ok: false, problems: [problem] });
    expect((await bed.calls.runtime.status()).problems).toEqual([problem]);
    expect((await bed.calls.runtime.doctor()).findings).toContainEqual(
      expect.objectContaining({ name: 'relay', state: 'warning', detail: expect.stringMatching(/^away since /) }),
    );
    const message = expect.stringMatching(/^The NATS server .* could not be reached .* Start it/);
    const refused = { code: 'REMOTE_FAILED', message };
    await expect(bed.calls.relay.agents()).rejects.toMatchObject(refused);
    await expect(bed.calls.relay.status()).rejects.toMatchObject(refused);
    await again();
    await expect.poll(() => bed.runtime.health(), soon).toEqual({ ok: true, problems: [] });
    await expectWhole(session);
  });

  test('has it told by the next runtime where this one ends before it is back', async () => {
    await bed.calls.relay.status();
    await server.stop();
    const session = await work();
    bed = await bed.restart();
    await expect.poll(() => bed.runtime.health().ok, soon).toBe(false);
    const message = expect.stringMatching(/^The NATS server .* could not be reached .* Start it/);
    // Not that nobody is on the relay: nobody knows that.
    await expect(bed.calls.relay.agents()).rejects.toMatchObject({ code: 'REMOTE_FAILED', message });
    await again();
    await expect.poll(() => bed.runtime.health().ok, soon).toBe(true);
    await expectWhole(session);
  });
});
