import type { Client } from '../core/client';
import { CodedError } from '../core/contract/errors';
import type { Surroundings } from './command';
import { plainLine } from './plain';

/** Throws AGENT_MISSING with how to install it when this machine has no such agent: the task would only fail. */
export async function mustBeThere(
  client: Client,
  wanted: string | undefined,
  { program }: Surroundings,
): Promise<void> {
  const agent = wanted ?? (await client.settings.list()).defaultAgent;
  const look = async (refresh: boolean) =>
    (await client.agents.list({ refresh })).find(({ name, found }) => name === agent && !found);
  // Who was told so before may have installed it since.
  const missing = (await look(false)) && (await look(true));
  if (missing === undefined) return;
  throw new CodedError(
    'AGENT_MISSING',
    `Nothing was queued: ${plainLine(missing.label)} was not found on this machine, so the task would fail.\n  ${plainLine(missing.install, 300)}\nTo try without it, add --agent echo: it needs nothing. All agents: ${program} doctor`,
    { facts: { agent: missing.name } },
  );
}
