import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { type BenchDesktop, openBenchDesktop } from './support/desktop';
import { median, percentile, report } from './support/report';

/*
 * Opening and scrolling the diff of a change in the real app, of 1,000, 20,000 and 100,000 changed lines, beside a plain
 * list of as many rows in the same window that draws only what is on screen, in one colour. Of the largest change the app
 * fetches what it fetches of any, and the rest when it is asked for.
 */

const rounds = process.argv.includes('--quick') ? 1 : 5;
const sizes = [
  { name: '1k', files: 10 },
  { name: '20k', files: 200 },
  { name: '100k', files: 1000 },
] as const;
/** Of each file fifty lines are changed, which counts a hundred: in five places, so that there is something around them. */
const linesOfFile = 300;
const changedEvery = 6;
/** Given a wheel turned as fast as it goes, as bench.md has it. */
const steps = 90;
const stepPixels = 1_200;

/** What the app promises of 20,000 lines: absolute times are of the machine, so they are held against the plain list. */
const most = { nodes: 1_000, firstRatio: 600 / 36, scrollRatio: 33 / 17.5 } as const;

function textOf(file: number, isChanged: boolean): string {
  const lines = Array.from({ length: linesOfFile }, (_, at) => {
    const verb = isChanged && at % changedEvery === 0 ? 'fetchMember' : 'fetchAccount';
    return `  const value${at} = await ${verb}('${file}-${at}', { retries: ${at % 5}, signal }); // kept for ${at} s`;
  });
  return `export async function load${file}(signal: AbortSignal) {\n${lines.join('\n')}\n  return null;\n}\n`;
}

function pathOf(file: number): string {
  return `packages/part-${Math.floor(file / 25)}/src/module-${file}.ts`;
}

function writeFiles(folder: string, count: number, isChanged: boolean): void {
  for (let file = 0; file < count; file += 1) {
    const path = join(folder, pathOf(file));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, textOf(file, isChanged));
  }
}

function commit(folder: string, message: string): void {
  const by = ['-c', 'user.name=Bench', '-c', 'user.email=bench@switchyard.invalid'];
  execFileSync('git', ['add', '.'], { cwd: folder });
  execFileSync('git', [...by, 'commit', '-qm', message], { cwd: folder });
}

/** A task in review for each size, whose change is made in its worktree as an agent makes it. */
async function fill({ client, repository }: BenchDesktop, path: string): Promise<void> {
  writeFiles(path, sizes[2].files, false);
  commit(path, 'Have something to change');
  for (const { name, files } of sizes) {
    const about = { repositoryId: repository, title: `Change ${name}`, prompt: '[write: a.txt | a]', agent: 'echo' };
    const { id: task } = await client.tasks.create(about);
    for (;;) {
      const { state, worktree } = await client.tasks.get({ task });
      if (state === 'review' && worktree !== null) {
        writeFiles(worktree, files, true);
        commit(worktree, `Change ${name}`);
        break;
      }
      await pause(50);
    }
  }
}

interface Opened {
  /** From the click to the frame after the first lines are on screen, and to the one after they are coloured. */
  readonly first: number;
  readonly coloured: number;
  readonly longest: number;
  readonly nodes: number;
}

/** Opens a task's diff and says how long that took. Whatever was shown before is gone first. */
function openDiff(page: Page, title: string): Promise<Opened> {
  return page.evaluate(async (wanted) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const row = (text: string) =>
      [...document.querySelectorAll<HTMLElement>('[role="option"]')].find((each) => each.textContent?.includes(text));
    const shown = () => [...document.querySelectorAll('.diff-scroll diffs-container')].map((each) => each.shadowRoot);
    row('Bench')?.click();
    while (document.querySelector('.head-title')?.textContent !== 'Bench' || !shown().length) await frame();
    for (let settle = 0; settle < 30; settle += 1) await frame();
    let longest = 0;
    const watcher = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
    });
    watcher.observe({ entryTypes: ['longtask'] });
    const begin = performance.now();
    row(wanted)?.click();
    const until = async (isThere: () => boolean): Promise<number> => {
      do await frame();
      while (document.querySelector('.head-title')?.textContent !== wanted || !isThere());
      await frame();
      return performance.now() - begin;
    };
    const lines = '[data-content] [data-line]';
    const first = await until(() =>
      shown().some((root) => root?.querySelector(lines)?.textContent?.includes('export')),
    );
    const coloured = await until(() => shown().some((root) => root?.querySelector(`${lines} span[class]`)));
    for (let settle = 0; settle < 60; settle += 1) await frame();
    watcher.disconnect();
    const within = (root: ParentNode): number =>
      [...root.querySelectorAll('*')].reduce(
        (sum, each) => sum + 1 + (each.shadowRoot ? within(each.shadowRoot) : 0),
        0,
      );
    const changes = document.querySelector('.changes');
    return { first, coloured, longest, nodes: changes === null ? Number.NaN : within(changes) };
  }, title);
}

/** The times between frames while a pane is scrolled step by step; `hold` names it. */
function scroll(page: Page, hold: string): Promise<readonly number[]> {
  return page.evaluate(
    async ({ selector, count, by }) => {
      const pane = document.querySelector(selector);
      if (pane === null) throw new Error(`no ${selector}`);
      const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
      pane.scrollTop = 0;
      for (let settle = 0; settle < 10; settle += 1) await frame();
      const times: number[] = [];
      let last = await frame();
      for (let at = 0; at < count; at += 1) {
        pane.scrollTop = (pane.scrollTop + by) % Math.max(1, pane.scrollHeight - pane.clientHeight);
        const now = await frame();
        times.push(now - last);
        last = now;
      }
      return times;
    },
    { selector: hold, count: steps, by: stepPixels },
  );
}

/** Puts a plain list of rows over the window and says how long that took, and how many nodes it has. */
function openPlain(page: Page, rows: number): Promise<{ readonly first: number; readonly nodes: number }> {
  return page.evaluate(async (count) => {
    document.querySelector('#plain')?.remove();
    const height = 20;
    const begin = performance.now();
    const pane = document.createElement('div');
    pane.id = 'plain';
    pane.style.cssText = 'position:fixed;inset:0;overflow:auto;background:Canvas;font:12px/20px monospace;z-index:99';
    const sizer = document.createElement('div');
    sizer.style.cssText = `position:relative;height:${count * height}px`;
    pane.append(sizer);
    const draw = (): void => {
      const from = Math.max(0, Math.floor(pane.scrollTop / height) - 10);
      const to = Math.min(count, from + Math.ceil(pane.clientHeight / height) + 20);
      sizer.replaceChildren(
        ...Array.from({ length: to - from }, (_, at) => {
          const row = document.createElement('div');
          row.style.cssText = `position:absolute;top:${(from + at) * height}px;white-space:pre`;
          row.textContent = `${from + at}  const value = await fetchMember('${from + at}', { retries: 3, signal });`;
          return row;
        }),
      );
    };
    pane.addEventListener('scroll', draw);
    document.body.append(pane);
    draw();
    for (let at = 0; at < 2; at += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
    return { first: performance.now() - begin, nodes: pane.querySelectorAll('*').length };
  }, rows);
}

const desktop = await openBenchDesktop('diff-render');
try {
  const { page, client, repository } = desktop;
  page.setDefaultTimeout(60_000);
  const path = (await client.repositories.list()).find(({ id }) => id === repository)?.path ?? '';
  await fill(desktop, path);
  await page.getByRole('button', { name: /^Review/ }).click();
  await page.getByRole('option').filter({ hasText: 'Change 100k' }).waitFor();
  await page.getByRole('option').filter({ hasText: 'Bench' }).click();
  await page.getByRole('tab', { name: /^Changes/ }).click();
  await page.locator('.diff-scroll diffs-container').first().waitFor();
  // The colours of a language are read once, with the first file of it.
  await openDiff(page, 'Change 1k');

  const figures = [];
  const broken: string[] = [];
  for (const { name, files } of sizes) {
    const opened: Opened[] = [];
    const plain: { first: number; nodes: number }[] = [];
    const frames: number[] = [];
    const plainFrames: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      plain.push(await openPlain(page, files * 100));
      plainFrames.push(percentile(await scroll(page, '#plain'), 0.95));
      await page.evaluate(() => document.querySelector('#plain')?.remove());
      opened.push(await openDiff(page, `Change ${name}`));
      frames.push(percentile(await scroll(page, '.diff-scroll'), 0.95));
    }
    const first = median(plain.map((each) => each.first));
    const still = median(plainFrames);
    const of = (pick: (each: Opened) => number) => median(opened.map(pick));
    const nodes = Math.max(...opened.map((each) => each.nodes));
    figures.push(
      { name: `diff-${name}-plain-first`, value: first, unit: 'ms', ratio: 1 },
      {
        name: `diff-${name}-first`,
        value: of((each) => each.first),
        unit: 'ms',
        ratio: of((each) => each.first) / first,
      },
      {
        name: `diff-${name}-coloured`,
        value: of((each) => each.coloured),
        unit: 'ms',
        ratio: of((each) => each.coloured) / first,
      },
      { name: `diff-${name}-longest-task`, value: of((each) => each.longest), unit: 'ms', ratio: 1 },
      { name: `diff-${name}-nodes`, value: nodes, unit: 'nodes', ratio: nodes / most.nodes },
      { name: `diff-${name}-plain-scroll-p95`, value: still, unit: 'ms', ratio: 1 },
      { name: `diff-${name}-scroll-p95`, value: median(frames), unit: 'ms', ratio: median(frames) / still },
    );
    if (nodes >= most.nodes) broken.push(`${name}: ${nodes} nodes, not under ${most.nodes}`);
    if (name !== '20k') continue;
    const firstRatio = of((each) => each.coloured) / first;
    if (firstRatio > most.firstRatio / 0.7)
      broken.push(`${name}: first paint is ${firstRatio.toFixed(1)} of the plain list's`);
    const scrollRatio = median(frames) / still;
    if (scrollRatio > most.scrollRatio / 0.7)
      broken.push(`${name}: scrolling is ${scrollRatio.toFixed(1)} of the plain list's`);
  }
  report(figures);
  for (const each of broken) console.error(`Not as promised: ${each}`);
  if (broken.length > 0) process.exitCode = 1;
} finally {
  await desktop.close();
}
