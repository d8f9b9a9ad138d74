import { createRouterClient } from '@orpc/server';
import type { Client } from './client';
import type { Config } from './config';
import { lookInto } from './index';
import { codedAnswers } from './server/errors';
import { damaged } from './store/database';

/** A data folder that can be read without anybody owning it. */
export interface OpenLook {
  /** Every call of the contract. What would change something is refused with CANCELLED. */
  readonly client: Client;
  close(): Promise<void>;
}

/** Opens a data folder for calls that only read; null when it has no store of this version's schema. Throws as `lookInto`. */
export async function openLook(options: {
  readonly config: Config;
  readonly desktop: string | null;
}): Promise<OpenLook | null> {
  const look = await lookInto(options);
  if (look === null) return null;
  const { database } = options.config.folders;
  const sound = async ({ next }: { next(): Promise<unknown> }) => {
    try {
      return await next();
    } catch (error) {
      // Opening reads the first page alone, and to read all of it each time would take too long.
      throw damaged(error, database) ?? error;
    }
  };
  const interceptors = [codedAnswers(() => {}), sound];
  return {
    client: createRouterClient(look.router, { context: { by: 'person' }, interceptors }),
    close: look.close,
  };
}
