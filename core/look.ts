import { createRouterClient } from '@orpc/server';
import type { Client } from './client';
import type { Config } from './config';
import { lookInto } from './index';
import { codedAnswers } from './server/errors';

/** A data folder that can be read without anybody owning it. */
export interface OpenLook {
  /** Every call of the contract. What would change something is refused with CANCELLED. */
  readonly client: Client;
  close(): Promise<void>;
}

/** Opens a data folder for calls that only read; null when it has no store of this version's schema. */
export async function openLook(options: {
  readonly config: Config;
  readonly desktop: string | null;
}): Promise<OpenLook | null> {
  const look = await lookInto(options);
  if (look === null) return null;
  const interceptors = [codedAnswers(() => {})];
  return {
    client: createRouterClient(look.router, { context: { by: 'person' }, interceptors }),
    close: look.close,
  };
}
