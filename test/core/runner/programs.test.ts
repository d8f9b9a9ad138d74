import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRecords } from '../../../core/host/records';
import { hostProgram } from '../../support/host';
import { lives } from '../../support/lives';
import { type Bed, openBed } from '../../support/runtime';
import { until } from '../../support/until';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed({ host: hostProgram });
  await knowSteady();
});
afterAll(() => bed.close());

const script = join(import.meta.dirname, '../../fault/steady-agent.cjs');
const notes = () => join(bed.folder, 'notes.jsonl');

async function knowSteady(): Promise<void> {
  const agent = { name: 'steady', command: process.execPath, args: [script, notes(), 'polite'] };
  await bed.calls.settings.set({ name: 'acpAgents', value: [agent] });
}

interface Note {
  readonly pid: number;
  readonly what: string;
  readonly session: string;
}
function noted(): readonly Note[] {
  if (!existsSync(notes())) return [];
  const lines = readFileSync(notes(), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Note);
}

/** Starts a task whose agent talks on and on; gives both once it is heard. */
async function begin(): Promise<{ readonly task: number; readonly agent: Note }> {
  const { id: repositoryId } = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
  const before = noted().length;
  const { id } = await bed.calls.tasks.create({ repositoryId, title: 'Talk', prompt: 'Talk.', agent: 'steady' });
  await until(async () => (await bed.calls.sessions.list({ task: id })).some(({ state }) => state === 'active'));
  const agent = noted()[before];
  if (agent === undefined) throw new Error('The agent noted nothing.');
  return { task: id, agent };
}

const outputs = () => readdirSync(bed.config.folders.terminals).filter((name) => name.startsWith('agent-'));

it.runIf(process.platform === 'linux')(
  'an agent is the child of a host, is listed with its task, and goes with all it printed when that is cancelled',
  async () => {
    const { task, agent } = await begin();
    const parent = Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${agent.pid}/status`, 'utf8'))?.[1]);
    expect(readRecords(bed.config.folders.run).map(({ pid }) => pid)).toContain(parent);
    const { processes } = await bed.calls.processes.list({ task });
    expect(processes.map(({ pid }) => pid)).toContain(agent.pid);
    expect(outputs()).not.toEqual([]);
    await bed.calls.tasks.cancel({ task });
    await until(() => !lives(agent.pid));
    await until(() => outputs().length === 0);
  },
);

it('quitting ends the agents a host holds, and the next start resumes their sessions', async () => {
  const { task, agent } = await begin();
  bed = await bed.restart();
  expect(lives(agent.pid)).toBe(false);
  await bed.reaches(task, 'done');
  const worked = noted().filter(({ session }) => session === agent.session);
  expect(worked.map(({ what }) => what)).toEqual(['work', 'load']);
  expect(outputs()).toEqual([]);
});

it('an agent works all the same where no host can be started, and ends with this runtime', async () => {
  await bed.close();
  bed = await openBed({ host: { command: '/bin/false', args: [], env: {} } });
  await knowSteady();
  const { agent } = await begin();
  expect(lives(agent.pid)).toBe(true);
  expect(outputs()).toEqual([]);
  await bed.runtime.stop();
  expect(lives(agent.pid)).toBe(false);
});
