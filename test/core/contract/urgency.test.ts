import { expect, test } from 'vitest';
import { mostUrgentFirst } from '../../../core/contract/urgency';

const request = (
  id: number,
  createdAt: number,
  priority: 'high_priority' | 'default' | 'low_priority' = 'default',
) => ({
  ...{ id, createdAt, priority },
});

test('a request is as urgent as its agent has waited, times the priority of its task', () => {
  const requests = [request(1, 40, 'low_priority'), request(2, 70), request(3, 80, 'high_priority'), request(4, 90)];
  expect(mostUrgentFirst(requests, 100).map(({ id }) => id)).toEqual([3, 1, 2, 4]);
  expect(mostUrgentFirst(requests, 200).map(({ id }) => id)).toEqual([3, 2, 4, 1]);
});

test('of equally urgent requests the older comes first, and a clock that was set back changes nothing', () => {
  expect(mostUrgentFirst([request(2, 50), request(1, 50)], 60).map(({ id }) => id)).toEqual([1, 2]);
  expect(mostUrgentFirst([request(2, 50, 'high_priority'), request(1, 20)], 10).map(({ id }) => id)).toEqual([1, 2]);
});
