import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { cached } from '../../scripts/setup/cache.mjs';
import { withLock } from '../../scripts/setup/lock.mjs';
import { checkIntegrity } from '../../scripts/setup/registry.mjs';
import { temporaryFolder, writeFiles } from './folder';

describe('a cached folder', () => {
  it('is built once, by whoever comes first', async () => {
    const folder = join(temporaryFolder(), 'runtime');
    let builds = 0;
    const build = async (building: string) => {
      builds++;
      writeFileSync(join(building, 'electron'), 'binary');
      expect(existsSync(folder)).toBe(false);
    };
    await Promise.all([cached(folder, build), cached(folder, build)]);
    await cached(folder, build);
    expect(builds).toBe(1);
    expect(readFileSync(join(folder, 'electron'), 'utf8')).toBe('binary');
  });

  it('is not there at all when its build failed, and is built by the next', async () => {
    const cache = temporaryFolder();
    const folder = join(cache, 'runtime');
    await expect(
      cached(folder, async (building) => {
        writeFileSync(join(building, 'half'), '');
        throw new Error('disk full');
      }),
    ).rejects.toThrow('disk full');
    expect(readdirSync(cache)).toEqual([]);
    await cached(folder, async (building) => writeFileSync(join(building, 'whole'), ''));
    expect(readdirSync(folder).sort()).toEqual(['ready', 'whole']);
  });

  it('replaces an incomplete one and clears what a dead build left', async () => {
    const cache = temporaryFolder();
    writeFiles(cache, { 'runtime/half': '', 'runtime.partial-1/half': '' });
    await cached(join(cache, 'runtime'), async (building) => writeFileSync(join(building, 'whole'), ''));
    expect(readdirSync(cache)).toEqual(['runtime']);
    expect(readdirSync(join(cache, 'runtime')).sort()).toEqual(['ready', 'whole']);
  });
});

describe('a lock', () => {
  it('lets one in at a time', async () => {
    const path = join(temporaryFolder(), 'deep', 'setup.lock');
    let inside = 0;
    const work = async () => {
      expect(++inside).toBe(1);
      await sleep(20);
      inside--;
    };
    await Promise.all([withLock(path, work), withLock(path, work), withLock(path, work)]);
    expect(existsSync(path)).toBe(false);
  });

  it('is let go when the work fails', async () => {
    const path = join(temporaryFolder(), 'setup.lock');
    await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(path, async () => 'next')).toBe('next');
  });

  it('of a process that died is taken over, even when its process id is alive again', async () => {
    const path = join(temporaryFolder(), 'setup.lock');
    writeFileSync(path, `${process.pid} of-somebody-else`);
    const waiting = [withLock(path, async () => 'a', 400), withLock(path, async () => 'b', 400)];
    expect(await Promise.all(waiting)).toEqual(['a', 'b']);
  });

  it('of a process at work is waited for, however long', async () => {
    const path = join(temporaryFolder(), 'setup.lock');
    writeFileSync(path, '1 somebody');
    const beat = setInterval(() => utimesSync(path, new Date(), new Date()), 50);
    let entered = false;
    const waiting = withLock(
      path,
      async () => {
        entered = true;
      },
      400,
    );
    // That nobody enters can only be seen by waiting: more than twice as long as an untouched lock would be believed.
    await sleep(900);
    expect(entered).toBe(false);
    clearInterval(beat);
    await waiting;
    expect(entered).toBe(true);
  });
});

describe('a fetched package', () => {
  it('is accepted with its pinned integrity and refused with any other', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, { 'a.tgz': 'hello' });
    const pinned = 'sha512-m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw==';
    await checkIntegrity(join(folder, 'a.tgz'), pinned, 'a@1');
    writeFiles(folder, { 'a.tgz': 'hello!' });
    await expect(checkIntegrity(join(folder, 'a.tgz'), pinned, 'a@1')).rejects.toThrow(/expected sha512-m3HS/);
  });
});
