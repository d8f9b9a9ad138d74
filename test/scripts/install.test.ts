import { describe, expect, it } from 'vitest';
import { isInstalled, missingPackages } from '../../scripts/setup/install.mjs';
import { temporaryFolder, writeFiles } from './folder';

const lock = {
  packages: {
    '': {},
    'node_modules/zod': { version: '4.0.0', integrity: 'sha512-a' },
    'node_modules/fsevents': { version: '2.0.0', integrity: 'sha512-b', optional: true },
  },
};
const installed = { packages: { 'node_modules/zod': { version: '4.0.0', integrity: 'sha512-a' } } };

describe('missingPackages', () => {
  it('is empty when all is there but an optional package of another platform', () => {
    expect(missingPackages(lock, installed)).toEqual([]);
  });

  it('names a package that is absent, of another version or of other content', () => {
    const zod = 'node_modules/zod';
    expect(missingPackages(lock, { packages: {} })).toEqual([zod]);
    expect(missingPackages(lock, { packages: { [zod]: { version: '3.0.0', integrity: 'sha512-a' } } })).toEqual([zod]);
    expect(missingPackages(lock, { packages: { [zod]: { version: '4.0.0', integrity: 'sha512-z' } } })).toEqual([zod]);
  });
});

describe('isInstalled', () => {
  it('is false without node_modules, true with what the lock file lists, false after the lock file changed', () => {
    const folder = temporaryFolder();
    writeFiles(folder, { 'package-lock.json': lock });
    expect(isInstalled(folder)).toBe(false);
    writeFiles(folder, { 'node_modules/.package-lock.json': installed });
    expect(isInstalled(folder)).toBe(true);
    writeFiles(folder, { 'package-lock.json': { packages: { 'node_modules/zod': { version: '4.0.1' } } } });
    expect(isInstalled(folder)).toBe(false);
  });
});
