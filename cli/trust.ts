import type { Client } from '../core/client';
import type { RepositoryInspection } from '../core/contract/repository';
import type { Surroundings } from './command';
import { plainLine } from './plain';

/**
 * Looks at a repository somebody is about to trust and says on stderr what it would run. Trust it with `expected` as the
 * `trustHash` given back, so that what was said is what is trusted.
 */
export async function sayPrograms(client: Client, path: string, around: Surroundings): Promise<RepositoryInspection> {
  const found = await client.repositories.inspect({ path });
  if (found.programs.length > 0) {
    const lines = found.programs.map((program) => `  ${plainLine(program, 300)}\n`).join('');
    around.err.write(`Trusted, these run as you when tasks of ${plainLine(found.name)} are worked on:\n${lines}`);
  }
  return found;
}
