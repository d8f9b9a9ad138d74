import { statfs } from 'node:fs/promises';

/** What the process takes of the machine, in the words that monitors of workers use. */
export interface Resources {
  /** Of one processor, since it was asked before. */
  readonly cpu_percent: number;
  readonly memory_mb: number;
  /** What is used of the disk that the data folder is on; null when the system does not say. */
  readonly disk_usage_gb: number | null;
  readonly uptime_seconds: number;
}

/** Gives what measures this process each time it is asked. */
export function createResources(folder: string): () => Promise<Resources> {
  let before = { at: process.hrtime.bigint(), used: process.cpuUsage() };
  return async () => {
    const now = process.hrtime.bigint();
    const { user, system } = process.cpuUsage(before.used);
    const microseconds = Math.max(1, Number(now - before.at) / 1000);
    before = { at: now, used: process.cpuUsage() };
    return {
      cpu_percent: tenths(((user + system) / microseconds) * 100),
      memory_mb: tenths(process.memoryUsage.rss() / 1024 ** 2),
      disk_usage_gb: await usedOf(folder),
      uptime_seconds: Math.round(process.uptime()),
    };
  };
}

async function usedOf(folder: string): Promise<number | null> {
  try {
    const { blocks, bfree, bsize } = await statfs(folder);
    return tenths(((blocks - bfree) * bsize) / 1e9);
  } catch {
    return null;
  }
}

function tenths(number: number): number {
  return Math.round(number * 10) / 10;
}
