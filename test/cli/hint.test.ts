import { expect, test } from 'vitest';
import { here } from '../../cli/hint';

const npm = 'npm run -s switchyard --';

test('a command that the core names is said whole, as this program was started', () => {
  const said = (text: string) => [here(text, 'switchyard'), here(text, npm)];
  expect(said('Restore it first (in the terminal: task restore 3).')).toEqual([
    'Restore it first (switchyard task restore 3).',
    `Restore it first (${npm} task restore 3).`,
  ]);
  expect(here('Accept or dismiss it (in the terminal: comment accept 1, comment dismiss 1).', npm)).toBe(
    `Accept or dismiss it (${npm} comment accept 1, ${npm} comment dismiss 1).`,
  );
  const odd = "task base 3 'a, (b)'\\''s'";
  expect(here(`Base it (in the terminal: ${odd}, task show 3), or not (see).`, npm)).toBe(
    `Base it (${npm} ${odd}, ${npm} task show 3), or not (see).`,
  );
  expect(here('With them: `switchyard up`. Without: `switchyard start --without-services`.', npm)).toBe(
    `With them: \`${npm} up\`. Without: \`${npm} start --without-services\`.`,
  );
  expect(here('There is no key 9. See: key list --all\nSee: help', npm)).toBe(
    `There is no key 9. See: ${npm} key list --all\nSee: ${npm} help`,
  );
});

test('what names no command, or names it as it was started, stays as it is', () => {
  const texts = [
    'Name a base branch (in the terminal: --base BRANCH).',
    `There is no decision 9. See: ${npm} audit list`,
    'Only its newest comments are shown. See: https://forge.example/pull/3',
    'It is in .switchyard of my switchyard, for (switchyard) reasons.',
  ];
  expect(texts.map((text) => here(text, npm))).toEqual([
    'Name a base branch (--base BRANCH).',
    `There is no decision 9. See: ${npm} audit list`,
    'Only its newest comments are shown. See: https://forge.example/pull/3',
    'It is in .switchyard of my switchyard, for (switchyard) reasons.',
  ]);
});
