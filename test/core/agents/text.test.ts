import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readLines } from '../../../core/agents/lines';
import { capped, plainText } from '../../../core/agents/plain';
import { watchSilence } from '../../../core/agents/silence';
import { streamText } from '../../../core/agents/stream';
import type { TranscriptBody } from '../../../core/contract/transcript';

describe('lines', () => {
  async function read(pieces: readonly (string | Buffer)[], maximumBytes?: number) {
    const dropped: number[] = [];
    const lines: string[] = [];
    const stream = Readable.from(pieces.map((piece) => Buffer.from(piece)));
    const limits = {
      onDropped: (bytes: number) => dropped.push(bytes),
      ...(maximumBytes === undefined ? {} : { maximumBytes }),
    };
    for await (const line of readLines(stream, limits)) lines.push(line);
    return { lines, dropped };
  }

  test('are whole however they arrive, letters of several bytes too', async () => {
    const bytes = Buffer.from('first\nzwölf €\n\nlast');
    const pieces = [...bytes].map((byte) => Buffer.from([byte]));
    expect((await read(pieces)).lines).toEqual(['first', 'zwölf €', '', 'last']);
  });

  test('that are too long are dropped, alone', async () => {
    expect(await read(['ok\n', 'x'.repeat(50), 'x'.repeat(60), '\nok', ' too\n'], 100)).toEqual({
      lines: ['ok', 'ok too'],
      dropped: [110],
    });
    expect(await read(['x'.repeat(101)], 100)).toEqual({ lines: [], dropped: [101] });
  });
});

describe('plain text', () => {
  test('has no control sequence of any family, and keeps its tabs and lines', () => {
    const hostile = [
      '\u001b]52;c;eA==\u0007',
      '\u001b]0;title\u001b\\',
      '\u001b]8;;http://x\u0007',
      '\u001bP$qm\u001b\\',
      '\u001b[6n',
      '\u001b[?25l',
      '\u001b[38;5;1m',
      '\u009b31m',
      '\u009d0;t\u009c',
      '\u001bc',
      '\u001b(B',
      '\u0007\u0008\u0000\u007f',
    ];
    for (const each of hostile) expect(plainText(`a${each}b`)).toBe('ab');
    expect(plainText('a\tb\r\nc\u001b[31')).toBe('a\tb\nc');
    expect(plainText('a\u009dnot seen\u001b[1m, b')).toBe('a, b');
    // To look for an end from each of them anew would take minutes, in which the runtime does nothing else.
    expect(plainText(`${'\u009d'.repeat(200_000)}\u001b[1mseen`)).toBe('seen');
  });

  test('that is cut says how much is missing', () => {
    expect(capped('abcdef', 4)).toBe('abcd\n… 2 more characters left out');
    expect(capped('abcd', 4)).toBe('abcd');
  });
});

describe('time', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('silence is noticed once, and not while a question is open', () => {
    const onSilent = vi.fn();
    const silence = watchSilence(1000, onSilent);
    vi.advanceTimersByTime(900);
    silence.heard();
    const [one, two] = [silence.wait(), silence.wait()];
    vi.advanceTimersByTime(10_000);
    one();
    one();
    silence.heard();
    vi.advanceTimersByTime(10_000);
    expect(onSilent).not.toHaveBeenCalled();
    two();
    vi.advanceTimersByTime(999);
    expect(onSilent).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    silence.heard();
    vi.advanceTimersByTime(10_000);
    expect(onSilent).toHaveBeenCalledTimes(1);
  });

  test('nothing is noticed after it was stopped', () => {
    const onSilent = vi.fn();
    const silence = watchSilence(1000, onSilent);
    const over = silence.wait();
    silence.stop();
    over();
    vi.advanceTimersByTime(10_000);
    expect(onSilent).not.toHaveBeenCalled();
  });

  test('streamed pieces become few lines, in order, and an endless stream stops being kept', () => {
    const told: TranscriptBody[] = [];
    const text = streamText((body) => told.push(body));
    for (const piece of ['a', 'b', '']) text.add('text', 'm1', piece);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(50);
    text.add('text', 'm1', 'c');
    text.add('thought', 'm1', 'd');
    text.add('text', 'm2', 'e');
    text.flush();
    expect(told.map((body) => ('text' in body ? body.text : ''))).toEqual(['ab', 'c', 'd', 'e']);
    for (let index = 0; index < 200; index++) text.add('text', 'm3', 'x'.repeat(100_000));
    expect(told.filter((body) => body.type === 'notice')).toHaveLength(1);
    expect(told.at(-1)?.type).toBe('notice');
  });
});
