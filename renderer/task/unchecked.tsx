import type { ReactNode } from 'react';
import { type CheckStand, checkStandWords } from '../../core/contract/check';
import { Note } from '../parts/note';
import { cleanLine } from '../text/clean';

/** Which required checks hold something back, and the way to do it all the same; nothing when none does. */
export function Unchecked(props: {
  readonly blocking: readonly CheckStand[];
  /** What is held back, as the first word of a sentence. */
  readonly verb: 'Approve' | 'Publish' | 'Merge';
  readonly overridden: boolean;
  readonly override: (overridden: boolean) => void;
}): ReactNode {
  if (props.blocking.length === 0) return null;
  return (
    <Note kind="warning">
      Required checks have not passed on this change:{' '}
      {props.blocking.map((stand) => cleanLine(checkStandWords(stand))).join('; ')}. Run them in Checks, or
      <label className="check-override">
        <input type="checkbox" checked={props.overridden} onChange={(event) => props.override(event.target.checked)} />
        <span>{props.verb} all the same. The record of decisions says so.</span>
      </label>
    </Note>
  );
}
