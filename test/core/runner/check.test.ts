import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { runCheck } from '../../../core/runner/check';
import { execute } from '../../../core/starter/process';

it('a check that cannot be started says so of its own command', async () => {
  const check = {
    ...{ command: 'npm run -s check', directory: tmpdir(), environment: {}, namespace: null },
    ...{ signal: new AbortController().signal, why: () => '', onOutput: () => {}, onProcess: () => {} },
  };
  expect(await runCheck({ ...check, execute: (what) => execute({ ...what, program: '/nowhere/sh' }) })).toEqual({
    exitCode: null,
    output: expect.stringMatching(/^The command could not be started: Could not start npm run -s check in .*ENOENT/),
  });
  // Nor was one interrupted that the system takes for too long.
  expect(await runCheck({ ...check, command: `: ${'x'.repeat(3_000_000)}`, execute })).toEqual({
    exitCode: null,
    output: expect.stringMatching(/^The command could not be started: .*E2BIG.*shorten its command/),
  });
});
