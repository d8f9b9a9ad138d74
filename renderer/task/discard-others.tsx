import type { ReactNode } from 'react';
import type { Task } from '../../core/contract/task';
import { Note } from '../parts/note';
import { othersGo } from '../state/contests';
import { cleanLine } from '../text/clean';

/** Says which tasks of a contest go once the approved one has landed, and lets them stay. */
export function DiscardOthers(props: {
  readonly others: readonly Task[];
  readonly discards: boolean;
  readonly onDiscards: (discards: boolean) => void;
}): ReactNode {
  const { others, discards, onDiscards } = props;
  return (
    <Note kind="info">
      <label className="verdict-leave">
        <input type="checkbox" checked={discards} onChange={(event) => onDiscards(event.target.checked)} />
        <span>
          Then discard the {others.length === 1 ? 'other' : 'others'} of its contest: {cleanLine(othersGo(others))}
        </span>
      </label>
    </Note>
  );
}
