import { expect, test } from 'vitest';
import { wentBackMessage } from '../../../core/runner/messages';

test('an agent is told in a sentence of its own which state its files are in, and that an undone going back is none', () => {
  expect(wentBackMessage({ kind: 'start', turn: 0 })).toContain(
    'how they were before your first turn. What was changed',
  );
  expect(wentBackMessage({ kind: 'turn', turn: 2 })).toContain('how they were after turn 2. What was changed');
  expect(wentBackMessage({ kind: 'left', turn: 2 })).toContain('undid going back');
  expect(wentBackMessage({ kind: 'left', turn: 2 })).not.toContain('not there any more');
});
