import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createChildren } from '../core/host/children';
import type { NewChild } from '../core/host/protocol';
import { startPty } from '../core/host/pty';
import { extentOf } from '../core/host/read';
import { median, report } from './support/report';

const runs = 5;
const bytesInAll = 96 * 1024 * 1024;

/** What one run gave: MB a second, the longest the loop was held up, in milliseconds, and the bytes that are missing. */
interface Run {
  readonly rate: number;
  readonly lag: number;
  readonly lost: number;
}

const size = { columns: 80, rows: 24 };

/** Programs print as fast as a terminal takes it; nobody keeps it. The baseline: what terminals themselves cost. */
async function withoutSink(count: number): Promise<Run> {
  return timed(count, async (child) => {
    let read = 0;
    await new Promise<void>((resolve) => {
      startPty(
        { ...child, size },
        {
          onBytes(bytes) {
            read += bytes.length;
          },
          onEnd: () => resolve(),
        },
      );
    });
    return read;
  });
}

/** The same with every byte in its numbered file, as a host does it. */
async function withOurs(count: number): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-pty-'));
  const ends = new Map<string, () => void>();
  const children = createChildren({
    folderOf: (id) => join(folder, id),
    told: { grew: () => {}, ended: (id) => ends.get(id)?.() },
  });
  try {
    return await timed(count, async (child) => {
      const ended = new Promise<void>((resolve) => ends.set(child.id, resolve));
      await children.start(child);
      await ended;
      const { first, end } = await extentOf(join(folder, child.id));
      return end - first;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function timed(count: number, print: (child: NewChild) => Promise<number>): Promise<Run> {
  const each = Math.floor(bytesInAll / count);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const start = performance.now();
  const kept = await Promise.all(Array.from({ length: count }, (_, number) => print(program(number, each))));
  const seconds = (performance.now() - start) / 1000;
  delay.disable();
  const read = kept.reduce((one, other) => one + other, 0);
  return { rate: read / 1e6 / seconds, lag: delay.max / 1e6, lost: each * count - read };
}

function program(number: number, bytes: number): NewChild {
  return {
    id: `terminal-${number}`,
    command: '/bin/sh',
    args: ['-c', `head -c ${bytes} /dev/zero | tr '\\0' x`],
    directory: tmpdir(),
    environment: { PATH: process.env.PATH ?? '' },
    wiring: { kind: 'terminal', size },
    keepBytes: bytesInAll * 2,
  };
}

const figures = [];
for (const count of [1, 16]) {
  const bare: Run[] = [];
  const ours: Run[] = [];
  // They take turns, so that both meet the machine in the same mood.
  for (let run = 0; run < runs; run += 1) {
    bare.push(await withoutSink(count));
    ours.push(await withOurs(count));
  }
  const ratio = median(ours.map(({ rate }, run) => rate / (bare[run]?.rate ?? Number.NaN)));
  const lag = (of: readonly Run[]) => median(of.map((run) => run.lag));
  figures.push(
    { name: `no-sink-${count}`, value: median(bare.map(({ rate }) => rate)), unit: 'MB/s', ratio: 1 },
    { name: `to-disk-${count}`, value: median(ours.map(({ rate }) => rate)), unit: 'MB/s', ratio },
    { name: `no-sink-${count}-lag`, value: lag(bare), unit: 'ms', ratio: 1 },
    { name: `to-disk-${count}-lag`, value: lag(ours), unit: 'ms', ratio: lag(ours) / lag(bare) },
    { name: `lost-${count}`, value: Math.max(...[...bare, ...ours].map(({ lost }) => lost)), unit: 'bytes', ratio: 0 },
  );
}
report(figures);
