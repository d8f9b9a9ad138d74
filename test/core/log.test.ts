import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLog } from '../../core/log';

describe('the log', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'switchyard-log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('writes one JSON object a line, readable by its owner alone', () => {
    const log = openLog(join(folder, 'logs'));
    log('warning', 'A lease could not be renewed.', { task: 3 });
    const file = join(folder, 'logs', 'switchyard.log');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ level: 'warning', task: 3 });
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it('keeps at most two files of about 4 MiB', () => {
    const log = openLog(folder);
    const long = 'x'.repeat(1024 * 1024);
    for (let line = 0; line < 14; line += 1) log('info', long);
    expect(existsSync(join(folder, 'switchyard.log.1'))).toBe(true);
    const bytes = ['switchyard.log', 'switchyard.log.1'].map((name) => statSync(join(folder, name)).size);
    expect(Math.max(...bytes)).toBeLessThan(6 * 1024 * 1024);
  });

  it('never fails what it describes when it cannot be written', () => {
    const log = openLog(folder);
    rmSync(folder, { recursive: true });
    expect(() => log('error', 'Nothing to see.')).not.toThrow();
  });
});
