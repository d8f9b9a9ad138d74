import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type TranscriptBody, type TranscriptEvent, transcriptEventSchema } from '../../../core/contract/transcript';
import { openTranscript } from '../../../core/store/transcript';
import { transcriptFile } from '../../../core/store/transcript-file';
import { followTranscript } from '../../../core/store/transcript-follow';
import { readTranscript } from '../../../core/store/transcript-read';
import { temporaryFolder } from './store';

const text = (content: string): TranscriptBody => ({ type: 'text', message: 'm', text: content });
const session = 7;
async function read(options: Parameters<typeof readTranscript>[0]): Promise<TranscriptEvent[]> {
  const events: TranscriptEvent[] = [];
  for await (const batch of readTranscript(options)) events.push(...batch);
  return events;
}
const numbers = (events: readonly TranscriptEvent[]) => events.map((event) => event.seq);

describe('a transcript', () => {
  test('keeps every event, numbered on across openings, for its owner only', async () => {
    const folder = `${temporaryFolder()}/transcripts`;
    const first = openTranscript({ folder, session });
    expect(first.append(text('line\nbreak \u2028 😀 \u0000'), 5)).toEqual({
      seq: 1,
      at: 5,
      ...text('line\nbreak \u2028 😀 \u0000'),
    });
    first.append(text('two'), 6);
    first.close();
    first.close();
    const second = openTranscript({ folder, session });
    expect(second.append(text('three'), 7)?.seq).toBe(3);
    second.close();
    const events = await read({ folder, session, after: 0 });
    expect(numbers(events)).toEqual([1, 2, 3]);
    expect(transcriptEventSchema.array().parse(events)).toEqual(events);
    expect(numbers(await read({ folder, session, after: 2 }))).toEqual([3]);
    expect(await read({ folder, session: 8, after: 0 })).toEqual([]);
    expect(statSync(transcriptFile(folder, session)).mode & 0o077).toBe(0);
  });

  test('torn at any byte by a crash loses the torn line and nothing else', async () => {
    const folder = temporaryFolder();
    const whole = openTranscript({ folder, session });
    for (const content of ['one', 'two ü', 'three']) whole.append(text(content), 1);
    whole.close();
    const file = transcriptFile(folder, session);
    const bytes = readFileSync(file);
    const ends = [...bytes.entries()].filter(([, byte]) => byte === 0x0a).map(([index]) => index + 1);
    for (let length = 0; length <= bytes.length; length++) {
      writeFileSync(file, bytes.subarray(0, length));
      const kept = ends.filter((end) => end <= length).length;
      expect(await read({ folder, session, after: 0 })).toHaveLength(kept);
      const again = openTranscript({ folder, session });
      expect(again.append(text('next'), 2)?.seq).toBe(kept + 1);
      again.close();
      expect(
        readFileSync(file)
          .subarray(0, ends[kept - 1] ?? 0)
          .equals(bytes.subarray(0, ends[kept - 1] ?? 0)),
      ).toBe(true);
      expect(numbers(await read({ folder, session, after: 0 }))).toEqual(
        Array.from({ length: kept + 1 }, (_, index) => index + 1),
      );
    }
  });

  test('goes on after lines that a power cut left empty, however long the last ones are', async () => {
    const folder = temporaryFolder();
    const first = openTranscript({ folder, session });
    first.append(text('one'), 1);
    first.append(text('x'.repeat(200_000)), 1);
    first.close();
    appendFileSync(
      transcriptFile(folder, session),
      Buffer.concat([Buffer.alloc(100_000), Buffer.from('\n\n{"seq":"no"}\n{"torn')]),
    );
    const second = openTranscript({ folder, session });
    expect(second.append(text('three'), 2)?.seq).toBe(3);
    second.close();
    expect(numbers(await read({ folder, session, after: 0 }))).toEqual([1, 2, 3]);
    writeFileSync(transcriptFile(folder, session), 'nothing of ours\n');
    const third = openTranscript({ folder, session });
    expect(third.append(text('one'), 3)?.seq).toBe(1);
    third.close();
  });

  test('cuts an event that is too long and says so in it', async () => {
    const folder = temporaryFolder();
    const transcript = openTranscript({ folder, session, maxEventBytes: 1000 });
    const paths = Array.from({ length: 5000 }, (_, index) => `file-${index}`);
    transcript.append(text('😀'.repeat(5000)), 1);
    transcript.append(
      { type: 'tool', call: 'c', title: 't', kind: 'read', status: 'completed', output: '\u0007'.repeat(5000), paths },
      1,
    );
    transcript.append(text('short'), 1);
    transcript.close();
    const lines = readFileSync(transcriptFile(folder, session), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => line.length <= 1200)).toEqual([true, true, true]);
    const [first, second, third] = await read({ folder, session, after: 0 });
    expect(first).toMatchObject({
      type: 'text',
      text: expect.stringMatching(/^(😀)+\n\[\d+ more characters were cut off here\.\]$/u),
    });
    expect(second).toMatchObject({ type: 'tool', status: 'completed', title: 't' });
    expect(third).toMatchObject(text('short'));
  });

  test('that is full says so once, drops the rest and says how much that was', async () => {
    const folder = temporaryFolder();
    const transcript = openTranscript({ folder, session, maxFileBytes: 2000 });
    const kept = Array.from({ length: 100 }, () => transcript.append(text('x'.repeat(100)), 3)).filter(
      (event) => event !== null,
    );
    expect(transcript.append(text('x'), 3)).toBe(null);
    transcript.close();
    const events = await read({ folder, session, after: 0 });
    expect(events).toHaveLength(kept.length + 2);
    expect(events.at(-2)).toMatchObject({ type: 'notice', level: 'warning', text: expect.stringContaining('full') });
    expect(events.at(-1)).toMatchObject({ type: 'notice', text: `${101 - kept.length} events were not kept.` });
    expect(numbers(events)).toEqual(events.map((_, index) => index + 1));
  });

  test('that cannot be opened says where and why', () => {
    const folder = temporaryFolder();
    writeFileSync(`${folder}/file`, '');
    expect(() => openTranscript({ folder: `${folder}/file/transcripts`, session })).toThrow(
      expect.objectContaining({ code: 'NOT_WRITABLE' }),
    );
  });
});

describe('a follower', () => {
  test('gets everything before and after it came, once and in order, while it is written', async () => {
    const folder = temporaryFolder();
    const transcript = openTranscript({ folder, session });
    const total = 3000;
    let written = 0;
    const write = (count: number) => {
      for (let index = 0; index < count && written < total; index++) {
        written += 1;
        transcript.append(text(`${written}`), 1);
      }
    };
    write(500);
    const end = new AbortController();
    const followers = [0, 250, 2999].map(async (after) => {
      const seen: number[] = [];
      for await (const batch of followTranscript({ folder, session, after, signal: end.signal })) {
        seen.push(...numbers(batch));
        write(37);
        if (seen.at(-1) === total) break;
      }
      return seen;
    });
    while (written < total) {
      write(101);
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const [index, after] of [0, 250, 2999].entries()) {
      expect(await followers[index]).toEqual(Array.from({ length: total - after }, (_, number) => after + number + 1));
    }
    transcript.close();
  });

  test('waits for a transcript that does not exist yet and leaves when its signal says so', async () => {
    const folder = temporaryFolder();
    const end = new AbortController();
    const follower = followTranscript({ folder, session, after: 0, signal: end.signal });
    const first = follower.next();
    const transcript = openTranscript({ folder, session });
    transcript.append(text('x'.repeat(900_000)), 1);
    expect(numbers((await first).value ?? [])).toEqual([1]);
    const next = follower.next();
    end.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    transcript.append(text('later'), 2);
    transcript.close();
    const late = followTranscript({ folder, session, after: 0, signal: end.signal });
    expect(await late.next()).toEqual({ done: true, value: undefined });
  });
});
