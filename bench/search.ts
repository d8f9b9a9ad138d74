import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeDatabase, openDatabase } from '../core/store/database';
import { insertRepository } from '../core/store/repositories';
import { createSearchIndex } from '../core/store/search-index';
import { insertSession } from '../core/store/sessions';
import { insertTask } from '../core/store/tasks';
import { openTranscript } from '../core/store/transcript';
import { median, percentile, report } from './support/report';

/*
 * Finding words in 100,000 events of 100 conversations: through the index beside a plain scan of the files, in one run.
 * And what the index costs: making it, and how long it keeps the event loop while it does.
 */

const quick = process.argv.includes('--quick');
const sessions = quick ? 10 : 100;
const perSession = 1000;
const folder = mkdtempSync(join(tmpdir(), 'switchyard-search-'));
const transcripts = join(folder, 'transcripts');
const db = openDatabase({ file: join(folder, 'switchyard.db') });

const common = 'the file test error retry upload value return const function path branch commit worktree'.split(' ');
let seed = 11;
const random = (below: number) => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return seed % below;
};
/** Words as they are in code and talk: a few that are everywhere, many that are rare. */
const word = () => (random(3) === 0 ? (common[random(common.length)] ?? '') : `w${Math.floor(random(30_000) ** 1.1)}`);
const text = (words: number) => Array.from({ length: words }, word).join(' ');

function fill(): void {
  const repositoryId = insertRepository(db, {
    ...{ path: '/work/sample', commonDir: '/work/sample/.git', name: 'sample', trusted: true, trustHash: '' },
    ...{ defaultBranch: 'main', at: 1 },
  }).id;
  for (let number = 0; number < sessions; number += 1) {
    const task = insertTask(db, {
      ...{ repositoryId, title: text(6), prompt: text(60), agent: 'echo', base: 'main' },
      ...{ permissionLevel: 'supervised', priority: 'default', maxAttempts: 3, at: number },
    });
    const transcript = openTranscript({
      folder: transcripts,
      session: insertSession(db, { task, agent: 'echo', at: 1 }),
    });
    for (let at = 0; at < perSession; at += 1) {
      const call = `c${at}`;
      const tool = { type: 'tool', call, title: `src/${word()}.ts`, kind: 'execute' } as const;
      if (at % 3 === 0) transcript.append({ type: 'text', message: `m${at}`, text: text(40) }, at);
      else if (at % 3 === 1) transcript.append({ ...tool, status: 'pending', input: text(20) }, at);
      else transcript.append({ ...tool, call: `c${at - 1}`, status: 'completed', output: text(120) }, at);
    }
    transcript.close();
  }
}

const indexed = () =>
  createSearchIndex({
    ...{ file: join(folder, 'search.db'), nativeBinding: null, db, transcripts, gatherMs: 20 },
    log: (_level, message, facts) => console.error(message, facts),
  });

/** What looking for a word costs without an index: every file read, every line parsed and looked through. */
async function scan(words: readonly string[]): Promise<number> {
  let found = 0;
  for (const name of await readdir(transcripts)) {
    for (const line of (await readFile(join(transcripts, name), 'utf8')).split('\n')) {
      if (line === '') continue;
      const event = JSON.parse(line) as Readonly<Record<string, unknown>>;
      const all = `${event.text ?? ''} ${event.title ?? ''} ${event.input ?? ''} ${event.output ?? ''}`.toLowerCase();
      if (words.every((each) => all.includes(each))) found += 1;
    }
  }
  return found;
}

/** The longest times the event loop was kept, while `work` went on. */
async function lag<T>(work: () => Promise<T>): Promise<readonly number[]> {
  const late: number[] = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    late.push(Math.max(0, now - last - 5));
    last = now;
  }, 5);
  await work();
  clearInterval(timer);
  return late;
}

const lateness = (name: string, value: number, idly: number) => ({ name, value, unit: 'ms', ratio: value / idly });

fill();
// What a busy machine alone does to a loop that has nothing to do.
const idle = await lag(() => new Promise((resolve) => setTimeout(resolve, quick ? 1000 : 3000)));
const index = indexed();
try {
  let start = performance.now();
  const late = await lag(() => {
    index.start();
    return index.settled();
  });
  const made = performance.now() - start;
  start = performance.now();
  await scan(['w17']);
  const scanned = performance.now() - start;

  const time = (words: string) =>
    median(
      Array.from({ length: 21 }, () => {
        const from = performance.now();
        index.find({ words, tasks: null, limit: 50, perTask: 5 });
        return performance.now() - from;
      }),
    );
  const figures = (
    [
      ['search-rare-word', 'w171'],
      ['search-two-words', 'w17 retry'],
      ['search-beginning', 'w17'],
      ['search-common-word', 'retry '],
      ['search-common-phrase', '"the file"'],
      ['search-nothing', 'nosuchword'],
    ] as const
  ).map(([name, words]) => ({ name, value: time(words), unit: 'ms', ratio: time(words) / scanned }));
  report([
    { name: 'search-events', value: sessions * perSession, unit: 'events', ratio: 1 },
    { name: 'search-plain-scan', value: scanned, unit: 'ms', ratio: 1 },
    ...figures,
    { name: 'search-index-made', value: made, unit: 'ms', ratio: made / scanned },
    { name: 'search-idle-loop-late-p99', value: percentile(idle, 0.99), unit: 'ms', ratio: 1 },
    lateness('search-index-loop-late-p99', percentile(late, 0.99), percentile(idle, 0.99)),
    lateness('search-index-loop-late-max', Math.max(...late), Math.max(...idle)),
  ]);
} finally {
  await index.close();
  closeDatabase(db);
  rmSync(folder, { recursive: true, force: true });
}
