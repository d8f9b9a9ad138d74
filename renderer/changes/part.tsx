import { type ReactNode, useRef, useState } from 'react';
import { type Checkpoint, checkpointName, standing } from '../../core/contract/checkpoint';
import type { Commit, Review } from '../../core/contract/review';
import type { Client } from '../client';
import { useActions } from '../keys/keyboard';
import { Hint } from '../parts/hint';
import { useApp } from '../state/app';
import { showPart, showWhole } from '../state/part';
import { useResource } from '../state/resource';
import type { ChangePart } from '../state/view';
import { cleanLine } from '../text/clean';
import type { Compared } from './patches';

/** What a part is called in one line, said above its diff. */
export function partWords(
  part: ChangePart,
  known: { readonly commits: readonly Commit[]; readonly points: readonly Checkpoint[] },
): string {
  switch (part.kind) {
    case 'turn': {
      const point = known.points.find(({ number }) => number === part.checkpoint);
      if (point === undefined) return 'Only one turn';
      return point.kind === 'turn' ? `Only what turn ${point.turn} changed` : `Only ${lowered(checkpointName(point))}`;
    }
    case 'commit': {
      const commit = known.commits.find(({ oid }) => oid === part.oid);
      return `Only the commit ${commit === undefined ? part.oid.slice(0, 9) : `“${cleanLine(commit.subject)}”`}`;
    }
    case 'since':
      return 'Only what is new since you last asked for changes';
  }
}

function lowered(name: string): string {
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
}

/** Asks the core for part of a change. */
export async function fetchPart(
  client: Client,
  {
    task,
    of,
    head,
    signal,
  }: { readonly task: number; readonly of: ChangePart; readonly head: string | null; readonly signal: AbortSignal },
): Promise<Compared> {
  if (of.kind === 'turn') return client.checkpoints.diff({ task, to: of.checkpoint }, { signal });
  const range = of.kind === 'commit' ? { from: null, to: of.oid } : { from: of.oid, to: head ?? of.oid };
  return client.reviews.between({ task, ...range }, { signal });
}

/** A part in a word, by which it is chosen and told apart. */
export function nameOfPart(part: ChangePart | null): string {
  if (part === null) return 'whole';
  return part.kind === 'turn' ? `turn ${part.checkpoint}` : `${part.kind} ${part.oid}`;
}

/** The turns of a task that can be looked at. */
export function useTurns(task: number, version: number): readonly Checkpoint[] {
  const { value } = useResource(
    `turns ${task}`,
    (client, signal) => client.checkpoints.list({ task }, { signal }),
    version,
  );
  return value ?? none;
}

const none: readonly Checkpoint[] = [];

/** Chooses what of a change is shown: the whole, what is new, a commit, a turn. Nothing where there is only the whole. */
export function PartChoice(props: {
  readonly task: number;
  readonly part: ChangePart | null;
  readonly review: Pick<Review, 'commits' | 'lastSeen' | 'head'> | null;
  readonly points: readonly Checkpoint[];
}): ReactNode {
  const { task, part, review, points } = props;
  const app = useApp();
  const field = useRef<HTMLSelectElement>(null);
  // A change may have hundreds of commits: they are there when somebody is about to choose.
  const [isChoosing, setChoosing] = useState(false);
  const since = review?.lastSeen ?? null;
  const commits = review?.commits ?? [];
  const turns = points.filter(({ kind, kept }) => kept && kind !== 'start');
  const stands = standing(points);
  const parts: readonly ChangePart[] = [
    ...(since === null ? [] : [{ kind: 'since', oid: since } as const]),
    ...commits.map(({ oid }) => ({ kind: 'commit', oid }) as const),
    ...turns.map(({ number }) => ({ kind: 'turn', checkpoint: number }) as const),
  ];
  const hasChoice = part !== null || since !== null || commits.length > 1 || turns.length > 1;
  useActions({
    part: () => {
      if (!hasChoice || field.current === null) return false;
      field.current.focus();
      return true;
    },
  });
  if (!hasChoice) return null;
  const now = nameOfPart(part);
  const listed = {
    commits: commits.filter(({ oid }) => isChoosing || now === `commit ${oid}`),
    turns: turns.filter(({ number }) => isChoosing || now === `turn ${number}`),
  };
  return (
    <Hint action="part">
      <select
        ref={field}
        className="choose part-choice"
        aria-label="What of the change is shown"
        value={now}
        onFocus={() => setChoosing(true)}
        onPointerEnter={() => setChoosing(true)}
        onBlur={() => setChoosing(false)}
        onChange={(event) => {
          // Whoever chose reads on: in the field letters would choose instead of doing what they do.
          event.target.blur();
          const next = parts.find((each) => nameOfPart(each) === event.target.value);
          if (next === undefined) showWhole(app);
          else showPart(app, task, next);
        }}
      >
        <option value="whole">Whole change</option>
        {since !== null && (
          <option value={nameOfPart({ kind: 'since', oid: since })} disabled={since === review?.head}>
            {since === review?.head ? 'Nothing new since your last review' : 'New since your last review'}
          </option>
        )}
        {listed.commits.length > 0 && (
          <optgroup label="Commits">
            {listed.commits.map(({ oid, subject }) => (
              <option key={oid} value={`commit ${oid}`}>
                {shortened(subject)}
              </option>
            ))}
          </optgroup>
        )}
        {listed.turns.length > 0 && (
          <optgroup label="Turns">
            {listed.turns.map((point) => (
              <option key={point.number} value={`turn ${point.number}`}>
                {point.kind === 'turn' ? `Turn ${point.turn}` : checkpointName(point)}
                {!stands.has(point.number) && point.kind !== 'left' && ' (left behind)'}
              </option>
            ))}
          </optgroup>
        )}
        {part !== null && !parts.some((each) => nameOfPart(each) === now) && (
          <option value={now}>{partWords(part, { commits, points })}</option>
        )}
      </select>
    </Hint>
  );
}

function shortened(subject: string): string {
  const line = cleanLine(subject);
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
