import type { ReactNode } from 'react';
import { useModel } from '../state/app';
import { cleanLine } from '../text/clean';
import { AgentCard } from './card';
import { missingAgents } from './words';

/** Says calmly that no coding agent is on this machine yet, with each one's install line a press away. Else nothing. */
export function NoneInstalled(): ReactNode {
  const missing = missingAgents(useModel((model) => model.agents));
  if (missing.length === 0) return null;
  return (
    <p className="none-installed quiet">
      No coding agent is installed yet. Install{' '}
      {missing.map((agent, index) => (
        <span key={agent.name}>
          {index > 0 && (index === missing.length - 1 ? ' or ' : ', ')}
          <AgentCard agent={agent} className="link">
            {cleanLine(agent.label)}
          </AgentCard>
        </span>
      ))}
      . Until then echo, which is built in, only writes the prompt into a file.
    </p>
  );
}
