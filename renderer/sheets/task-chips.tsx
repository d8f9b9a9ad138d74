import type { ReactNode } from 'react';
import type { AgentStatus } from '../../core/contract/agent';
import type { Priority } from '../../core/contract/priority';
import { priorityWords } from '../task/words';
import { cleanLine } from '../text/clean';
import { Chip } from './chip';

/** Which agent a task is for. `unlisted` is what one is called that is none of `agents`. */
export function AgentChip(props: {
  readonly agents: readonly AgentStatus[];
  readonly agent: string;
  readonly unlisted: string;
  readonly onAgent: (agent: string) => void;
}): ReactNode {
  const { agents, agent, unlisted, onAgent } = props;
  return (
    <Chip label="Agent" value={agent} onChange={onAgent}>
      {!agents.some(({ name }) => name === agent) && <option value={agent}>{unlisted}</option>}
      {agents.map(({ name, label, found }) => (
        <option key={name} value={name}>
          {cleanLine(label)}
          {found ? '' : ' (not installed)'}
        </option>
      ))}
    </Chip>
  );
}

/** How urgent a task is. */
export function PriorityChip(props: {
  readonly priority: Priority;
  readonly onPriority: (priority: Priority) => void;
}): ReactNode {
  return (
    <Chip label="Priority" value={props.priority} onChange={(value) => props.onPriority(value as Priority)}>
      {Object.entries(priorityWords).map(([value, name]) => (
        <option key={value} value={value}>
          {name}
        </option>
      ))}
    </Chip>
  );
}
