import { expect, test } from 'vitest';
import {
  begun,
  choicesIn,
  forRepository,
  promptDraft,
  queued,
  titleDraft,
  withChoices,
  withoutUnwritten,
} from '../../renderer/sheets/new-task-choices';
import { type Drafts, withDraft } from '../../renderer/state/drafts';

const everything = {
  repository: 3,
  base: 'release',
  agent: 'goose',
  lines: [{ key: 1, agent: 'claude', model: 'opus', times: 2 }],
  level: 'autonomous',
  priority: 'low_priority',
  after: [6, 7],
  when: 'review',
  paths: 'docs, api',
  budget: { usd: 2.5, tokens: null, minutes: 90 },
} as const;

const written = withDraft({}, promptDraft, 'On top of it');

test('all that was chosen for a task is there again while anything is written of it', () => {
  const chosen = withChoices(withChoices(written, { after: [6] }), everything);
  // What a draft is kept as, and read from at the next start.
  const kept: Drafts = JSON.parse(JSON.stringify(chosen));
  expect(choicesIn(begun(kept, 4))).toEqual(everything);
  const titled = withDraft(withDraft(kept, promptDraft, ''), titleDraft, 'Only a title');
  expect(choicesIn(begun(titled, 4))).toEqual(everything);
});

test('what was chosen before a word was written is there again, but for the repository of another place', () => {
  const kept: Drafts = JSON.parse(JSON.stringify(withChoices({}, everything)));
  expect(choicesIn(begun(kept, null))).toEqual(everything);
  expect(choicesIn(begun(kept, 3))).toEqual(everything);
  expect(choicesIn(begun(kept, 4))).toEqual({ ...everything, repository: 4, base: '' });
  const instead = forRepository(withChoices({}, { agent: 'goose' }), 3, 4);
  expect(choicesIn(begun(instead, 4))).toMatchObject({ agent: 'goose', repository: 3 });
  expect(choicesIn(begun(instead, 5))).toMatchObject({ agent: 'goose', repository: 5 });
  expect(begun({}, 4)).toEqual({});
});

test('a window begins with what was chosen for a task only where a word of that was written', () => {
  const others = withDraft({}, 'write:1', 'Go on');
  expect(withoutUnwritten(withChoices(others, everything))).toEqual(others);
  expect(withoutUnwritten(withDraft(withChoices(others, everything), promptDraft, ' \n'))).not.toHaveProperty(
    'new-task-choices',
  );
  expect(withoutUnwritten(queued(withChoices(written, everything), true))).toEqual({});
  for (const name of [promptDraft, titleDraft]) {
    const chosen = withChoices(withDraft({}, name, 'One word'), everything);
    expect(withoutUnwritten(chosen)).toBe(chosen);
  }
});

test('what was chosen goes with what was written, and stays for another one written at once', () => {
  const chosen = withChoices(written, everything);
  expect(queued(chosen, false)).toEqual({});
  expect(queued(chosen, true)[promptDraft]).toBeUndefined();
  expect(choicesIn(queued(chosen, true))).toEqual(everything);
  expect(begun(queued(chosen, true), null)).toEqual({});
  const next = withDraft(withChoices(queued(chosen, true), { repository: 3 }), promptDraft, 'One more');
  expect(choicesIn(begun(next, null))).toEqual(everything);
});

test('another repository has branches of its own', () => {
  const chosen = withChoices(written, everything);
  expect(choicesIn(forRepository(chosen, 3)).base).toBe('release');
  expect(choicesIn(forRepository(chosen, 4))).toEqual({ ...everything, repository: 4, base: '' });
});

test('what cannot be read counts as not chosen', () => {
  for (const kept of ['', '{', 'null', '7', '[]']) expect(choicesIn({ 'new-task-choices': kept })).toEqual({});
  const spoiled = { ...everything, level: 'edits', after: ['6'], lines: [{ agent: 'claude' }], budget: { usd: -1 } };
  const { repository, base, agent, priority, when, paths } = everything;
  expect(choicesIn({ 'new-task-choices': JSON.stringify(spoiled) })).toEqual({
    ...{ repository, base, agent, priority, when, paths },
  });
});
