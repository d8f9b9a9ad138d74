import { type ReactNode, useEffect, useMemo } from 'react';
import type { Task } from '../../core/contract/task';
import { Empty } from '../parts/empty';
import { useApp } from '../state/app';
import { useStore } from '../state/store';
import { useNow } from '../text/time';
import { useConversation } from './follow';
import { useMoves, withMoves } from './moves';
import { silenceWords } from './silence';
import { Transcript } from './transcript';
import { UsedLine } from './used-line';

/** A task's conversation: its newest session, or the earlier one somebody went to from a search. */
export function Conversation({ task }: { readonly task: Task }): ReactNode {
  const app = useApp();
  const found = useStore(app.found, (place) => (place?.task === task.id ? place : null));
  const asked = useStore(app.asked, (place) => (place?.task === task.id ? place : null));
  const session = found?.session ?? task.session;
  const told = useConversation(session);
  const moves = useMoves(task, session);
  const known = useMemo(() => withMoves(told, moves), [told, moves]);
  const isEarlier = session !== task.session;
  // Whoever leaves and comes back is in the newest conversation again.
  useEffect(
    () => () => {
      app.found.update((place) => (place?.task === task.id ? null : place));
      app.asked.update((place) => (place?.task === task.id ? null : place));
    },
    [app, task.id],
  );
  const toNewest = useMemo(() => () => app.found.update(() => null), [app]);
  if (session === null) return <Silence task={task} />;
  return (
    <div className="conversation-place">
      {isEarlier && (
        <p className="conversation-earlier quiet">
          This is an earlier conversation of this task.
          <button type="button" className="link" onClick={toNewest}>
            Show the newest
          </button>
        </p>
      )}
      <Transcript key={session} known={known} task={task} session={session} found={found} asked={asked} />
      <UsedLine used={known.used} />
    </div>
  );
}

function Silence({ task }: { readonly task: Task }): ReactNode {
  return <Empty title="No conversation yet">{silenceWords(task, useNow())}</Empty>;
}
