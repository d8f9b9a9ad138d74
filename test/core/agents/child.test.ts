import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Child, endGroup, startChild, within } from '../../../core/agents/child';
import { findLeftovers } from '../../../core/agents/leftovers';
import { readLines } from '../../../core/agents/lines';
import { until } from '../../support/until';

let folder: string;
const children: Child[] = [];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-child-')));
});

afterEach(async () => {
  for (const child of children.splice(0)) await endGroup(child, { graceMs: 100 });
  rmSync(folder, { recursive: true, force: true });
});

async function start(script: string, environment: Readonly<Record<string, string>> = {}): Promise<Child> {
  const child = await startChild({ command: process.execPath, args: ['-e', script], directory: folder, environment });
  children.push(child);
  return child;
}

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

describe('a child', () => {
  test('has exactly the environment, the folder and the arguments it was given, through no shell', async () => {
    process.env.CHILD_CANARY = 'secret';
    const child = await startChild({
      command: process.execPath,
      args: ['-e', 'console.log(JSON.stringify([process.env, process.cwd(), process.argv.slice(1)]))', '$(id)', '; ls'],
      directory: folder,
      environment: { ONLY: 'this' },
    });
    children.push(child);
    const [line] = await all(readLines(child.stdout));
    delete process.env.CHILD_CANARY;
    expect(JSON.parse(line ?? '')).toEqual([{ ONLY: 'this' }, folder, ['$(id)', '; ls']]);
  });

  test('reads what is written to it and its end', async () => {
    const child = await start(
      'process.stdin.on("data", (d) => process.stdout.write(d)).on("end", () => console.log("over"))',
    );
    expect(child.write('hello\n')).toBe(true);
    child.closeInput();
    expect(await all(readLines(child.stdout))).toEqual(['hello', 'over']);
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(child.write('too late\n')).toBe(false);
  });

  test('that does not exist is said to be missing, with what was tried', async () => {
    await expect(
      startChild({ command: '/nowhere/agent', args: [], directory: folder, environment: {} }),
    ).rejects.toMatchObject({ code: 'AGENT_MISSING', message: expect.stringContaining('/nowhere/agent') });
  });

  test('may die while it is written to', async () => {
    const child = await start('process.exit(3)');
    for (let index = 0; index < 100; index++) child.write('x'.repeat(10_000));
    expect(await child.ended).toEqual({ code: 3, signal: null });
  });

  test('keeps the end of what it said on stderr, without control sequences', async () => {
    const child = await start(
      'process.stderr.write("x".repeat(300000)); process.stderr.write("\\n\\u001b[31mthe end\\u001b[0m\\n")',
    );
    await child.ended;
    await all(readLines(child.stdout));
    await expect.poll(() => child.stderr().endsWith('\nthe end')).toBe(true);
    expect(child.stderr().length).toBeLessThanOrEqual(64 * 1024);
  });

  test('that ends before anyone reads has what it said kept', async () => {
    const child = await start('process.stdout.write("z\\n".repeat(1000))');
    await child.ended;
    // The pipe has closed: from here on Node itself would have thrown away what nobody read.
    await expect.poll(() => (child.stdout as PassThrough).writableFinished).toBe(true);
    expect(await all(readLines(child.stdout))).toHaveLength(1000);
  });

  test('that prints 100 MB is read line by line without filling the memory', async () => {
    const child = await start(
      'const line = "y".repeat(999) + "\\n"; let left = 100000; const go = () => { while (left-- > 0) if (!process.stdout.write(line)) return process.stdout.once("drain", go); }; go()',
    );
    let lines = 0;
    let most = 0;
    const before = process.memoryUsage().rss;
    for await (const line of readLines(child.stdout)) {
      lines += 1;
      if (lines % 10_000 === 0) {
        // A slow reader must hold the writer back, not collect what it writes.
        await new Promise((resolve) => setTimeout(resolve, 20));
        most = Math.max(most, process.memoryUsage().rss - before);
      }
      if (line.length !== 999) throw new Error('A line was cut.');
    }
    expect(lines).toBe(100_000);
    expect(most).toBeLessThan(80 * 1024 * 1024);
  });

  test('that prints 100 MB in one line has that line dropped', async () => {
    const child = await start(
      'const piece = "y".repeat(1e6); let left = 100; const go = () => { while (left-- > 0) if (!process.stdout.write(piece)) return process.stdout.once("drain", go); process.stdout.write("\\nnext\\n"); }; go()',
    );
    const dropped: number[] = [];
    expect(await all(readLines(child.stdout, { onDropped: (bytes) => dropped.push(bytes) }))).toEqual(['next']);
    expect(dropped).toEqual([100_000_000]);
  });
});

describe('ending a child', () => {
  test('asks politely first', async () => {
    const child = await start('process.stdin.on("end", () => process.exit(7)).resume()');
    expect(await endGroup(child, { polite: child.closeInput })).toEqual({ code: 7, signal: null });
  });

  test('does not take no for an answer', async () => {
    const child = await start('process.on("SIGTERM", () => {}); console.log("deaf"); setInterval(() => {}, 1000)');
    for await (const line of readLines(child.stdout)) if (line === 'deaf') break;
    expect(await endGroup(child, { graceMs: 100 })).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('ends its group when it is already gone itself', async () => {
    const child = await start(
      'require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" }).unref()',
    );
    await child.ended;
    await endGroup(child, { graceMs: 200 });
    expect(findLeftovers({ group: child.pid, marker: null })).toEqual([]);
  });

  test.skipIf(process.platform !== 'linux')(
    'finds what left its group by the marker, and nothing of another task',
    async () => {
      const escaping = `const { spawn } = require("child_process");
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" });
      child.unref(); console.log(child.pid)`;
      const ours = await start(escaping, { SWITCHYARD_TASK: 'test-1' });
      const other = await start(escaping, { SWITCHYARD_TASK: 'test-10' });
      const [escaped] = await all(readLines(ours.stdout));
      const [stranger] = await all(readLines(other.stdout));
      // A program shows no environment in the moment in which it takes the place of the one that started it.
      await until(() => [escaped, stranger].every((pid) => readFileSync(`/proc/${pid}/environ`).length > 0));
      await endGroup(ours);
      expect(isAlive(Number(escaped))).toBe(false);
      expect(isAlive(Number(stranger))).toBe(true);
      await endGroup(other);
      expect(isAlive(Number(stranger))).toBe(false);
    },
  );

  test('a pipe that somebody else still holds does not keep its reader waiting', async () => {
    const child = await start(
      'require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: ["ignore", "inherit", "ignore"] }).unref(); console.log("bye")',
      { SWITCHYARD_TASK: 'test-held' },
    );
    expect(await within(all(readLines(child.stdout)), 10_000)).toEqual(['bye']);
  });
});

function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
