import type { ReactNode } from 'react';
import type { AgentStatus } from '../../core/contract/agent';
import type { Budget } from '../../core/contract/budget';
import { AgentCard } from '../agents/card';
import { NoneInstalled } from '../agents/none-installed';
import { Note } from '../parts/note';
import { cleanLine } from '../text/clean';
import { BudgetNotes } from './budget-chip';

/** What is to be known of the agents a new task is for: what their budget cannot hold, and which of them is not installed. */
export function AgentNotes(props: {
  readonly agents: readonly AgentStatus[];
  readonly named: readonly string[];
  readonly budget: Budget;
}): ReactNode {
  const { agents, budget } = props;
  const named = [...new Set(props.named)];
  const known = agents.filter(({ name }) => named.includes(name));
  const missing = known.filter(({ found }) => !found);
  return (
    <>
      {named.map((agent) => (
        <BudgetNotes key={agent} agent={agent} budget={budget} />
      ))}
      {missing.length === 0 && known.length > 0 && <NoneInstalled />}
      {missing.map((agent) => (
        <Note
          key={agent.name}
          kind="info"
          actions={
            <AgentCard agent={agent} className="button button-plain">
              Install it
            </AgentCard>
          }
        >
          {cleanLine(agent.label)} is not installed on this machine, so the task would fail. Install it, or choose
          another agent: echo needs nothing.
        </Note>
      ))}
    </>
  );
}
