import { expect, it } from 'vitest';
import { createLoop } from '../../../core/runner/loop';

const never = (cause: unknown) => {
  throw cause;
};
/** Lets so many steps of waiting promises go by. */
async function steps(count: number): Promise<void> {
  for (let step = 0; step < count; step += 1) await null;
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('a round comes after each time it is asked for, in whichever moment of the last round’s end that is', async () => {
  for (let late = 0; late < 12; late += 1) {
    const rounds: string[] = [];
    let asked = false;
    const loop = createLoop(
      async () => {
        rounds.push(asked ? 'late' : 'first');
        if (rounds.length === 1) {
          void steps(late).then(() => {
            asked = true;
            loop.wake();
          });
        }
      },
      { onError: never },
    );
    loop.wake();
    for (let turns = 0; turns < 4; turns += 1) await turn();
    expect([late, rounds.at(-1)]).toEqual([late, 'late']);
    await loop.close();
  }
});

it('rounds never run at once, what is asked for in a row is one round, and one that fails is told and keeps none from coming', async () => {
  const gates: (() => void)[] = [];
  const told: unknown[] = [];
  let under = 0;
  let most = 0;
  const loop = createLoop(
    async () => {
      most = Math.max(most, ++under);
      await new Promise<void>((resolve) => gates.push(resolve));
      under -= 1;
      if (gates.length === 1) throw new Error('The first fails.');
    },
    { onError: (cause) => told.push(String(cause)) },
  );
  loop.wake();
  loop.wake();
  expect(gates).toHaveLength(0);
  await turn();
  loop.wake();
  loop.wake();
  await turn();
  expect(gates).toHaveLength(1);
  gates[0]?.();
  await turn();
  expect([gates.length, most, told]).toEqual([2, 1, ['Error: The first fails.']]);

  // What is done in between waits for the round, and a round that is asked for meanwhile for it.
  const order: string[] = [];
  const between = loop.between(async () => {
    order.push(`between, ${under} under way`);
    loop.wake();
    await turn();
    order.push(`still ${gates.length} rounds`);
    throw new Error('It fails.');
  });
  const other = loop.between(async () => void order.push('the other'));
  gates[1]?.();
  await expect(between).rejects.toThrow('It fails.');
  await turn();
  expect(order.slice(0, 2)).toEqual(['between, 0 under way', 'still 2 rounds']);
  expect(gates).toHaveLength(3);
  gates[2]?.();
  await other;
  expect(order.at(-1)).toBe('the other');
  expect(most).toBe(1);
});

it('closing aborts what is under way, waits for it, and lets nothing begin', async () => {
  let count = 0;
  const loop = createLoop(
    async (signal) => {
      count += 1;
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      await turn();
      count += 10;
    },
    { onError: never },
  );
  loop.wake();
  await turn();
  loop.wake();
  await loop.close();
  loop.wake();
  await turn();
  expect(count).toBe(11);
});
