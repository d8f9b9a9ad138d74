import { expect, test } from 'vitest';
import { type PushProgress, pushProgressWords } from '../../../core/contract/remote';
import { readProgress, withoutProgress } from '../../../core/git/push-progress';

/** What git 2.39 says of a push over http with progress, to a remote whose hook speaks, too. */
const said = [
  'Enumerating objects: 4, done.\nCounting objects:  25% (1/4)\rCounting objects: 100% (4/4), done.\n',
  'Delta compression using up to 2 threads\nCompressing objects:  50% (1/2)\rCompressing objects: 100% (2/2), done.\n',
  'Writing objects:  33% (1/3)\rWriting objects:  66% (2/3), 12.30 MiB | 3.00 MiB/s\rWriting objects: 100% (3/3), 18.1',
  '0 MiB | 3.10 MiB/s, done.\nTotal 3 (delta 1), reused 0 (delta 0), pack-reused 0\n',
  'remote: Resolving deltas:  50% (1/2)\x1b[K\rremote: Say: 40% (of it) is enough.\x1b[K\nfatal: the remote end hung up\n',
];

test('how far a push has come is read from what git says, in whatever pieces that comes', () => {
  const told: PushProgress[] = [];
  const read = readProgress((progress) => told.push(progress));
  for (const piece of said) read(piece);
  expect(told.map(pushProgressWords)).toEqual([
    'Preparing the push 100 %',
    'Preparing the push 100 %',
    'Pushing 66 %, 12.30 MiB, 3.00 MiB/s',
    'Pushing 100 %, 18.10 MiB, 3.10 MiB/s',
    'The remote takes it in 50 %',
  ]);
  const [first] = told;
  expect(first).toEqual({ step: 'preparing', percent: 100, sent: '' });
  // A line that never ends costs nothing.
  for (let piece = 0; piece < 100; piece += 1) read('x'.repeat(100_000));
  expect(told).toHaveLength(5);
});

test('what git says beside is left when how far it came is taken away', () => {
  expect(withoutProgress(said.join(''))).toBe(
    'remote: Say: 40% (of it) is enough.\x1b[K\nfatal: the remote end hung up',
  );
});
