import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The two ends of pipes to a small process, which is begun with the first program and ends with this one. */
let ends: { readonly ask: number; readonly hear: number } | undefined;

/**
 * Runs a program to its end and gives what it printed, as `execFileSync` does, from a small process: a worker of the tests
 * is large, and would be copied with each of thousands. Throws with what it said when it fails.
 */
export function runSync(
  program: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): string {
  if (process.platform === 'win32') return execFileSync(program, args, { cwd, env, encoding: 'utf8', stdio: 'pipe' });
  const small = ['--single-threaded', '--max-semi-space-size=1', join(import.meta.dirname, 'quick-sync.cjs')];
  ends ??= beginQuick([process.execPath, ...small]);
  const asked = Buffer.from(`${JSON.stringify({ program, args, cwd, env })}\n`);
  for (let at = 0; at < asked.length; ) at += writeSync(ends.ask, asked, at);
  const size = hear(4).readUInt32BE(0);
  const { status, stdout, stderr, error } = JSON.parse(hear(size).toString('utf8'));
  if (status === 0) return stdout;
  throw Object.assign(new Error(`Command failed: ${[program, ...args].join(' ')}\n${error ?? stderr}`), {
    status,
    stderr,
  });
}

/**
 * Begins a program that is given the paths of two pipes last, to read from one and to write into the other, and gives the other
 * ends. Of one that ended before it opened them, the second is at its end.
 */
export function beginQuick(program: readonly string[]): { readonly ask: number; readonly hear: number } {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-quick-'));
  const paths = ['asked', 'answered'].map((name) => join(folder, name)) as [string, string];
  execFileSync('mkfifo', paths);
  // Each end waits until the other is opened, and nobody here can hear meanwhile that the program has ended.
  const script = 'ask=$1; hear=$2; shift 2; "$@" "$ask" "$hear"; [ -p "$ask" ] && exec < "$ask" > "$hear"';
  const args = ['-c', script, 'sh', ...paths, ...program];
  const shell = spawn('/bin/sh', args, { stdio: ['ignore', 'ignore', 'inherit'], env: { MALLOC_ARENA_MAX: '1' } });
  shell.unref();
  const ask = openSync(paths[0], 'w');
  const opened = { ask, hear: openSync(paths[1], 'r') };
  rmSync(folder, { recursive: true });
  return opened;
}

function hear(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; ) {
    const read = readSync(ends?.hear ?? -1, bytes, at, size - at, null);
    if (read === 0) throw new Error('The small process that runs programs for tests has ended.');
    at += read;
  }
  return bytes;
}
