import { type CodeViewDiffItem, processFile } from '@pierre/diffs';
import { describe, expect, test } from 'vitest';
import type { Comment, CommentPlace } from '../../core/contract/comment';
import type { PullRequestThread } from '../../core/contract/pull-request';
import type { FileChange } from '../../core/contract/review';
import { hunkMarks } from '../../renderer/changes/accepted';
import { arrange, countsOf } from '../../renderer/changes/annotations';
import {
  firstStop,
  heldAfter,
  heldIn,
  hold,
  holdOn,
  rangeOfHunk,
  stepHunk,
  stopsOf,
} from '../../renderer/changes/current-hunk';
import { chosenPlace, hunkPlace, linesInWords, stretched } from '../../renderer/changes/line-places';
import { begunFrom, begunName, begunNames } from '../../renderer/state/comments';

const file = (path: string, more: Partial<FileChange> = {}): FileChange => ({
  ...{ path, oldPath: null, status: 'modified', additions: 1, deletions: 1, binary: false },
  ...{ oldMode: '100644', newMode: '100644', content: '', note: null, ...more },
});

const body = [
  '@@ -1,6 +1,7 @@',
  ' one',
  '-two',
  '-three',
  '+2',
  '+3',
  '+and a half',
  ' four',
  '-five',
  '+5',
  ' six',
  '@@ -20,3 +21,2 @@',
  ' twenty',
  '-away',
  ' end',
].join('\n');

function item(path: string, hunks = body): CodeViewDiffItem {
  const patch = `diff --git a/${path} b/${path}\nindex 1111111..2222222 100644\n--- a/${path}\n+++ b/${path}\n${hunks}\n`;
  const fileDiff = processFile(patch, { isGitDiff: true });
  if (fileDiff === undefined) throw new Error(`This is no patch: ${patch}`);
  return { id: path, type: 'diff', fileDiff };
}

const place = (path: string, first: number, last = first, side: CommentPlace['side'] = 'new'): CommentPlace => ({
  ...{ path, side, lines: { first, last } },
});

const comment = (id: number, now: CommentPlace | null, more: Partial<Comment> = {}): Comment => ({
  ...{ id, task: 1, place: now ?? place('gone.ts', 1), head: 'd'.repeat(40), mergeBase: 'c'.repeat(40), quote: '' },
  ...{
    text: 'Why?',
    by: 'person',
    createdAt: 0,
    sentAt: null,
    resolvedAt: null,
    reviewer: null,
    fate: 'draft',
    now,
    since: null,
  },
  ...more,
});

describe('lines chosen in a diff', () => {
  const { fileDiff } = item('a.ts');
  const chosen = (start: number, side: 'additions' | 'deletions', end: number, endSide = side) =>
    chosenPlace(file('a.ts'), fileDiff, { start, side, end, endSide });

  test('are the lines of that side, upwards as downwards', () => {
    expect(chosen(2, 'additions', 4)).toEqual(place('a.ts', 2, 4));
    expect(chosen(3, 'deletions', 2)).toEqual(place('a.ts', 2, 3, 'old'));
  });

  test('over both sides are what the change leaves there', () => {
    expect(chosen(2, 'deletions', 4, 'additions')).toEqual(place('a.ts', 2, 4));
    expect(chosen(3, 'additions', 5, 'deletions')).toEqual(place('a.ts', 3, 5));
  });

  test('of a removed side have the name the file had', () => {
    const renamed = file('b.ts', { oldPath: 'a.ts', status: 'renamed' });
    expect(chosenPlace(renamed, fileDiff, { start: 2, side: 'deletions', end: 2 }).path).toBe('a.ts');
    expect(chosenPlace(renamed, fileDiff, { start: 2, side: 'additions', end: 2 }).path).toBe('b.ts');
  });

  test('of a hunk are its changed lines, what is left before what is gone', () => {
    const [first, second] = fileDiff.hunks;
    if (first === undefined || second === undefined) throw new Error('There are two hunks.');
    expect(hunkPlace(file('a.ts'), first)).toEqual(place('a.ts', 2, 6));
    expect(hunkPlace(file('a.ts'), second)).toEqual(place('a.ts', 21, 21, 'old'));
  });

  test('of a long hunk are no more than the agent is quoted', () => {
    const long = Array.from({ length: 90 }, (_, line) => `+line ${line}`).join('\n');
    const [hunk] = item('long.ts', `@@ -0,0 +1,90 @@\n${long}`).fileDiff.hunks;
    if (hunk === undefined) throw new Error('There is one hunk.');
    expect(hunkPlace(file('long.ts'), hunk)).toEqual(place('long.ts', 1, 20));
  });

  test('are told in words', () => {
    expect(linesInWords(place('a.ts', 4))).toBe('line 4');
    expect(linesInWords(place('a.ts', 4, 6, 'old'))).toBe('lines 4 to 6 before the change');
  });
});

describe('comments in a diff', () => {
  const files = [
    file('a.ts'),
    file('b.png', { binary: true }),
    file('new.ts', { oldPath: 'old.ts', status: 'renamed' }),
  ];
  const items = [
    item('a.ts'),
    { ...item('b.png'), fileDiff: { ...item('b.png').fileDiff, hunks: [] } },
    item('new.ts'),
  ];
  const given = { files, items, begun: [], open: null, loading: false, threads: { task: 7, all: [] } };
  const shown = (comments: readonly Comment[], more = {}) => arrange({ ...given, comments, ...more });

  test('stand under the last of their lines, on their side, and at the head of the file when it is not shown', () => {
    const { inFiles, elsewhere } = shown([
      comment(1, place('a.ts', 2, 4)),
      comment(2, place('a.ts', 21, 21, 'old')),
      comment(3, place('a.ts', 500)),
      comment(4, { path: 'a.ts', side: 'new', lines: null }),
      comment(5, place('old.ts', 2, 2, 'old')),
    ]);
    expect(
      inFiles.get('a.ts')?.map(({ side, lineNumber, metadata: { away } }) => ({ side, lineNumber, away })),
    ).toEqual([
      { side: 'additions', lineNumber: 4, away: 'not' },
      { side: 'deletions', lineNumber: 21, away: 'not' },
      { side: 'additions', lineNumber: 0, away: 'in-file' },
      { side: 'additions', lineNumber: 0, away: 'in-file' },
    ]);
    expect(inFiles.get('new.ts')?.map(({ side }) => side)).toEqual(['deletions']);
    expect(elsewhere).toEqual([]);
  });

  test('whose file is gone or has no lines are listed above, but not while its lines are on their way', () => {
    const comments = [comment(1, null), comment(2, place('b.png', 1))];
    expect(shown(comments).elsewhere).toHaveLength(2);
    expect(shown(comments, { loading: true }).elsewhere).toHaveLength(1);
  });

  test('are come across in the order they are seen', () => {
    const { inOrder } = shown([
      comment(1, place('new.ts', 2)),
      comment(2, place('a.ts', 6)),
      comment(3, place('a.ts', 2)),
      comment(4, null),
    ]);
    expect(inOrder.map(({ key }) => key)).toEqual(['4', '3', '2', '1']);
  });

  test('and threads of the pull request are come across together, a thread whose lines are gone at the head of its file', () => {
    const all = [
      thread('A', place('a.ts', 3)),
      thread('B', { path: 'a.ts', side: 'new', lines: null }),
      thread('C', null),
      thread('D', place('new.ts', 2), { resolved: true }),
    ];
    const { inOrder, inFiles } = shown([comment(1, place('a.ts', 4))], { threads: { task: 7, all } });
    expect(inOrder.map(({ key }) => key)).toEqual(['thread-C', 'thread-B', 'thread-A', '1', 'thread-D']);
    expect(inFiles.get('a.ts')?.map(({ lineNumber }) => lineNumber)).toEqual([4, 3, 0]);
    expect([...countsOf(files, [comment(1, place('a.ts', 4))], all)]).toEqual([['a.ts', 3]]);
  });

  test('are counted by file, but for those that are resolved or gone', () => {
    const counts = countsOf(
      files,
      [
        comment(1, place('a.ts', 2)),
        comment(2, place('a.ts', 3), { resolvedAt: 1 }),
        comment(3, null),
        comment(4, place('old.ts', 3, 3, 'old')),
      ],
      [],
    );
    expect([...counts]).toEqual([
      ['a.ts', 1],
      ['new.ts', 1],
    ]);
  });

  test('that were begun are found again by the names of their drafts, on the change they were begun on', () => {
    const change = { task: 7, head: 'd'.repeat(40), mergeBase: 'c'.repeat(40) };
    const where = place('src/a b:c.ts', 2, 4, 'old');
    const whole: CommentPlace = { path: 'x', side: 'new', lines: null };
    const drafts = { [begunName(change, where)]: 'Why', [begunName(change, whole)]: 'So', 'write:7': 'no' };
    const names = begunNames(drafts, 7);
    expect(begunFrom(names, change).map(({ place, current }) => ({ place, current }))).toEqual([
      { place: where, current: true },
      { place: whole, current: true },
    ]);
    expect(begunFrom(names, { ...change, head: 'e'.repeat(40) }).every(({ current }) => !current)).toBe(true);
    expect(begunNames(drafts, 70)).toEqual([]);
  });
});

describe('accepted hunks', () => {
  test('are known by what they change, wherever that is and whatever is around it', () => {
    const [first, second] = hunkMarks(item('a.ts'));
    const moved = hunkMarks(item('a.ts', '@@ -120,3 +121,2 @@\n other\n-away\n another'));
    expect(moved).toEqual([second]);
    expect(hunkMarks(item('a.ts', body.replace('+5', '+6')))).toEqual([
      expect.not.stringMatching(`^${first}$`),
      second,
    ]);
    expect(hunkMarks(item('b.ts'))[1]).not.toBe(second);
  });

  test('that are the same in one file have marks of their own', () => {
    const twice = '@@ -1,2 +1,1 @@\n a\n-away\n@@ -9,2 +8,1 @@\n b\n-away';
    const marks = hunkMarks(item('a.ts', twice));
    expect(new Set(marks).size).toBe(2);
    // Which of them is left when one is gone is not known, so none of them is known any more.
    const [left] = hunkMarks(item('a.ts', '@@ -9,2 +8,1 @@\n b\n-away'));
    expect(marks).not.toContain(left);
    const thrice = hunkMarks(item('a.ts', `${twice}\n@@ -19,2 +18,1 @@\n c\n-away`));
    expect(thrice.filter((mark) => marks.includes(mark))).toEqual([]);
  });
});

test('steps lead from hunk to hunk over files, but not into folded ones', () => {
  const stops = stopsOf([item('a.ts'), { ...item('b.ts'), collapsed: true }, item('c.ts')]);
  const from = (path: string, index: number | null, by: 1 | -1) => {
    const current = index === null ? null : { path, index };
    const next = stepHunk(stops, { current, path }, by);
    return next === null ? null : [next.path, next.index];
  };
  expect(from('a.ts', null, 1)).toEqual(['a.ts', 0]);
  expect(from('a.ts', 1, 1)).toEqual(['c.ts', 0]);
  expect(from('c.ts', 0, -1)).toEqual(['a.ts', 1]);
  expect(from('c.ts', 1, 1)).toEqual(['c.ts', 1]);
  // A file without lines, or a folded one, is between those of others.
  expect([from('b.ts', null, 1), from('b.ts', null, -1)]).toEqual([
    ['c.ts', 0],
    ['a.ts', 1],
  ]);
  expect([from('d.ts', null, 1), from('d.ts', null, -1)]).toEqual([
    ['c.ts', 1],
    ['c.ts', 1],
  ]);
  expect([firstStop(stops, 'b.ts'), firstStop(stops, 'c.ts')?.index]).toEqual([null, 0]);
  expect(stepHunk([], { current: null, path: null }, 1)).toBeNull();
  expect(rangeOfHunk(item('a.ts'), 0)).toEqual({ start: 2, side: 'deletions', end: 6, endSide: 'additions' });
});

test('of a hunk that is taken out of the diff the next is held, and it is there again when it is back', () => {
  const whole = stopsOf([item('a.ts'), item('c.ts')]);
  const [first, second, third] = whole;
  const last = whole.at(-1);
  if (first === undefined || second === undefined || third === undefined || last === undefined)
    throw new Error('Four.');
  const without = (gone: object) => {
    const left = whole.filter((stop) => stop !== gone);
    return left.map((stop) => ({ ...stop, index: left.filter(({ path }) => path === stop.path).indexOf(stop) }));
  };
  const held = heldAfter(whole, first);
  expect(heldIn(whole, held)).toEqual({ stop: second, isChosen: false });
  expect(heldIn(without(first), held).stop).toMatchObject({ path: 'a.ts', index: 0, mark: second.mark });
  expect(heldIn(without(second), heldAfter(whole, second)).stop).toMatchObject({ path: 'c.ts', index: 0 });
  expect(heldIn(without(last), heldAfter(whole, last)).stop).toMatchObject({ path: 'c.ts', mark: third.mark });
  expect(heldAfter([first], first)).toBeNull();

  const back = { ...hold(first, true), orElse: null };
  expect(heldIn(without(first), back).stop).toBeNull();
  expect(heldIn(whole, back)).toEqual({ stop: first, isChosen: true });
  // Whatever came in the place of one that was gone to was not gone to.
  expect(heldIn(without(first), hold(first, true))).toMatchObject({ stop: { mark: second.mark }, isChosen: false });
});

test('of hunks that change the same the one after what is taken back is held, whatever its mark is then', () => {
  const same = (...from: readonly number[]) =>
    stopsOf([item('a.ts', from.map((line) => `@@ -${line},2 +${line},1 @@\n a\n-away`).join('\n'))]);
  const lineOf = (stops: ReturnType<typeof same>, held: Parameters<typeof heldIn>[1]) =>
    heldIn(stops, held).stop?.stop.line;
  const three = same(1, 11, 21);
  const [first, second, third] = three;
  if (first === undefined || second === undefined || third === undefined) throw new Error('Three.');
  const held = heldAfter(three, first);
  expect([lineOf(three, held), lineOf(same(11, 21), held)]).toEqual([11, 11]);
  // What could not be done with it, as while the first is still being taken back, leaves it held as it was.
  expect(lineOf(same(11, 21), holdOn(held, second))).toBe(11);
  expect(lineOf(same(11, 21), heldAfter(three, second))).toBe(21);
  expect(lineOf(same(1, 11), heldAfter(three, third))).toBe(11);
  // One of another kind is known by its mark again.
  expect(holdOn(held, stopsOf([item('c.ts')])[0] ?? first)).toEqual(hold(stopsOf([item('c.ts')])[0] ?? first, true));
});

test('a hunk is gone to at its first line, also where that was removed', () => {
  const stopOf = (...lines: readonly string[]) => stopsOf([item('a.ts', lines.join('\n'))])[0]?.stop;
  expect(stopOf('@@ -1,2 +1,2 @@', ' one', '-two', '+2')).toEqual({ side: 'additions', line: 1 });
  expect(stopOf('@@ -5,3 +5,2 @@', '-one', '-two', '+2', ' three')).toEqual({ side: 'deletions', line: 5 });
  expect(stopOf('@@ -0,0 +1,2 @@', '+one', '+two')).toEqual({ side: 'additions', line: 1 });
  expect(stopOf('@@ -3,2 +2,0 @@', '-one', '-two')).toEqual({ side: 'deletions', line: 3 });
});

test('an end of the lines of a comment is moved line by line, past what is taken, and takes the other end along', () => {
  const isTaken = () => false;
  expect(stretched({ first: 4, last: 4 }, { edge: 'last', by: 1, isTaken })).toEqual({ first: 4, last: 5 });
  expect(stretched({ first: 4, last: 4 }, { edge: 'last', by: -1, isTaken })).toEqual({ first: 3, last: 3 });
  expect(stretched({ first: 4, last: 6 }, { edge: 'first', by: -1, isTaken })).toEqual({ first: 3, last: 6 });
  expect(stretched({ first: 4, last: 4 }, { edge: 'first', by: 1, isTaken })).toEqual({ first: 5, last: 5 });
  const taken = { isTaken: ({ last }: { last: number }) => last === 5 };
  expect(stretched({ first: 4, last: 4 }, { edge: 'last', by: 1, ...taken })).toEqual({ first: 4, last: 6 });
});

function thread(id: string, now: CommentPlace | null, more: Partial<PullRequestThread> = {}): PullRequestThread {
  const comments = [{ author: 'grace', text: 'Why?', at: 1 }];
  return { id, path: 'a.ts', side: 'new', line: null, resolved: false, outdated: false, comments, now, ...more };
}
