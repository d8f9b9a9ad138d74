import type { ReactNode } from 'react';
import type { AgentStatus } from '../../core/contract/agent';
import { Button } from '../parts/button';
import { useApp, useDoing } from '../state/app';
import { carryOut, complain } from '../state/commands';
import { copyText } from '../state/copy';
import { cleanLine } from '../text/clean';
import { installLine } from './words';

/** What is known of an agent, and how to install it when it is not there. */
export function AgentFacts({ agent }: { readonly agent: AgentStatus }): ReactNode {
  const app = useApp();
  const doing = useDoing('agents');
  const look = async (): Promise<void> => {
    const ended = await carryOut(app, { about: 'agents', sentence: 'Looking…' }, (client) =>
      client.agents.list({ refresh: true }),
    );
    if (ended.ok) app.model.update((model) => ({ ...model, agents: ended.value }));
    else complain(app, ended.failure);
  };
  return (
    <div className="agent-facts selectable">
      <p>
        <strong>{cleanLine(agent.label)}</strong>{' '}
        {agent.version !== null && <span className="quiet">{cleanLine(agent.version)}</span>}
      </p>
      {agent.found ? (
        <p className="quiet">{agent.path === null ? 'Built in.' : <code>{cleanLine(agent.path)}</code>}</p>
      ) : (
        <>
          <p>Not installed, or not on your login shell's PATH. To install it, type in a terminal:</p>
          <pre className="code">{cleanLine(installLine(agent))}</pre>
        </>
      )}
      {agent.loggedIn === false && <p>It is not logged in. Run it once in a terminal and log in there.</p>}
      {agent.notes.map((note) => (
        <p key={note} className="quiet">
          {cleanLine(note)}
        </p>
      ))}
      {(!agent.found || agent.loggedIn === false) && (
        <div className="agent-actions">
          {!agent.found && (
            <Button onClick={() => void copyText(app, 'line', installLine(agent))}>Copy the line</Button>
          )}
          <Button doing={doing} onClick={look}>
            Look again
          </Button>
        </div>
      )}
    </div>
  );
}
