import type { Client } from '../core/client';
import type { Surroundings } from './command';

/** Makes one call with a connection of its own; a command that only reads makes it without a runtime where there is none. */
export async function withClient<T>(around: Surroundings, act: (client: Client) => Promise<T>): Promise<T> {
  const connection = await (around.onlyReads ? around.look() : around.reach());
  try {
    return await act(connection.client);
  } finally {
    await connection.close();
  }
}
