import type { ReactNode } from 'react';
import { type CheckStand, checkStandWords, failedOnTop } from '../../core/contract/check';
import { Note } from '../parts/note';
import { cleanLine } from '../text/clean';

interface Overriding {
  /** What is held back, as the first word of a sentence. */
  readonly verb: 'Approve' | 'Publish' | 'Push' | 'Merge';
  readonly overridden: boolean;
  readonly override: (overridden: boolean) => void;
}

/** Which required checks hold something back, and the way to do it all the same; nothing when none does. */
export function Unchecked(props: Overriding & { readonly blocking: readonly CheckStand[] }): ReactNode {
  if (props.blocking.length === 0) return null;
  return (
    <Note kind="warning">
      Required checks have not passed on this change:{' '}
      {props.blocking.map((stand) => cleanLine(checkStandWords(stand))).join('; ')}.{' '}
      {failedOnTop(props.blocking).length > 0
        ? 'Mend that, land it again to have it checked there,'
        : 'Run them in Checks,'}{' '}
      or
      <Override {...props} />
    </Note>
  );
}

/** The tick with which something is done though required checks hold it back. */
export function Override({ verb, overridden, override }: Overriding): ReactNode {
  return (
    <label className="check-override">
      <input type="checkbox" checked={overridden} onChange={(event) => override(event.target.checked)} />
      <span>{verb} all the same. The record of decisions says so.</span>
    </label>
  );
}
