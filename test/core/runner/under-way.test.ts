import { expect, it } from 'vitest';
import { createUnderWay } from '../../../core/runner/under-way';

it('waits for what is under way, what that begins and what fails, and no longer than it is told to', async () => {
  const underWay = createUnderWay();
  await underWay.over(600_000);
  const gates: (() => void)[] = [];
  const gate = () => new Promise<void>((resolve) => gates.push(resolve));
  const ends: string[] = [];
  const fails = underWay.during(async () => {
    await gate();
    void underWay.during(gate).then(() => ends.push('the other'));
    throw new Error('It fails.');
  });
  const over = underWay.over(600_000).then(() => ends.push('over'));
  await underWay.over(1);
  expect(ends).toEqual([]);
  gates[0]?.();
  await expect(fails).rejects.toThrow('It fails.');
  await underWay.over(1);
  expect(ends).toEqual([]);
  gates[1]?.();
  await over;
  expect(ends).toEqual(['the other', 'over']);
});
