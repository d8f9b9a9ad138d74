import { expect, it } from 'vitest';
import { claudeArguments } from '../../../core/agents/claude-arguments';

it('Claude Code is told a model only where one was named, as an argument of its own', () => {
  const turn = { trusted: true, budgetUsd: null, review: null };
  const told = (model: string | null) =>
    claudeArguments({ ...turn, model }, { kind: 'new', id: 'a', prompt: 'p' }).join(' ');
  expect(told('opus')).toContain(' --model opus');
  expect(told(null)).not.toContain('model');
});
