import { closeSync, readSync } from 'node:fs';
import { expect, test } from 'vitest';
import { beginQuick } from './quick-sync';

test.skipIf(process.platform === 'win32')('a small process that never came up is not waited for', () => {
  const { ask, hear } = beginQuick(['/bin/sh', '-c', 'exit 1']);
  expect(readSync(hear, Buffer.alloc(1))).toBe(0);
  for (const end of [ask, hear]) closeSync(end);
});
