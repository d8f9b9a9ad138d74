import { CodedError } from '../contract/errors';
import type { Room } from './room';

/** Throws BAD_INPUT, with the names there are, unless there is an agent of this name. */
export function assertAgent(room: Pick<Room, 'agentNames'>, name: string): void {
  const names = room.agentNames();
  if (names.includes(name)) return;
  throw new CodedError(
    'BAD_INPUT',
    `There is no agent called ${name}. Known agents: ${names.join(', ')}. More can be added with the setting acpAgents.`,
    { facts: { agent: name, known: names } },
  );
}
