import { expect, test } from 'vitest';
import type { TranscriptBody, TranscriptEvent } from '../../core/contract/transcript';
import { behindWords, keysBehind, withBehind } from '../../renderer/conversation/behind';
import type { Conversation } from '../../renderer/conversation/follow';
import { moveRows, withMoves } from '../../renderer/conversation/moves';
import { addEvents, noRows } from '../../renderer/conversation/rows';
import { rowsWith } from '../../renderer/conversation/words';

const prompt = (text: string): TranscriptBody => ({ type: 'prompt', text, by: 'person' });
const turn = (checkpoint: number, number = checkpoint): TranscriptBody => ({
  ...{ type: 'checkpoint', checkpoint, turn: number, files: 1, additions: 1, deletions: 0 },
});
const back = (to: number, left: number): TranscriptBody => ({
  ...{ type: 'back', back: left, checkpoint: to, name: `to ${to}`, left, conversation: 'back' },
});

function conversation(...bodies: readonly TranscriptBody[]): Conversation {
  const rows = noRows();
  addEvents(
    rows,
    bodies.map((body, index): TranscriptEvent => ({ ...body, seq: index + 1, at: 10 * (index + 1) })),
  );
  const { seq, used, here, rowOf } = rows;
  const placeOf = (event: number) => rowOf[event];
  return { rows: rows.rows, seq, used, here, behind: keysBehind(rows), failure: null, loading: false, placeOf };
}

const shown = ({ rows }: Conversation): readonly string[] =>
  rows.map((row) => {
    if (row.kind === 'behind') return behindWords(row);
    if (row.kind === 'prompt') return row.text;
    if (row.kind === 'back') return `${row.forward ? 'forward' : 'back'} ${row.name}`;
    return row.kind === 'checkpoint' ? `turn ${row.turn}` : row.kind === 'move' ? row.line.text : row.kind;
  });
const none: ReadonlySet<string> = new Set();

const three = [prompt('a'), turn(1), prompt('b'), turn(2), prompt('c'), turn(3)];

test('what came after the checkpoint that was gone back to is left behind, and what comes then is not', () => {
  expect(withBehind(conversation(...three), none).rows).toHaveLength(6);
  const gone = [...three, back(1, 4)];
  expect(shown(withBehind(conversation(...gone), none))).toEqual([
    'a',
    'turn 1',
    'Turns 2 to 3 left behind: 4 steps',
    'back to 1',
  ]);
  expect(shown(withBehind(conversation(...gone, prompt('d'), turn(5, 2)), none)).slice(-3)).toEqual([
    'back to 1',
    'd',
    'turn 2',
  ]);
  expect(shown(withBehind(conversation(...three, back(0, 4)), none))).toEqual([
    'Turns 1 to 3 left behind: 6 steps',
    'back to 0',
  ]);
});

test('going forward again brings all of it back, and leaves behind what came in between', () => {
  const forward = withBehind(conversation(...three, back(1, 4), prompt('d'), turn(5, 2), back(4, 6)), none);
  expect(shown(forward)).toEqual([
    'a',
    'turn 1',
    'b',
    'turn 2',
    'c',
    'turn 3',
    'Turn 2 left behind: 3 steps',
    'forward to 4',
  ]);
  // What was left may be a checkpoint there was already.
  const again = withBehind(conversation(...three, back(1, 3), back(3, 1)), none);
  expect(shown(again)).toEqual([...shown(conversation(...three)), 'Left behind: 1 step', 'forward to 3']);
});

test('a stretch opens to its rows with the moves between them, and every event is found in its row or its stretch', () => {
  const move = (at: number, text: string) => ({ at, level: 'info', text, reason: null }) as const;
  const moves = moveRows([move(15, 'asked'), move(45, 'inside'), move(65, 'before going back')], [], 1);
  const whole = withMoves(conversation(...three, back(1, 4)), moves);
  const folded = withBehind(whole, none);
  expect(shown(folded)).toEqual([
    'a',
    'asked',
    'turn 1',
    'Turns 2 to 3 left behind: 5 steps',
    'before going back',
    'back to 1',
  ]);
  expect([3, 4, 7].map((seq) => folded.placeOf(seq))).toEqual([3, 3, 5]);
  expect(rowsWith(folded.rows, [{ text: 'inside', isBeginning: false }])).toEqual([3]);

  const key = folded.rows[3]?.key ?? '';
  for (const open of [withBehind(whole, new Set([key])), withBehind(whole, 'all')]) {
    expect(shown(open).slice(3, 9)).toEqual([
      'Turns 2 to 3 left behind: 5 steps',
      'b',
      'turn 2',
      'inside',
      'c',
      'turn 3',
    ]);
    expect(open.rows[open.placeOf(3) ?? -1]).toMatchObject({ text: 'b' });
    expect(open.rows.filter((row) => open.behind.has(row.key))).toHaveLength(5);
  }
});
