import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { TranscriptBody } from '../core/contract/transcript';
import { claimTasks } from '../core/store/claims';
import { closeDatabase, openDatabase } from '../core/store/database';
import { insertRepository } from '../core/store/repositories';
import { insertSession } from '../core/store/sessions';
import { insertTask, moveTask } from '../core/store/tasks';
import { openTranscript } from '../core/store/transcript';
import { openBenchApp } from './support/desktop';
import { median, percentile, report } from './support/report';

/*
 * Opening and scrolling a conversation of 10,000 events in the real app: from the click to the last row painted, beside
 * one of 100 events, taken in turns; and the frames while it scrolls, beside the frames of a page that stands still.
 */

const rounds = process.argv.includes('--quick') ? 3 : 9;
const executablePath = process.env.ELECTRON_EXEC_PATH;
if (executablePath === undefined)
  throw new Error('Run this as `npm run bench -- transcript`: it finds the Electron to measure.');
const folder = mkdtempSync(join(tmpdir(), 'switchyard-transcript-'));
const data = join(folder, 'data');
const sizes = { few: 100, many: 10_000 } as const;
type Size = keyof typeof sizes;
const ending = 'These are the very last words.';

/** What an agent's day looks like: some words, a call with its output, a change. */
function bodyAt(at: number): TranscriptBody {
  const words = `Step ${at}: the uploader throws \`UploadError\` with a status, so I retry only on **network errors**.`;
  const call = `c${at - (at % 3)}`;
  const tool = { type: 'tool', call, title: `npm test -- upload ${at}`, kind: 'execute' } as const;
  if (at % 3 === 0) return { ...tool, status: 'pending', input: '{"command":"npm test"}' };
  if (at % 3 === 1) return { ...tool, status: 'completed', output: `${'ok 1 - a line of output\n'.repeat(12)}` };
  return { type: 'text', message: `m${at}`, text: `${words}\n\n1. Wait 200 ms\n2. Stop after five attempts\n` };
}

function fill(): void {
  mkdirSync(data, { recursive: true });
  const db = openDatabase({ file: join(data, 'switchyard.db') });
  const repositoryId = insertRepository(db, {
    ...{ path: folder, commonDir: join(folder, '.git'), name: 'sample', trusted: true, trustHash: '' },
    ...{ defaultBranch: 'main', at: 1 },
  }).id;
  for (const [title, events] of Object.entries(sizes)) {
    const task = insertTask(db, {
      ...{ repositoryId, title, prompt: title, agent: 'echo', base: 'main', maxAttempts: 3, at: 1 },
      ...{ permissionLevel: 'supervised', priority: 'default' },
    });
    claimTasks(db, { worker: 'w', limit: 1, now: 2, leaseMs: 1000 });
    const session = insertSession(db, { task, agent: 'echo', at: 2 });
    const transcript = openTranscript({ folder: join(data, 'transcripts'), session });
    for (let at = 0; at < events - 1; at += 1) transcript.append(bodyAt(at), at);
    transcript.append({ type: 'text', message: 'end', text: ending }, events);
    transcript.close();
    const patch = { outcome: 'answered' } as const;
    moveTask(db, { task, to: 'done', by: 'runner', reason: 'Done.', at: 3, patch });
  }
  closeDatabase(db);
}

/** Milliseconds from the click on a task to the frame after its last words are on screen, at the end. */
function open(page: Page, size: Size): Promise<number> {
  return page.evaluate(
    async ({ title, last }) => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const row = [...document.querySelectorAll<HTMLElement>('[role="option"]')].find((each) =>
        each.textContent?.includes(title),
      );
      if (row === undefined) throw new Error(`no task ${title}`);
      const begin = performance.now();
      row.click();
      for (;;) {
        await frame();
        const pane = document.querySelector('.conversation-scroll');
        if (pane === null || !(pane.textContent ?? '').includes(last)) continue;
        if (document.querySelector('.head-title')?.textContent !== title) continue;
        if (pane.scrollHeight - pane.scrollTop - pane.clientHeight < 2) break;
      }
      await frame();
      return performance.now() - begin;
    },
    { title: size, last: ending },
  );
}

/** The times between frames while the conversation scrolls by `step` pixels a frame; 0 stands still. */
function frames(page: Page, step: number): Promise<readonly number[]> {
  return page.evaluate(async (by) => {
    const pane = document.querySelector('.conversation-scroll');
    if (pane === null) throw new Error('no conversation');
    const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
    pane.scrollTop = pane.scrollHeight / 2;
    for (let settle = 0; settle < 10; settle += 1) await frame();
    const times: number[] = [];
    let last = await frame();
    for (let at = 0; at < 240; at += 1) {
      pane.scrollTop -= by;
      const now = await frame();
      times.push(now - last);
      last = now;
    }
    return times;
  }, step);
}

fill();
const { app, close } = await openBenchApp({ executablePath, folder, data });
try {
  const page = await app.firstWindow();
  await page.setDefaultTimeout(60_000);
  await page.getByRole('button', { name: /^Done/ }).click();
  await page.getByRole('option').first().waitFor();
  // The search index reads both conversations first; afterwards the app has nothing to do.
  await page.waitForTimeout(6000);
  await open(page, 'many');
  await open(page, 'few');
  const took: Record<Size, number[]> = { few: [], many: [] };
  for (let round = 0; round < rounds; round += 1) {
    took.many.push(await open(page, 'many'));
    took.few.push(await open(page, 'few'));
  }
  await open(page, 'many');
  const still = await frames(page, 0);
  const scrolled = await frames(page, 200);
  const rows = await page.evaluate(() => document.querySelectorAll('.conversation-row').length);
  const slow = (times: readonly number[]) => times.filter((time) => time > 25).length / times.length;
  const few = median(took.few);
  report([
    { name: 'transcript-open-100', value: few, unit: 'ms', ratio: 1 },
    { name: 'transcript-open-10000', value: median(took.many), unit: 'ms', ratio: median(took.many) / few },
    {
      name: 'transcript-open-10000-p90',
      value: percentile(took.many, 0.9),
      unit: 'ms',
      ratio: percentile(took.many, 0.9) / percentile(took.few, 0.9),
    },
    { name: 'transcript-frame-still', value: median(still), unit: 'ms', ratio: 1 },
    { name: 'transcript-frame-scrolled', value: median(scrolled), unit: 'ms', ratio: median(scrolled) / median(still) },
    {
      name: 'transcript-frame-scrolled-p95',
      value: percentile(scrolled, 0.95),
      unit: 'ms',
      ratio: percentile(scrolled, 0.95) / percentile(still, 0.95),
    },
    {
      name: 'transcript-frames-missed',
      value: 100 * slow(scrolled),
      unit: '%',
      ratio: slow(scrolled) / Math.max(slow(still), 1 / still.length),
    },
    { name: 'transcript-rows-on-screen', value: rows, unit: 'rows', ratio: 1 },
  ]);
} finally {
  await close();
}
