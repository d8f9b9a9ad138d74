import { expect, test } from 'vitest';
import { known } from '../../../core/git/known';
import { createBench } from './fixture';

const bench = createBench();

test('git is asked once what an id stands for, by all who ask at once as well', async () => {
  const place = await bench.repository();
  let asked = 0;
  const ask = async () => `answer ${++asked}`;
  const answers = await Promise.all([known(place, 'tree 1', ask), known(place, 'tree 1', ask)]);
  expect([...answers, await known(place, 'tree 1', ask)]).toEqual(['answer 1', 'answer 1', 'answer 1']);
  expect(await known(place, 'tree 2', ask)).toBe('answer 2');
  const other = await bench.repository();
  expect(await known(other, 'tree 1', ask), 'of another repository').toBe('answer 3');
});

test('what was not there, and what failed, is asked for again', async () => {
  const place = await bench.repository();
  const answers = [null, new Error('the disk was full'), 'there'];
  const ask = async () => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  expect(await known(place, 'oid', ask)).toBe(null);
  await expect(known(place, 'oid', ask)).rejects.toThrow('the disk was full');
  expect([await known(place, 'oid', ask), await known(place, 'oid', ask)]).toEqual(['there', 'there']);
});
