import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mayMove, taskStates, taskTransitions } from '../../../core/contract/task';

const drawing = readFileSync(join(import.meta.dirname, '../../../docs/states.md'), 'utf8');

describe('the states of a task', () => {
  it('are drawn in docs/states.md as the table has them', () => {
    const block = drawing.split('## Task')[1]?.split('## Request')[0] ?? '';
    const drawn = [...block.matchAll(/^ {2}(\w+) --> (\w+):/gm)].map(([, from, to]) => `${from} ${to}`);
    const table = taskStates.flatMap((from) => taskTransitions[from].map((to) => `${from} ${to}`));
    expect(drawn.sort()).toEqual(table.sort());
  });

  it('let nobody skip the review', () => {
    expect(mayMove('review', 'done')).toBe(true);
    expect(mayMove('queued', 'done')).toBe(false);
    expect(mayMove('waiting', 'done')).toBe(false);
    expect(mayMove('failed', 'review')).toBe(false);
  });
});
