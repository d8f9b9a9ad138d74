import { Popover } from 'radix-ui';
import { type ReactNode, useMemo } from 'react';
import type { AgentStatus } from '../../core/contract/agent';
import { Button } from '../parts/button';
import { Glyph } from '../parts/glyph';
import { Hint } from '../parts/hint';
import { useApp, useDoing, useModel } from '../state/app';
import { carryOut, complain, showSheet } from '../state/commands';
import { countStates, openRequests } from '../state/places';
import { spanInWords } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { useNow } from '../text/time';

/** One line at the foot: what runs, what is queued, how long an agent has waited, and which agents are there. */
export function StatusLine(): ReactNode {
  const app = useApp();
  const tasks = useModel((model) => model.tasks);
  const limit = useModel((model) => model.settings?.concurrency ?? null);
  const agents = useModel((model) => model.agents);
  const connection = useModel((model) => model.connection);
  const counts = useMemo(() => countStates(tasks), [tasks]);
  const oldest = useMemo(() => openRequests(tasks)[0]?.createdAt ?? null, [tasks]);
  const now = useNow();
  return (
    <footer className="status">
      <span className="status-part tabular">
        <Glyph look="running" />
        {counts.running}
        {limit !== null && `/${limit}`} running
      </span>
      <span className="status-part tabular">{counts.queued} queued</span>
      {oldest !== null && (
        <span className="status-part status-wait tabular">an agent has waited {spanInWords(now - oldest)}</span>
      )}
      {connection.kind === 'lost' && <span className="status-part status-lost">not connected</span>}
      <span className="grow" />
      {agents.map((agent) => (
        <AgentMark key={agent.name} agent={agent} />
      ))}
      <Hint action="help" side="top">
        <button type="button" className="status-button" onClick={() => showSheet(app, { kind: 'help' })}>
          Keys
        </button>
      </Hint>
      <Hint action="settings" side="top">
        <button type="button" className="status-button" onClick={() => showSheet(app, { kind: 'settings' })}>
          Settings
        </button>
      </Hint>
    </footer>
  );
}

function AgentMark({ agent }: { readonly agent: AgentStatus }): ReactNode {
  const word = !agent.found ? 'missing' : agent.loggedIn === false ? 'not logged in' : 'ok';
  return (
    <Popover.Root>
      <Popover.Trigger className={`status-button ${word === 'ok' ? '' : 'status-missing'}`}>
        {cleanLine(agent.name)} {word}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="menu agent-card" side="top" align="end" sideOffset={6} aria-label={agent.label}>
          <AgentFacts agent={agent} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** What is known of an agent, and how to install it when it is missing. */
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
          <p>Not found on your login shell's PATH.</p>
          <pre className="code">{cleanLine(agent.install)}</pre>
        </>
      )}
      {agent.loggedIn === false && <p>It is not logged in. Run it once in a terminal and log in there.</p>}
      {agent.notes.map((note) => (
        <p key={note} className="quiet">
          {cleanLine(note)}
        </p>
      ))}
      {(!agent.found || agent.loggedIn === false) && (
        <Button doing={doing} onClick={look}>
          Look again
        </Button>
      )}
    </div>
  );
}
