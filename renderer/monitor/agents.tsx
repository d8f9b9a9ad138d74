import { type ReactNode, useMemo } from 'react';
import type { RelayAgent } from '../../core/contract/relay';
import { Button } from '../parts/button';
import { Failed, Skeleton } from '../parts/empty';
import { useApp, useDoing, useModel } from '../state/app';
import { carryOut, complain, openTask } from '../state/commands';
import { say } from '../state/said';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { Ago } from '../text/time';
import { usePolled } from './polled';

/** At most so many are listed: more are counted. */
const most = 200;

/** The agents on the relay: those that are connected to it, the runner's own, and those that are not there and for whom work waits. */
export function RelayAgents(): ReactNode {
  const { value, failure, reload } = usePolled('relay-agents', (client, signal) =>
    client.relay.agents(undefined, { signal }),
  );
  const ordered = useMemo(
    () => [...(value ?? [])].sort((one, other) => rank(one) - rank(other) || other.since - one.since),
    [value],
  );
  return (
    <section>
      <h2>
        Agents on the relay {value !== null && <span className="quiet tabular">{value.length.toLocaleString()}</span>}
      </h2>
      {value === null && failure === null && <Skeleton lines={3} />}
      {value === null && failure !== null && <Failed failure={failure} again={reload} />}
      {value?.length === 0 && <p className="quiet">None is connected, and no task is at work.</p>}
      <ul className="monitor-list">
        {ordered.slice(0, most).map((agent) => (
          <AgentLine key={`${agent.session} ${agent.role}`} agent={agent} reload={reload} />
        ))}
      </ul>
      {ordered.length > most && <p className="quiet">{count(ordered.length - most, 'more agent')}</p>}
    </section>
  );
}

/** Who has work to answer comes first, then who came from outside. */
function rank({ unanswered, kind }: RelayAgent): number {
  return unanswered > 0 ? 0 : kind === 'connected' ? 1 : 2;
}

function AgentLine({ agent, reload }: { readonly agent: RelayAgent; readonly reload: () => void }): ReactNode {
  const { session, role, kind, since, by, unanswered, sent, received } = agent;
  const app = useApp();
  const about = `relay:${session} ${role}`;
  const doing = useDoing(about);
  const task = useModel(({ tasks }) => (kind === 'own' ? taskOf(tasks.values(), session) : null));
  const disconnect = async (): Promise<void> => {
    const ended = await carryOut(app, { about, sentence: 'Disconnecting…' }, (client) =>
      client.relay.disconnect({ session, role }),
    );
    if (!ended.ok) return complain(app, ended.failure);
    say(app.said, {
      kind: 'done',
      text: `Disconnected ${role} of ${session}; work it has not answered is kept`,
      undo: null,
    });
    reload();
  };
  return (
    <li className="relay-agent">
      <div className="relay-agent-facts">
        <p className="relay-agent-name" title={`${session} ${role}`}>
          {task === null ? (
            <b className="ellipsis">{session}</b>
          ) : (
            <button type="button" className="link ellipsis" dir="auto" onClick={() => openTask(app, task.id)}>
              {cleanLine(task.title)}
            </button>
          )}
          <span>{role}</span>
        </p>
        <p className="quiet small">
          <Ago at={since} />
          {kind === 'connected' && ` · by ${cleanLine(by)}`}
          {kind === 'absent' && ' · not connected'} ·{' '}
          <span className={unanswered > 0 ? 'line-warning' : ''}>{unanswered.toLocaleString()} unanswered</span> ·{' '}
          {sent.toLocaleString()} sent, {received.toLocaleString()} received
        </p>
      </div>
      {kind === 'connected' && (
        <Button
          look="quiet"
          doing={doing}
          aria-label={doing === null ? `Disconnect ${role} of ${session}` : undefined}
          onClick={() => void disconnect()}
        >
          Disconnect
        </Button>
      )}
    </li>
  );
}

/** The task whose session has this number, if it is known. */
export function taskOf<T extends { readonly session: number | null }>(tasks: Iterable<T>, session: string): T | null {
  if (!/^\d+$/.test(session)) return null;
  for (const task of tasks) if (task.session === Number(session)) return task;
  return null;
}
