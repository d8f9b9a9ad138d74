import { Popover } from 'radix-ui';
import type { ReactNode } from 'react';
import type { AgentStatus } from '../../core/contract/agent';
import { AgentFacts } from './facts';

/** A control that shows what is known of an agent beside it. */
export function AgentCard(props: {
  readonly agent: AgentStatus;
  readonly className: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Popover.Root>
      <Popover.Trigger className={props.className}>{props.children}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="menu agent-card"
          side="top"
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label={props.agent.label}
        >
          <AgentFacts agent={props.agent} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
