import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { behindWords } from '../../../core/contract/search';
import { termsOf } from '../../../core/contract/search-terms';
import type { TranscriptBody } from '../../../core/contract/transcript';
import type { Database } from '../../../core/store/database';
import { createSearchIndex, type SearchIndex } from '../../../core/store/search-index';
import { lookIntoSearch } from '../../../core/store/search-look';
import { insertSession } from '../../../core/store/sessions';
import { editTask } from '../../../core/store/tasks';
import { openTranscript } from '../../../core/store/transcript';
import { transcriptFile } from '../../../core/store/transcript-file';
import { until } from '../../support/until';
import { addTask, temporaryStore } from './store';

interface Place {
  readonly db: Database;
  readonly folder: string;
  readonly file: string;
  readonly transcripts: string;
}

function place(): Place {
  const { db, folder } = temporaryStore();
  return { db, folder, file: join(folder, 'search.db'), transcripts: join(folder, 'transcripts') };
}

/** An index that has caught up; closed with the test. */
async function indexOf(at: Place, file = at.file, retryMs = 30_000): Promise<SearchIndex> {
  const { db, transcripts } = at;
  const index = createSearchIndex({ file, nativeBinding: null, db, transcripts, log: () => {}, gatherMs: 5, retryMs });
  onTestFinished(() => index.close());
  index.start();
  await index.settled();
  return index;
}

function write(at: Place, session: number, ...bodies: readonly TranscriptBody[]): void {
  const transcript = openTranscript({ folder: at.transcripts, session });
  for (const body of bodies) transcript.append(body, 1000);
  transcript.close();
}

function sessionOf(at: Place, title = 'Say hello', prompt = 'Write hello into a file.'): number {
  return insertSession(at.db, { task: addTask(at.db, { title, prompt }), agent: 'echo', at: 1 });
}

const say = (text: string, message = 'm'): TranscriptBody => ({ type: 'text', message, text });
const find = (index: SearchIndex, words: string, tasks: readonly number[] | null = null) =>
  index.find({ words, tasks, limit: 50, perTask: 50 });
const seqs = (index: SearchIndex, words: string) => find(index, words).found.map(({ seq }) => seq);

/** Everything in an index that says what is where. */
function entries(file: string): unknown[] {
  const db = new BetterSqlite3(file, { readonly: true });
  const rows = db.prepare('SELECT task, session, seq, kind, title, text FROM entry ORDER BY session, seq, id').all();
  db.prepare("INSERT INTO entry_text (entry_text) VALUES ('integrity-check')");
  db.close();
  return rows;
}

describe('a search', () => {
  test('finds a word that was streamed in pieces, at its message, and says which part was meant', async () => {
    const at = place();
    const session = sessionOf(at);
    write(at, session, { type: 'prompt', text: 'Go', by: 'person' }, say('The re'), say('try wai'), say('ts'));
    write(at, session, say('Another', 'n'));
    const index = await indexOf(at);
    expect(find(index, 'retry').found).toMatchObject([
      {
        session,
        seq: 2,
        kind: 'text',
        snippet: [
          { text: 'The ', hit: false },
          { text: 'retry', hit: true },
          { text: ' waits', hit: false },
        ],
      },
    ]);
  });

  test('says how much of what was written last it has not read, and to whoever only looks that nobody does', async () => {
    const at = place();
    const session = sessionOf(at);
    write(at, session, { type: 'prompt', text: 'Go', by: 'person' });
    const index = await indexOf(at);
    const ready = { state: 'ready', done: 0, of: 0, reason: null };
    expect(index.state()).toEqual(ready);
    const file = transcriptFile(at.transcripts, session);
    const before = statSync(file).size;
    const look = lookIntoSearch({ ...at, nativeBinding: null, log: () => {} });
    onTestFinished(() => look.close());
    expect(look.state()).toEqual(ready);
    write(at, session, say('A kingfisher'));
    const of = statSync(file).size - before;
    expect(index.state()).toEqual({ state: 'behind', done: 0, of, reason: null });
    expect(look.state()).toEqual({ state: 'behind', done: 0, of, reason: expect.stringContaining('no runtime') });
    expect(behindWords(index.state())).toBe(
      `The newest ${of} B of the conversations are still being read; more may be found in a moment.`,
    );
    await index.settled();
    expect([index.state(), look.state()]).toEqual([ready, ready]);
  });

  test.each([
    ['a torn line', '{"seq":2,"at":1,"type":"te'],
    ['a line that is no event', '\0\0\0\0\n'],
  ])('is not behind for ever because a transcript ends in %s', async (_how, end) => {
    const at = place();
    const session = sessionOf(at);
    write(at, session, { type: 'prompt', text: 'Go', by: 'person' });
    const file = transcriptFile(at.transcripts, session);
    const before = statSync(file).size;
    appendFileSync(file, end);
    const index = await indexOf(at);
    const look = lookIntoSearch({ ...at, nativeBinding: null, log: () => {} });
    onTestFinished(() => look.close());
    expect([index.state().state, look.state().state]).toEqual(['ready', 'ready']);
    // What is whole still counts, and what is torn after it does not.
    write(at, session, say('A kingfisher'));
    const whole = statSync(file).size - before;
    appendFileSync(file, end);
    expect([index.state(), look.state()]).toMatchObject([
      { state: 'behind', of: whole },
      { state: 'behind', of: whole },
    ]);
  });

  test('finds what every other transcript holds while one cannot be read, says so, and reads that once it can', async () => {
    const at = place();
    const [spoiled, whole] = [sessionOf(at), sessionOf(at)];
    write(at, whole, say('A kingfisher'));
    write(at, spoiled, say('A flamingo'));
    const file = transcriptFile(at.transcripts, spoiled);
    renameSync(file, `${file}.away`);
    // Neither a runtime nor who only looks may follow a link that leads to itself, whoever they are.
    symlinkSync(`${spoiled}.jsonl`, file);
    const index = await indexOf(at, at.file, 5);
    const look = lookIntoSearch({ ...at, nativeBinding: null, log: () => {} });
    onTestFinished(() => look.close());
    expect([index, look].map((each) => [seqs(each, 'kingfisher'), each.state().state])).toEqual([
      [[1], 'behind'],
      [[1], 'ready'],
    ]);
    expect(behindWords(index.state())).toMatch(/^Not all .* were searched: one of them cannot be read;/);
    // It does not grow, and nobody starts anew.
    renameSync(`${file}.away`, file);
    await until(() => index.state().state === 'ready');
    expect(seqs(index, 'flamingo')).toEqual([1]);
  });

  test('follows what a task is called and asks for, also what was changed while nobody read, and only the newest of it', async () => {
    const at = place();
    const task = addTask(at.db, { title: 'Upload retries', prompt: 'Mind the flamingo.' });
    const other = addTask(at.db, { title: 'Another one', prompt: 'With a heron.' });
    const index = await indexOf(at);
    const found = (words: string, of = index) => find(of, words).found.map((each) => each.task);
    const edit = (id: number, words: { title?: string; prompt?: string }) =>
      editTask(at.db, { task: id, edit: words, at: 30 });
    edit(task, { prompt: 'Mind the heron.' });
    edit(task, { title: 'Upload twice' });
    index.wake();
    await index.settled();
    expect([found('flamingo'), found('retries'), found('heron').sort(), found('upload twice')]).toEqual([
      ...[[], [], [task, other], [task]],
    ]);
    await index.close();
    edit(other, { prompt: 'With a stork.' });
    edit(other, { prompt: 'With a stork.', title: 'Another one' });
    const later = await indexOf(at);
    expect([found('stork', later), found('heron', later)]).toEqual([[other], [task]]);
    expect(entries(at.file)).toHaveLength(2);
    expect(at.db.prepare('SELECT count(*) FROM task_rewording').pluck().get()).toBe(3);
  });

  test('tells what a task was given once, though it begins its conversation, and what was said twice twice', async () => {
    const at = place();
    const prompt = 'Mind the flamingo.';
    const session = sessionOf(at, 'Say hello', prompt);
    const again: TranscriptBody = { type: 'prompt', text: 'Now the heron.', by: 'person' };
    write(at, session, { type: 'prompt', text: prompt, by: 'person' }, again, say('Done.'), again);
    const index = await indexOf(at);
    expect(find(index, 'flamingo')).toMatchObject({ found: [{ task: 1 }], more: false });
    expect(seqs(index, 'heron').sort()).toEqual([2, 4]);
  });

  test('takes every word, quoted ones next to each other, and the last as a beginning while it is typed', async () => {
    const at = place();
    const session = sessionOf(at);
    write(at, session, say('connection was reset by peer', 'a'), say('reset the connection', 'b'));
    const index = await indexOf(at);
    expect(seqs(index, 'reset connection').sort()).toEqual([1, 2]);
    expect(seqs(index, '"reset the" conn')).toEqual([2]);
    expect(seqs(index, 'conn ')).toEqual([]);
    expect(seqs(index, 'CÖNNECTION peer')).toEqual([1]);
    expect(seqs(index, 'connection missing')).toEqual([]);
  });

  test.each([
    '"',
    '""',
    "it's (broken",
    'a AND OR NOT',
    'title:x',
    'NEAR(a b)',
    '*',
    '-- "x',
    '^a {b} c*',
    '\0\u0002',
    '€ 漢字 😀',
    'x'.repeat(5000),
    '" "" "" a',
  ])('is never an error: %j', async (words) => {
    const at = place();
    write(at, sessionOf(at), say('a b c x'));
    const index = await indexOf(at);
    expect(() => find(index, words)).not.toThrow();
  });

  test('finds what stands on both sides of signs, in paths, diffs, outputs, plans, questions and tasks', async () => {
    const at = place();
    const session = sessionOf(at, 'Upload retries', 'Mind the flamingo.');
    write(
      at,
      session,
      { type: 'tool', call: '1', title: 'src/uploader.ts', kind: 'edit', status: 'pending', diff: '+  withRetry(put)' },
      { type: 'tool', call: '1', title: 'src/uploader.ts', kind: 'edit', status: 'completed', output: 'albatross' },
      { type: 'plan', entries: [{ text: 'Count the pelicans', status: 'pending' }] },
      { type: 'plan', entries: [{ text: 'Count the pelicans', status: 'completed' }] },
      { type: 'request', request: 9, kind: 'permission', title: 'Run heron --all' },
      { type: 'answer', request: 9, text: 'Denied: no cormorants', by: 'person', decision: 'deny' },
      { type: 'commit', oid: 'f3a91c0', subject: 'Feed the ibis', files: 1 },
      { type: 'tool', call: '2', title: 'x', kind: 'execute', status: 'pending', input: '{"a":"one\\ntoucan"}' },
    );
    const index = await indexOf(at);
    expect(seqs(index, 'uploader.ts')).toEqual([1]);
    expect(seqs(index, 'withretry')).toEqual([1]);
    expect(seqs(index, 'albatross')).toEqual([2]);
    expect(seqs(index, 'pelicans')).toEqual([3]);
    expect(seqs(index, 'heron')).toEqual([5]);
    expect(seqs(index, 'cormorants')).toEqual([6]);
    expect(seqs(index, 'f3a91c0')).toEqual([7]);
    expect(seqs(index, 'toucan')).toEqual([8]);
    expect(find(index, 'flamingo').found).toMatchObject([{ session: null, seq: null, kind: 'task' }]);
  });

  test('puts a task that is called so before one that mentions it, and of equal places the newest first', async () => {
    const at = place();
    const session = sessionOf(at, 'Something else', 'Nothing.');
    write(at, session, say('herons are mentioned here', 'a'));
    addTask(at.db, { title: 'Herons', prompt: 'Count them.' });
    const twice = sessionOf(at, 'Third', 'Nothing.');
    write(at, twice, say('the very same words', 'a'), say('the very same words', 'b'));
    const index = await indexOf(at);
    expect(find(index, 'herons').found.map(({ kind }) => kind)).toEqual(['task', 'text']);
    expect(seqs(index, 'very same')).toEqual([2, 1]);
  });

  test('shows of each place its own words, however many were found in whichever tasks and sessions', async () => {
    const at = place();
    const first = sessionOf(at, 'Paint with crimson', 'Mind the edges.');
    const second = sessionOf(at, 'Second one crimson thing', 'Later.');
    const third = insertSession(at.db, { task: 2, agent: 'echo', at: 2 });
    write(at, first, say('crimson sky is nice today', 'a'), say('no crimson at all', 'b'));
    write(at, second, say('the other crimson sentence'));
    write(at, third, say('crimson again, in a later session'));
    const index = await indexOf(at);
    const words = (found: ReturnType<typeof find>['found']) =>
      found.map(({ task, session, seq, snippet }) => [task, session, seq, snippet.map(({ text }) => text).join('')]);
    const every = [
      [1, null, null, 'Paint with crimson'],
      [2, null, null, 'Second one crimson thing'],
      [1, first, 1, 'crimson sky is nice today'],
      [1, first, 2, 'no crimson at all'],
      [2, second, 1, 'the other crimson sentence'],
      [2, third, 1, 'crimson again, in a later session'],
    ];
    for (const typed of ['crimson', 'crimson ', 'crim', '"crimson"']) {
      const found = words(find(index, typed).found);
      expect(found, typed).toHaveLength(every.length);
      expect(found, typed).toEqual(expect.arrayContaining(every));
    }
    expect(words(find(index, 'crimson', [2]).found)).toEqual(
      expect.arrayContaining(every.filter(([task]) => task === 2)),
    );
  });

  test('gives only places of the tasks asked for, and only so many of one', async () => {
    const at = place();
    const [one, two] = [sessionOf(at), sessionOf(at)];
    for (const session of [one, two]) write(at, session, ...Array.from({ length: 9 }, (_, i) => say('osprey', `${i}`)));
    const index = await indexOf(at);
    expect(new Set(find(index, 'osprey', [2]).found.map(({ task }) => task))).toEqual(new Set([2]));
    const few = index.find({ words: 'osprey', tasks: null, limit: 50, perTask: 3 });
    expect(few.found).toHaveLength(6);
    expect(few.more).toBe(true);
  });

  test('looks into the beginning and the end of what a tool printed, and no further', async () => {
    const at = place();
    const output = `first ${'x '.repeat(20_000)}middle ${'y '.repeat(20_000)}last`;
    write(at, sessionOf(at), { type: 'tool', call: '1', title: 't', kind: 'execute', status: 'completed', output });
    const index = await indexOf(at);
    expect([seqs(index, 'first'), seqs(index, 'middle'), seqs(index, 'last')]).toEqual([[1], [], [1]]);
  });
});

describe('the index', () => {
  test('goes on as a transcript grows', async () => {
    const at = place();
    const session = sessionOf(at);
    const index = await indexOf(at);
    write(at, session, say('a kingfisher'));
    await index.settled();
    expect(seqs(index, 'kingfisher')).toEqual([1]);
    addTask(at.db, { title: 'Magpies', prompt: 'Later.' });
    index.wake();
    await index.settled();
    expect(find(index, 'magpies').found).toHaveLength(1);
  });

  test('holds everything once, wherever it was interrupted', async () => {
    const at = place();
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    const sessions = [sessionOf(at), sessionOf(at), sessionOf(at)];
    for (let round = 0; round < 25; round += 1) {
      const session = sessions[random(3)] ?? 0;
      const piece = (i: number): TranscriptBody =>
        random(3) === 0
          ? {
              type: 'tool',
              call: `${round}-${i}`,
              title: `t${i}`,
              kind: 'read',
              status: 'completed',
              output: 'out '.repeat(random(3000)),
            }
          : say(`word${random(50)} `.repeat(1 + random(400)), `m${round}-${random(2)}`);
      const { db, file, transcripts } = at;
      const index = createSearchIndex({ file, nativeBinding: null, db, transcripts, log: () => {}, gatherMs: 1 });
      index.start();
      write(at, session, ...Array.from({ length: 1 + random(12) }, (_, i) => piece(i)));
      for (let wait = random(12); wait > 0; wait -= 1) await new Promise((resolve) => setTimeout(resolve, 1));
      // A closed index stops between two transactions, as a crash does.
      await index.close();
    }
    await indexOf(at);
    const whole = join(at.folder, 'whole.db');
    await indexOf(at, whole);
    const words = (rows: unknown[]) =>
      (rows as { session: number; text: string }[])
        .map(({ session, text }) => `${session} ${text}`)
        .join('')
        .replace(/\d /g, ' ')
        .replace(/\s+/g, '');
    expect(words(entries(at.file))).toBe(words(entries(whole)));
  });

  test.each([
    ['is missing', (file: string) => rmSync(file)],
    ['is empty', (file: string) => writeFileSync(file, '')],
    ['is no database', (file: string) => writeFileSync(file, 'garbage '.repeat(2000))],
    ['has a hole', (file: string) => void damage(file)],
  ])('is made anew when its file %s', async (_how, spoil) => {
    const at = place();
    write(at, sessionOf(at), ...Array.from({ length: 300 }, (_, i) => say(`nightjar ${i} ${'z'.repeat(300)}`, `${i}`)));
    const first = await indexOf(at);
    await first.close();
    spoil(at.file);
    const again = await indexOf(at);
    find(again, 'nightjar');
    await again.settled();
    expect(find(again, 'nightjar 299').found).toHaveLength(1);
  });

  test('forgets what a power cut took from a transcript, and reads what came in its place', async () => {
    const at = place();
    const session = sessionOf(at);
    write(at, session, say('stays', 'a'), say('swift', 'b'), say('wren', 'c'));
    await (await indexOf(at)).close();
    const file = transcriptFile(at.transcripts, session);
    truncateSync(file, statSync(file).size - 60);
    write(at, session, say('linnet', 'd'), say('finch', 'e'), say('robin', 'f'));
    const index = await indexOf(at);
    expect([seqs(index, 'wren'), seqs(index, 'stays'), seqs(index, 'robin')]).toEqual([[], [1], [5]]);
    expect(find(index, 'stays').found).toHaveLength(1);
  });

  test('is as private as what it holds', async () => {
    const at = place();
    await indexOf(at);
    for (const name of readdirSync(at.folder).filter((each) => each.startsWith('search.db')))
      expect(statSync(join(at.folder, name)).mode & 0o077, name).toBe(0);
    expect(existsSync(at.file)).toBe(true);
  });
});

test('what is typed is taken apart into words, quoted words and a beginning', () => {
  expect(termsOf('one "two three" fo')).toEqual([
    { text: 'one', isBeginning: false },
    { text: 'two three', isBeginning: false },
    { text: 'fo', isBeginning: true },
  ]);
  expect(termsOf('foo( ')).toEqual([{ text: 'foo(', isBeginning: false }]);
  expect(termsOf('"open quo')).toEqual([{ text: 'open quo', isBeginning: true }]);
  expect(termsOf('a')).toEqual([{ text: 'a', isBeginning: false }]);
  expect(termsOf('-- * "')).toEqual([]);
});

function damage(file: string): void {
  const { size } = statSync(file);
  const handle = new BetterSqlite3(file);
  handle.pragma('wal_checkpoint(TRUNCATE)');
  handle.close();
  const fd = openSync(file, 'r+');
  const hole = Buffer.alloc(4096, 0xff);
  for (let at = 8192; at < size - 4096; at += 8192) writeSync(fd, hole, 0, hole.length, at);
  closeSync(fd);
}
