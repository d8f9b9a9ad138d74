import { type ReactNode, useMemo } from 'react';
import { memoryHoldWords } from '../../core/contract/process';
import { AgentCard } from '../agents/card';
import { agentWord } from '../agents/words';
import { Glyph } from '../parts/glyph';
import { Hint } from '../parts/hint';
import { useApp, useModel } from '../state/app';
import { goTo, showSheet } from '../state/commands';
import { countStates, openRequests } from '../state/places';
import { count, spanInWords } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { useNow } from '../text/time';
import { useWaited } from './waited';

/** One line at the foot: what runs, what is queued, how long agents waited today, and which agents are there. */
export function StatusLine(): ReactNode {
  const app = useApp();
  const agents = useModel((model) => model.agents);
  const connection = useModel((model) => model.connection);
  return (
    <footer className="status">
      {connection.kind === 'connecting' ? <span className="status-part">starting</span> : <Counts />}
      {connection.kind === 'lost' && <span className="status-part status-lost">not connected</span>}
      <span className="grow" />
      {connection.kind === 'connected' && agents.length === 0 && (
        <span className="status-part status-looking">Looking for agents…</span>
      )}
      <span className="status-agents">
        {agents.map((agent) => {
          const word = agentWord(agent);
          return (
            <AgentCard
              key={agent.name}
              agent={agent}
              className={`status-button status-${word === 'ok' ? 'ok' : word === 'not installed' ? 'absent' : 'wants'}`}
            >
              {cleanLine(agent.name)} {word}
            </AgentCard>
          );
        })}
      </span>
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

function Counts(): ReactNode {
  const tasks = useModel((model) => model.tasks);
  const limit = useModel((model) => model.settings?.concurrency ?? null);
  const app = useApp();
  const held = useModel((model) => model.held);
  const counts = useMemo(() => countStates(tasks), [tasks]);
  return (
    <>
      <span className="status-part tabular">
        <Glyph look="running" />
        {counts.running}
        {limit !== null && `/${limit}`} running
      </span>
      <span className="status-part tabular">{counts.queued} queued</span>
      {held !== null && (
        <Hint text={memoryHoldWords(held)} side="top">
          <button type="button" className="status-button status-wait" onClick={() => goTo(app, 'queue')}>
            tasks wait for memory
          </button>
        </Hint>
      )}
      <WaitedPart />
    </>
  );
}

/** What agents waited today, in the hue of waiting while one does, and the way to where it ends. */
function WaitedPart(): ReactNode {
  const app = useApp();
  const tasks = useModel((model) => model.tasks);
  const requests = useMemo(() => openRequests(tasks), [tasks]);
  const waited = useWaited();
  const now = useNow();
  const oldest = requests[0]?.createdAt;
  if (waited === null) return null;
  if (oldest === undefined) return <span className="status-part tabular">agents waited {waited} today</span>;
  const longest = spanInWords(Math.max(0, now - oldest));
  return (
    <span className="status-part tabular">
      <Hint text={`${count(requests.length, 'request')} open, the oldest for ${longest}`} side="top">
        <button type="button" className="status-button status-wait" onClick={() => goTo(app, 'inbox')}>
          agents waited {waited} today
        </button>
      </Hint>
    </span>
  );
}
