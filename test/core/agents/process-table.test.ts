import { execFileSync, spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { parsePs, readProcessTable } from '../../../core/agents/process-table';

test.runIf(process.platform === 'linux')(
  'a process is seen with its start, memory, marker and command line',
  async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdout.write("up"); setInterval(() => {}, 1000)', 'ä b'], {
      env: { SWITCHYARD_TASK: 'yard:7/terminal-1' },
      detached: true,
    });
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve));
      const table = (await readProcessTable()) ?? [];
      const found = table.find(({ pid }) => pid === child.pid);
      expect(found).toMatchObject({
        parent: process.pid,
        group: child.pid,
        session: child.pid,
        marker: 'yard:7/terminal-1',
      });
      expect(found?.command).toMatch(/ -e .* ä b$/);
      expect(found?.memory).toBeGreaterThan(10 * 1024 * 1024);
      expect(Math.abs((found?.startedAt ?? 0) - Date.now())).toBeLessThan(60_000);
      expect(table.find(({ pid }) => pid === process.pid)?.cpuMs).toBeGreaterThan(0);
    } finally {
      child.kill('SIGKILL');
    }
  },
);

test('what ps prints where there is no /proc is read the same', async () => {
  const columns = 'pid=,ppid=,pgid=,rss=,time=,lstart=,args=';
  const env = { LC_ALL: 'C', TZ: 'UTC' };
  const rows = parsePs(execFileSync('ps', ['-axo', columns], { env, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 }));
  const [seen, known] = [rows.find(({ pid }) => pid === process.pid), await readProcessTable()];
  const own = known?.find(({ pid }) => pid === process.pid);
  expect(seen).toMatchObject({ parent: own?.parent, group: own?.group });
  expect(Math.abs((seen?.startedAt ?? 0) - (own?.startedAt ?? 0))).toBeLessThan(2000);
  expect(seen?.memory).toBeGreaterThan(10 * 1024 * 1024);
  expect(parsePs('  12 1 12 2048 1-02:03:04 Sat Nov 21 18:00:00 2026 /bin/a b  c\nno row\n')).toEqual([
    {
      ...{ pid: 12, parent: 1, group: 12, session: null, marker: null, command: '/bin/a b  c' },
      ...{ startedAt: Date.UTC(2026, 10, 21, 18), memory: 2048 * 1024, cpuMs: 93_784_000 },
    },
  ]);
  expect(parsePs('7 1 7 1 3:04.50 Sat Nov  1 18:00:00 2026 x')[0]?.cpuMs).toBe(184_500);
});
