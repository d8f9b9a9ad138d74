import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { programArgs } from '../support/programs';
import { randomFrom } from '../support/random';

/*
 * A bus that is killed at any moment. SWITCHYARD_TEST_KILLS=200 makes it so many kills.
 */
const kills = Number(process.env.SWITCHYARD_TEST_KILLS ?? 4);
const seed = Number(process.env.SWITCHYARD_TEST_SEED ?? 20261123);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-relay-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the process until it ends, or is killed so long after it first spoke. Gives what it said. */
async function run(mode: string, killAfterMs: number | null): Promise<readonly string[][]> {
  const child = spawn(process.execPath, programArgs('relay', folder, mode), { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk) => {
    if (said === '' && killAfterMs !== null) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    said += chunk;
  });
  const ended = await new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)));
  expect(ended).toBe(killAfterMs === null ? 0 : 'SIGKILL');
  // A line cut short by the kill was not said.
  return said
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' '));
}

/** Kills it again and again, has the last one answer what is left, and holds what was said against each other. */
async function crash(mode: 'naive' | 'slow' | 'blind' | '', times: number) {
  const random = randomFrom(seed);
  const runs: (readonly string[][])[] = [];
  for (let kill = 0; kill < times; kill += 1) runs.push(await run(mode, 5 + random() * 150));
  runs.push(await run(`${mode}drain`, null));
  const of = (word: string, from: readonly (readonly string[][])[] = runs) =>
    from.flat().flatMap(([said, id = '', seq = '']) => (said === word ? [{ id, seq }] : []));
  const given = new Set(of('G').map(({ id }) => id));
  const replayed = new Map(of('R').map(({ id, seq }) => [id, seq]));
  const numbers = new Map<string, Set<string>>();
  for (const { id, seq } of [...of('W'), ...of('G')]) numbers.set(id, (numbers.get(id) ?? new Set()).add(seq));
  const toldWork = new Map(of('T').map(({ id, seq }) => [id, seq]));
  const answers = [...replayed.keys()].filter((id) => id.startsWith('answer-'));
  const taken = [...of('W'), ...of('P')].map(({ seq }) => seq);
  return {
    acknowledged: of('W').length,
    published: of('P').length,
    lostWork: of('W').filter(({ id }) => !given.has(id)).length,
    lostEvents: of('P').filter(({ id, seq }) => replayed.get(id) !== seq).length,
    // Only where the kill itself was in between: what follows such a number is work that was kept, and then the next process.
    gaps: missing(
      [...replayed.values()],
      [...toldWork.values()],
      of('B').map(({ seq }) => seq),
    ),
    untoldWork: of('G').filter(({ id, seq }) => toldWork.get(id) !== seq).length,
    answersAlone: answers.filter((id) => !toldWork.has(id.slice('answer-'.length))).length,
    renumbered: [...numbers.values()].filter(({ size }) => size > 1).length,
    numbersTwice: taken.length - new Set(taken).size,
    doneTwice: runs.flatMap((now, at) => {
      const later = new Set(of('G', runs.slice(at + 1)).map(({ id }) => id));
      return of('A', [now]).filter(({ id }) => later.has(id));
    }).length,
  };
}

/** The numbers that are neither told nor were on their way when a process was killed: that has left nothing but work after them. */
function missing(events: readonly string[], work: readonly string[], begins: readonly string[]): number[] {
  const heard = new Set(events.map(Number));
  const told = new Set([...heard, ...work.map(Number)]);
  const newest = Math.max(...told);
  const found: number[] = [];
  for (let seq = 1; seq < newest; seq += 1) {
    if (told.has(seq)) continue;
    const begin = Math.min(...begins.map(Number).filter((each) => each >= seq));
    const isKills = Number.isFinite(begin) && ![...heard].some((event) => event > seq && event <= begin);
    if (!isKills) found.push(seq);
  }
  return found;
}

const whole = {
  ...{ lostWork: 0, lostEvents: 0, gaps: [], untoldWork: 0, answersAlone: 0 },
  ...{ renumbered: 0, numbersTwice: 0, doneTwice: 0 },
};

test('work that was acknowledged reaches its agent and what was published stays, however often the bus is killed', async () => {
  const { acknowledged, published, ...broken } = await crash('', kills);
  console.log(`  ${kills} kills, seed ${seed}: ${acknowledged} works and ${published} events acknowledged`);
  expect(acknowledged).toBeGreaterThan(kills);
  expect(published).toBeGreaterThan(kills);
  expect(broken).toEqual(whole);
});

test('work that a kill found kept and not yet told is told before it is given, and no answer is there without it', async () => {
  const { acknowledged, published, ...broken } = await crash('slow', kills);
  console.log(`  ${kills} kills, seed ${seed}: ${acknowledged} works and ${published} events acknowledged`);
  expect(broken).toEqual(whole);
});

test('the control, which does not look what was kept and not told, has answers without their work', async () => {
  const { untoldWork, answersAlone } = await crash('blind', 2);
  expect(untoldWork).toBeGreaterThan(0);
  expect(answersAlone).toBeGreaterThan(0);
});

test('the control, which acknowledges before it keeps, loses both', async () => {
  const { lostWork, lostEvents } = await crash('naive', 2);
  expect(lostWork).toBeGreaterThan(0);
  expect(lostEvents).toBeGreaterThan(0);
});
