import { expect, it } from 'vitest';
import { agentWords, compareFiles, newContestSchema, readAgent, standOfContest } from '../../../core/contract/contest';
import type { TaskOutcome, TaskState } from '../../../core/contract/task';

const file = (path: string, content: string) => ({
  ...{ path, content, status: 'modified' as const, additions: 1, deletions: 2 },
});

it('files are compared by path, and what two tasks leave the same is one variant', () => {
  const compared = compareFiles([
    { task: 3, files: [file('b', '1'), file('a', '1')] },
    { task: 4, files: [file('a', '2')] },
    { task: 5, files: [file('a', '1'), file('c', '1')] },
  ]);
  expect(
    compared.map(({ path, alike, versions }) => [path, alike, versions.map((one) => [one.task, one.variant])]),
  ).toEqual([
    [
      'a',
      false,
      [
        [3, 1],
        [4, 2],
        [5, 1],
      ],
    ],
    // Left alone by the others, it is not alike.
    ['b', false, [[3, 1]]],
    ['c', false, [[5, 1]]],
  ]);
  expect(compared[0]?.versions[0]).toEqual({ task: 3, status: 'modified', additions: 1, deletions: 2, variant: 1 });
  const same = [3, 4].map((task) => ({ task, files: [file('a', '1')] }));
  expect(compareFiles(same)[0]?.alike).toBe(true);
  expect(compareFiles(same.slice(0, 1))[0]?.alike).toBe(false);
  expect(compareFiles([])).toEqual([]);
});

it('a contest is ready once nobody works on it, landed once one of it has, and over when one was picked', () => {
  const stand = (states: string, picked: number | null = null) =>
    standOfContest(
      states.split(' ').map((state, id) => {
        const [name, outcome = null] = state.split(':');
        return { id, state: name as TaskState, outcome: outcome as TaskOutcome | null };
      }),
      picked,
    );
  expect(stand('review running')).toBe('at work');
  expect(stand('review queued')).toBe('at work');
  expect(stand('review waiting failed')).toBe('at work');
  expect(stand('review failed cancelled done:answered')).toBe('ready');
  expect(stand('failed cancelled')).toBe('over');
  expect(stand('done:merged running')).toBe('landed');
  expect(stand('done:published review')).toBe('landed');
  expect(stand('done:merged done:discarded')).toBe('over');
  expect(stand('review review', 0)).toBe('over');
});

it('an agent is typed with its model behind a colon, and a model can be taken for nothing else', () => {
  expect(readAgent('claude')).toEqual({ agent: 'claude' });
  expect(readAgent('goose:qwen/qwen3:30b')).toEqual({ agent: 'goose', model: 'qwen/qwen3:30b' });
  expect(agentWords({ agent: 'goose', model: 'qwen/qwen3:30b' })).toBe('goose:qwen/qwen3:30b');
  const taken = (model: string) =>
    newContestSchema.safeParse({
      ...{ repositoryId: 1, title: 't', prompt: 'p' },
      agents: [{ agent: 'claude', model }, { agent: 'claude' }],
    }).success;
  expect(['claude-opus-4-1', 'qwen3:30b', 'a/b@c'].map(taken)).toEqual([true, true, true]);
  expect(['', '--print', '-p', 'a b', 'a\u001b[2J', 'a\n'].map(taken)).toEqual([
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
});
