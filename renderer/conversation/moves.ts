import { useMemo } from 'react';
import { type MoveLine, moveLines } from '../../core/contract/move-words';
import type { Session } from '../../core/contract/session';
import { type Task, taskStates } from '../../core/contract/task';
import { useResource } from '../state/resource';
import type { Conversation } from './follow';
import type { Row } from './row-kinds';

/** A row of a conversation that says how its task moved. */
export type MoveRow = Extract<Row, { kind: 'move' }>;

/** How a task moved, as rows for the conversation of one of its sessions; null until that is known. */
export function useMoves(task: Task, session: number | null): readonly MoveRow[] | null {
  // A move always changes the state, so two of them in one millisecond are two versions as well. In review a person may edit.
  const version =
    task.state === 'review' ? task.updatedAt : task.stateSince * taskStates.length + taskStates.indexOf(task.state);
  const known = useResource(
    `${task.id} ${task.session}`,
    async (client, signal) => {
      const [detail, sessions] = await Promise.all([
        client.tasks.get({ task: task.id }, { signal }),
        client.sessions.list({ task: task.id }, { signal }),
      ]);
      return { lines: moveLines(detail), sessions };
    },
    version,
  );
  const { value, failure } = known;
  return useMemo(
    () => (value === null ? (failure === null ? null : []) : moveRows(value.lines, value.sessions, session)),
    [value, failure, session],
  );
}

/**
 * The moves of a task that belong to one of its sessions: from the end of the session before, which says why there is
 * another one, to the beginning of the next. Without sessions all of them.
 */
export function moveRows(
  lines: readonly MoveLine[],
  sessions: readonly Pick<Session, 'id' | 'startedAt' | 'endedAt'>[],
  session: number | null,
): readonly MoveRow[] {
  const place = sessions.findIndex(({ id }) => id === session);
  const before = sessions[place - 1];
  const next = place === -1 ? undefined : sessions[place + 1];
  const from = before === undefined ? 0 : (before.endedAt ?? before.startedAt);
  const until = next?.startedAt ?? Number.POSITIVE_INFINITY;
  return lines.flatMap((line, index) =>
    line.at < from || line.at > until ? [] : [{ kind: 'move' as const, key: `move ${index}`, at: line.at, line }],
  );
}

/**
 * A conversation with a task's moves between its steps, each before the first step that is newer: what is noted in the very
 * millisecond of a move led to it, unless it is the first step of all. Until the moves are known none of it is shown,
 * because what is being read must not be moved by what came before it.
 */
export function withMoves(known: Conversation, moves: readonly MoveRow[] | null): Conversation {
  if (moves === null) return { ...known, rows: [], seq: 0, placeOf: () => undefined, loading: true };
  if (known.loading || moves.length === 0) return known;
  const rows: Row[] = [];
  /** How many rows of the conversation come before each move. */
  const places: number[] = [];
  let next = 0;
  for (const [place, row] of known.rows.entries()) {
    const before = place === 0 ? row.at : row.at - 1;
    for (let move = moves[next]; move !== undefined && move.at <= before; move = moves[next]) {
      rows.push(move);
      places.push(place);
      next += 1;
    }
    rows.push(row);
  }
  rows.push(...moves.slice(next));
  return {
    ...known,
    rows,
    placeOf: (seq) => {
      const place = known.placeOf(seq);
      return place === undefined ? undefined : place + places.filter((before) => before <= place).length;
    },
  };
}
