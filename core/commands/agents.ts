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

/** Throws BAD_INPUT when a model is named for an agent that is not told which to use. */
export function assertModel(
  room: Pick<Room, 'agents'>,
  { agent, model }: { readonly agent: string; readonly model?: string | undefined },
): void {
  if (model === undefined || room.agents().get(agent)?.models === true) return;
  const able = [...room.agents().values()].filter(({ models }) => models === true).map(({ name }) => name);
  throw new CodedError(
    'BAD_INPUT',
    `${agent} cannot be told which model to use, so ${model} would go unheard. ${able.join(' and ')} can; set any other up for that model with the setting acpAgents.`,
    { facts: { agent, model } },
  );
}
