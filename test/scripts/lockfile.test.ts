import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

type Entry = {
  version?: string;
  resolved?: string;
  optionalDependencies?: Record<string, string>;
};

const root = resolve(import.meta.dirname, '../..');
const lock: { packages: Record<string, Entry> } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const manifest: { dependencies: Record<string, string>; devDependencies: Record<string, string> } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);

it('names no place to fetch from, so that any registry will do', () => {
  expect(Object.entries(lock.packages).filter(([, entry]) => entry.resolved)).toEqual([]);
});

it('lists the binaries of every platform, without which npm ci refuses to install', () => {
  const listed = Object.keys(lock.packages);
  const missing = Object.values(lock.packages)
    .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
    .filter((name) => !listed.some((path) => path.endsWith(`node_modules/${name}`)));
  expect(missing).toEqual([]);
});

it('belongs to a package.json that names exact versions only', () => {
  const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(versions.filter((version) => !/^(npm:@?[\w./-]+@)?\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});
