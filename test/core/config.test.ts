import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataFolder, foldersOf, readConfig } from '../../core/config';
import { version } from '../../core/version';

describe('config', () => {
  it('puts the data folder where SWITCHYARD_HOME says, else where the platform keeps application data', () => {
    expect(dataFolder({ SWITCHYARD_HOME: '/srv/yard', HOME: '/home/ada' })).toBe('/srv/yard');
    expect(dataFolder({ SWITCHYARD_HOME: 'yard' })).toBe(join(process.cwd(), 'yard'));
    if (process.platform === 'linux') {
      expect(dataFolder({ HOME: '/home/ada' })).toBe('/home/ada/.local/share/switchyard');
      expect(dataFolder({ HOME: '/home/ada', XDG_DATA_HOME: '/data' })).toBe('/data/switchyard');
      expect(dataFolder({ HOME: '/home/ada', XDG_DATA_HOME: 'relative' })).toBe('/home/ada/.local/share/switchyard');
    }
  });

  it('keeps every part of the data folder inside it', () => {
    for (const folder of Object.values(foldersOf('/srv/yard'))) expect(folder.startsWith('/srv/yard')).toBe(true);
  });

  it('passes agents nothing but the names SWITCHYARD_PASS_ENV lists', () => {
    expect(readConfig({ HOME: '/h' }).passEnvironment).toEqual([]);
    expect(readConfig({ HOME: '/h', SWITCHYARD_PASS_ENV: ' ONE,TWO ,, ' }).passEnvironment).toEqual(['ONE', 'TWO']);
  });

  it('carries the version of package.json', () => {
    const file = join(import.meta.dirname, '../../package.json');
    expect(version).toBe((JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version);
  });
});
