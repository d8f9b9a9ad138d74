import { encodePng } from './png';

/** A colour as red, green and blue, each 0 to 255. */
export type Ink = readonly [number, number, number];

/** The glyphs of the tray: what waits, what is to be reviewed, that something runs, that nothing does. */
export type TrayGlyph = 'waiting' | 'review' | 'running' | 'idle';

/** What stands in the tray at one size, in pixels. Without a count the glyph stands alone. */
export interface Drawing {
  readonly glyph: TrayGlyph;
  readonly count: number;
  readonly size: number;
  readonly ink: Ink;
}

/** Draws a glyph of the window, as its own shapes are, for a place that takes no vectors: a PNG file. */
export function drawGlyph({ glyph, count, size, ink }: Drawing): Buffer {
  const pixels = new Uint8Array(size * size * 4);
  const digits = glyph === 'waiting' && count > 0 ? digitsIn(count, size) : () => false;
  const shape = glyph === 'waiting' && count > 0 ? disc(7) : shapes[glyph];
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      let covered = 0;
      for (let step = 0; step < fine * fine; step += 1) {
        const px = x + ((step % fine) + 0.5) / fine;
        const py = y + (Math.floor(step / fine) + 0.5) / fine;
        if (shape((px / size) * 14 - 7, (py / size) * 14 - 7) && !digits(px, py)) covered += 1;
      }
      pixels.set([...ink, Math.round((covered / (fine * fine)) * 255)], (y * size + x) * 4);
    }
  }
  return encodePng(pixels, size);
}

/** Each pixel is looked at in so many rows and columns, which makes its edges smooth. */
const fine = 4;

/** Whether a point is in a shape; the middle is 0, 0 and the edge 7 away, as in the window's view box. */
type Shape = (x: number, y: number) => boolean;

const disc =
  (radius: number): Shape =>
  (x, y) =>
    Math.hypot(x, y) <= radius;

/** A little bolder than in the window: a tray is looked at from further away. */
const ring: Shape = (x, y) => Math.abs(Math.hypot(x, y) - 5) <= 0.95;

const shapes: Readonly<Record<TrayGlyph, Shape>> = {
  idle: ring,
  running: (x, y) => ring(x, y) || (x >= 0 && disc(5)(x, y)),
  waiting: disc(5.6),
  review: (x, y) => Math.abs(Math.abs(x) + Math.abs(y) - 5.2) <= 1.35,
};

/** Digits of three by five squares, a row after the other; `+` is for more than nine. */
const digitRows: Readonly<Record<string, readonly string[]>> = {
  1: ['.#.', '##.', '.#.', '.#.', '###'],
  2: ['##.', '..#', '.#.', '#..', '###'],
  3: ['##.', '..#', '.#.', '..#', '##.'],
  4: ['#.#', '#.#', '###', '..#', '..#'],
  5: ['###', '#..', '##.', '..#', '##.'],
  6: ['.##', '#..', '###', '#.#', '###'],
  7: ['###', '..#', '.#.', '.#.', '.#.'],
  8: ['###', '#.#', '###', '#.#', '###'],
  9: ['###', '#.#', '###', '..#', '##.'],
  '+': ['...', '.#.', '###', '.#.', '...'],
};

/** Where the digits of a count are, in pixels: whole squares, so that they stay sharp. */
function digitsIn(count: number, size: number): Shape {
  const text = count > 9 ? '9+' : `${count}`;
  const columns = text.length * 4 - 1;
  const square = Math.max(1, Math.floor((size * (text.length === 1 ? 0.66 : 0.78)) / Math.max(columns, 5)));
  const left = Math.round((size - columns * square) / 2);
  const top = Math.round((size - 5 * square) / 2);
  return (x, y) => {
    const column = Math.floor((x - left) / square);
    const row = Math.floor((y - top) / square);
    const digit = digitRows[text[Math.floor(column / 4)] ?? ''];
    return column >= 0 && digit?.[row]?.[column % 4] === '#';
  };
}
