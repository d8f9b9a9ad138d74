import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { drawGlyph } from '../../electron/glyph';
import { takeIn } from '../../electron/seen';
import { trayEntries, trayLook } from '../../electron/tray-menu';
import { request, snapshot, task } from './tasks';

const known = (...tasks: Parameters<typeof snapshot>[0]) => takeIn(new Map(), snapshot(tasks), 0).tasks;
const asks = (id: number, ...requests: number[]) => task(id, { requests: requests.map((each) => request(each)) });

describe('the tray', () => {
  test('shows the glyph of what needs the person most', () => {
    const review = task(3, { state: 'review' });
    const done = task(4, { state: 'done', outcome: 'merged' });
    expect(trayLook(known(asks(1, 11, 12), task(2), review))).toEqual({
      glyph: 'waiting',
      count: 2,
      words: '2 requests wait for you, 1 to review, 1 running',
    });
    expect(trayLook(known(review, task(2)))).toMatchObject({ glyph: 'review', count: 0 });
    expect(trayLook(known(task(2), done)).glyph).toBe('running');
    expect(trayLook(known(done))).toEqual({ glyph: 'idle', count: 0, words: 'Nothing waits for you' });
  });

  test('lists what waits as the inbox does, each leading there, then what is to be reviewed', () => {
    const entries = trayEntries(known(asks(2, 21), asks(1, 11), task(3, { state: 'review', title: 'Docs' })), 60_000);
    expect(entries).toEqual([
      { label: '● Task 1: claude wants to run npm test', command: 'show-task:1' },
      { label: '● Task 2: claude wants to run npm test', command: 'show-task:2' },
      { label: '◇ Docs: ready for review', command: 'show-task:3' },
    ]);
    expect(trayEntries(known(), 0)).toEqual([{ label: 'Nothing waits for you', command: null }]);
  });

  test('stays a menu when hundreds wait', () => {
    const many = Array.from({ length: 300 }, (_, at) => asks(at + 1, (at + 1) * 10 + 1));
    const entries = trayEntries(known(...many), 60_000);
    expect(entries).toHaveLength(11);
    expect(entries.at(-1)).toEqual({ label: '290 more in the inbox', command: 'inbox' });
  });
});

describe('a glyph', () => {
  /** The alpha of each pixel of a picture, row by row. */
  function alphas(png: Buffer, size: number): number[][] {
    const data = png.subarray(png.indexOf('IDAT') + 4, png.indexOf('IEND') - 8);
    const rows = inflateSync(data);
    return Array.from({ length: size }, (_, y) =>
      Array.from({ length: size }, (__, x) => rows[y * (size * 4 + 1) + 1 + x * 4 + 3] ?? -1),
    );
  }
  const draw = (glyph: Parameters<typeof drawGlyph>[0]['glyph'], count: number, size = 22) =>
    alphas(drawGlyph({ glyph, count, size, ink: [1, 2, 3] }), size);

  test('has the shape it has in the window', () => {
    const middle = 11;
    expect(draw('idle', 0)[middle]?.[middle]).toBe(0);
    expect(draw('waiting', 0)[middle]?.[middle]).toBe(255);
    const running = draw('running', 0)[middle] ?? [];
    expect([running[8], running[14]]).toEqual([0, 255]);
    expect(draw('review', 0)[middle]?.[middle]).toBe(0);
    for (const glyph of ['idle', 'running', 'waiting', 'review'] as const) expect(draw(glyph, 0)[0]?.[0]).toBe(0);
  });

  test('has its count cut out of it, a different one for each up to nine', () => {
    const pictures = Array.from({ length: 12 }, (_, count) => JSON.stringify(draw('waiting', count)));
    expect(new Set(pictures.slice(0, 11)).size).toBe(11);
    expect(pictures[11]).toBe(pictures[10]);
    for (const size of [16, 22, 32, 44]) {
      const middle = draw('waiting', 8, size)[size / 2] ?? [];
      expect([Math.min(...middle.slice(size / 4, -size / 4)), Math.max(...middle)]).toEqual([0, 255]);
    }
  });
});
