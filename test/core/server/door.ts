import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { os, type } from '@orpc/server';
import { z } from 'zod';
import { CodedError } from '../../../core/contract/errors';

/** A router with one call for each way a door can be used: it answers, streams, fails, and says who called. */
export function doorRouter() {
  const state = { streams: 0 };
  const base = os.$context<{ by: string }>();
  const router = {
    settings: {
      list: base.output(type<unknown>()).handler(() => ({ concurrency: 4 })),
      set: base.input(z.strictObject({ name: z.string().min(1), value: z.json() })).handler(({ input, context }) => ({
        ...input,
        by: context.by,
      })),
    },
    tasks: {
      cancel: base.handler(() => {
        throw new CodedError('WRONG_STATE', 'Task 7 is done and cannot be cancelled.', {
          facts: { task: 7, state: 'done' },
        });
      }),
      retry: base.handler(() => {
        throw new Error('secret detail');
      }),
    },
    changes: {
      follow: base.handler(async function* ({ signal }) {
        state.streams += 1;
        try {
          for (let number = 1; ; number += 1) {
            if (number === 3) {
              await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
              return;
            }
            yield { number };
          }
        } finally {
          state.streams -= 1;
        }
      }),
    },
    sessions: {
      follow: base.handler(async function* () {
        yield [{ seq: 1 }];
        throw new CodedError('NOT_FOUND', 'Session 3 is gone.', { facts: { session: 3 } });
      }),
    },
  };
  return { router, state };
}

/** A temporary folder for one test. */
export function temporaryFolder(name = 'switchyard-door-'): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), name));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
