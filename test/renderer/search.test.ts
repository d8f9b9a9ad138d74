import { expect, test } from 'vitest';
import type { Found, SearchIndexState } from '../../core/contract/search';
import { footWords } from '../../renderer/sheets/search-words';
import { askedAgainIn } from '../../renderer/state/search';

const ready: SearchIndexState = { state: 'ready', done: 0, of: 0, reason: null };
const behind: SearchIndexState = { ...ready, state: 'behind', of: 2_048 };
const found = (kind: Found['kind']): Found => ({
  ...{ task: 1, title: 'One', state: 'running', repository: '/api', agent: 'claude', session: 1, seq: 1, at: 1 },
  ...{ kind, snippet: [] },
});

test('that not all was read yet is said before what is shown of what was found, and not in its place', () => {
  const best = 'The best 1, a few of each task. Add a word to see others.';
  const tools = /^What a tool printed is searched in its first \S+ and last \S+ characters\.$/;
  expect(footWords({ found: [found('text')], more: false, index: ready })).toBe('');
  expect(footWords({ found: [found('tool')], more: true, index: ready })).toBe(best);
  expect(footWords({ found: [found('tool')], more: false, index: ready })).toMatch(tools);
  const unread = footWords({ found: [found('text')], more: false, index: behind });
  expect(unread).toMatch(/^The newest .+ of the conversations are still being read; .+\.$/);
  expect(footWords({ found: [found('tool')], more: true, index: behind })).toBe(`${unread} ${best}`);
  const both = footWords({ found: [found('tool')], more: false, index: behind });
  expect(both.startsWith(`${unread} `)).toBe(true);
  expect(both.slice(unread.length + 1)).toMatch(tools);
  const building = { ...ready, state: 'building', done: 4, of: 9 } as const;
  expect(footWords({ found: [found('text')], more: true, index: building })).toBe(
    `Conversations are still being read, 44 % done; more may be found in a moment. ${best}`,
  );
});

test('what agents write all day is asked for again soon, and then less and less often', () => {
  expect([0, 1, 2, 3, 4, 100].map((times) => askedAgainIn(behind, times))).toEqual([
    ...[1_000, 2_000, 4_000, 8_000, 8_000, 8_000],
  ]);
  expect(askedAgainIn({ ...ready, state: 'building' }, 100)).toBe(1_000);
  expect(askedAgainIn(ready, 0)).toBe(null);
  // Nobody reads it, so that there is nothing to wait for.
  expect(askedAgainIn({ ...behind, reason: 'No runtime runs.' }, 0)).toBe(null);
});
