import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';
import { readRecords } from '../core/host/records';
import { openBenchDesktop } from './support/desktop';
import { median, percentile, report, tellProgress } from './support/report';

/*
 * 500 MB of `yes` on a terminal of the real app, to the last byte on screen: program, host, file, read, port, xterm. Beside
 * it, in the same window, xterm alone with the same bytes from memory: what no way there can be faster than. Then 24
 * terminals that print without end, shown one after the other, and what is left of that in the window's memory.
 */

const quick = process.argv.includes('--quick');
const bytesInAll = (quick ? 60 : 500) * 1_000_000;
const alone = (quick ? 12 : 48) * 1_000_000;
const streams = 24;
const rounds = quick ? 2 : 4;
const size = { columns: 100, rows: 30 };
/** After so long without another byte on screen, in milliseconds, none will come. */
const longestStill = 30_000;

tellProgress('Opening the app');
const desktop = await openBenchDesktop('terminal-e2e');
const { app, page, client, data, task, repository } = desktop;

/** What processes hold, in MB: the window's page, the app's main process, the host. */
interface Memory {
  readonly page: number;
  readonly main: number;
  readonly host: number;
}

async function memory(): Promise<Memory> {
  const metrics = await app.evaluate(({ app: electron }) =>
    electron.getAppMetrics().map(({ type, memory: { workingSetSize } }) => ({ type, kilobytes: workingSetSize })),
  );
  const of = (type: string) =>
    metrics.filter((one) => one.type === type).reduce((sum, { kilobytes }) => sum + kilobytes, 0) / 1000;
  const hosts = readRecords(join(data, 'run')).map(({ pid }) => residentOf(pid));
  return { page: of('Tab'), main: of('Browser'), host: hosts.reduce((sum, each) => sum + each, 0) };
}

function residentOf(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  return Number(found ?? 0) / 1000;
}

/** Counts the time between frames from now on; gives all of them when asked. */
async function watchFrames(of: Page): Promise<() => Promise<readonly number[]>> {
  await of.evaluate(() => {
    const gaps: number[] = [];
    let last = performance.now();
    const next = (): void => {
      const now = performance.now();
      gaps.push(now - last);
      last = now;
      if ((globalThis as { gaps?: number[] }).gaps === gaps) requestAnimationFrame(next);
    };
    Object.assign(globalThis, { gaps });
    requestAnimationFrame(next);
  });
  return () =>
    of.evaluate(() => {
      const { gaps = [] } = globalThis as { gaps?: number[] };
      Object.assign(globalThis, { gaps: undefined });
      return gaps;
    });
}

/**
 * MB a second of xterm alone, as large as the app's: the bytes are there, nothing has to be asked for, and as much is
 * outstanding as in the app.
 */
async function xtermAlone(devtools: CDPSession): Promise<number> {
  const source = readFileSync(join(process.cwd(), 'node_modules/@xterm/xterm/lib/xterm.js'), 'utf8');
  await devtools.send('Runtime.evaluate', { expression: source });
  const expression = `(async () => {
    const theirs = document.querySelector('.terminal-screen .xterm-screen');
    const { fontFamily, fontSize } = getComputedStyle(theirs.querySelector('.xterm-rows'));
    const place = document.createElement('div');
    place.style.cssText = 'position:fixed;inset:0;z-index:1000';
    document.body.append(place);
    const options = { scrollback: 10000, minimumContrastRatio: 4.5, fontFamily, fontSize: parseFloat(fontSize) };
    const terminal = new Terminal(options);
    terminal.open(place);
    const ours = place.querySelector('.xterm-screen');
    terminal.resize(
      Math.round(theirs.clientWidth / (ours.clientWidth / terminal.cols)),
      Math.round(theirs.clientHeight / (ours.clientHeight / terminal.rows)),
    );
    const piece = new TextEncoder().encode('y\\r\\n'.repeat(87381));
    let outstanding = 0;
    let room = () => {};
    const begin = performance.now();
    for (let written = 0; written < ${alone}; written += piece.length) {
      outstanding += piece.length;
      terminal.write(piece, () => { outstanding -= piece.length; if (outstanding < 262144) room(); });
      if (outstanding >= 1048576) await new Promise((resolve) => { room = resolve; });
    }
    await new Promise((resolve) => terminal.write('', resolve));
    const seconds = (performance.now() - begin) / 1000;
    terminal.dispose();
    place.remove();
    return ${alone} / 1e6 / seconds;
  })()`;
  const { result, exceptionDetails } = await devtools.send('Runtime.evaluate', {
    ...{ expression, awaitPromise: true, returnByValue: true },
  });
  if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value as number;
}

/** What the page's own memory is once everything nobody holds is gone, in MB. */
async function heap(devtools: CDPSession): Promise<number> {
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  return usedSize / 1e6;
}

/** How many bytes the terminal took so far, and how many of them were on screen when it last had all there were. */
async function progress(): Promise<{ readonly taken: number; readonly shown: number }> {
  const { taken = 0, shown = 0 } = await page
    .locator('.terminal-screen')
    .evaluate((screen) => ({ ...(screen as HTMLElement).dataset }));
  return { taken: Number(taken), shown: Number(shown) };
}

/** Says of bytes that do not come how far they came: to the screen, to the runtime, and whether their program is over. */
async function whereItStopped(taken: number, whole: number): Promise<Error> {
  const [run] = await client.terminals.list({ task });
  const kept =
    run === undefined
      ? 0
      : (await client.terminals.read({ terminal: run.id, from: Number.MAX_SAFE_INTEGER, wait: false })).end;
  const state = run === undefined ? 'gone' : run.state;
  return new Error(
    `Nothing came to the screen after byte ${taken} of ${whole}; ${kept} are kept, and its program is ${state}.`,
  );
}

try {
  const devtools = await app.context().newCDPSession(page);
  await client.settings.set({ name: 'terminalMegabytes', value: 2000 });
  // Each line becomes three bytes on a terminal.
  const runCommand = `yes | head -c ${Math.floor(bytesInAll / 3) * 2}`;
  await client.repositories.configure({ repository, runCommand });
  const frames = await watchFrames(page);
  const samples: (Memory & { readonly at: number })[] = [];
  await page.keyboard.press('t');
  const begin = performance.now();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.locator('.terminal-screen').waitFor();
  const whole = Math.floor(bytesInAll / 3) * 3;
  let moved = begin;
  for (let [at, last] = [0, 0]; at < whole; ) {
    const { taken, shown } = await progress();
    if (taken > last) moved = performance.now();
    else if (performance.now() - moved > longestStill) throw await whereItStopped(last, whole);
    last = taken;
    at = shown;
    samples.push({ at: taken, ...(await memory()) });
    tellProgress(`${Math.round(taken / 1e6)} of ${Math.round(whole / 1e6)} MB taken by the screen`);
    await pause(200);
  }
  const seconds = (performance.now() - begin) / 1000;
  const gaps = await frames();
  const alones: number[] = [];
  for (let number = 1; number <= 3; number += 1) {
    tellProgress(`xterm alone, ${number} of 3`);
    alones.push(await xtermAlone(devtools));
  }
  const baseline = median(alones);
  const rate = whole / 1e6 / seconds;

  // Flat: the second half needs no more memory than the first.
  const [early, late] = [samples.slice(0, samples.length / 2), samples.slice(samples.length / 2)];
  const peak = (of: readonly Memory[], key: keyof Memory) => Math.max(...of.map((one) => one[key]));
  const held = (key: keyof Memory) => ({
    name: `yes-${key}-memory`,
    value: peak(samples, key),
    unit: 'MB',
    ratio: peak(late, key) / peak(early, key),
  });

  // They print what is added to one file: 24 programs that work would leave the window no processor.
  const stream = join(data, 'stream.txt');
  writeFileSync(stream, '');
  const line = `${'a line of output like many others '.repeat(2)}\n`;
  const printing = setInterval(() => appendFileSync(stream, line.repeat(10)), 50);
  const open: number[] = [];
  for (let number = 0; number < streams; number += 1) {
    tellProgress(`Opening terminal ${number + 1} of ${streams}`);
    const { id } = await client.terminals.open({ task, kind: 'shell', size });
    await client.terminals.write({ terminal: id, text: `exec tail -n 0 -f '${stream}'\r` });
    open.push(id);
  }
  const visit = async (): Promise<void> => {
    for (let number = 1; number <= streams; number += 1) {
      await page.getByRole('button', { name: new RegExp(`Shell ${number}$`) }).click();
      await pause(quick ? 200 : 400);
    }
  };
  await visit();
  const heaps = [await heap(devtools)];
  const streaming = await watchFrames(page);
  for (let round = 0; round < rounds; round += 1) {
    tellProgress(`Showing all ${streams}, ${round + 1} of ${rounds}`);
    await visit();
    heaps.push(await heap(devtools));
  }
  const streamGaps = await streaming();
  clearInterval(printing);
  for (const terminal of open) await client.terminals.close({ terminal });

  report([
    { name: 'xterm-alone', value: baseline, unit: 'MB/s', ratio: 1 },
    { name: 'yes-to-screen', value: rate, unit: 'MB/s', ratio: rate / baseline },
    ...(['page', 'main', 'host'] as const).map(held),
    { name: 'yes-frame-p95', value: percentile(gaps, 0.95), unit: 'ms', ratio: percentile(gaps, 0.95) / (1000 / 60) },
    { name: 'yes-frame-worst', value: Math.max(...gaps), unit: 'ms', ratio: Math.max(...gaps) / (1000 / 60) },
    { name: 'streams-24-heap', value: heaps.at(-1) ?? 0, unit: 'MB', ratio: (heaps.at(-1) ?? 0) / (heaps[0] ?? 1) },
    {
      name: 'streams-24-frame-p95',
      value: percentile(streamGaps, 0.95),
      unit: 'ms',
      ratio: percentile(streamGaps, 0.95) / (1000 / 60),
    },
  ]);
} finally {
  await desktop.close();
}
