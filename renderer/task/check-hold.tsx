import type { ReactNode } from 'react';
import { blockingChecks, checkStandWords } from '../../core/contract/check';
import type { Task } from '../../core/contract/task';
import { useApp, useView } from '../state/app';
import { useStands } from '../state/checks';
import { cleanLine } from '../text/clean';

/** Says of a task in review that required checks keep it from being approved, and which. Nothing for any other. */
export function CheckHold({ task }: { readonly task: Task }): ReactNode {
  const app = useApp();
  const isThere = useView(({ tab }) => tab === 'checks');
  const blocking = blockingChecks(useStands(task));
  if (task.state !== 'review' || blocking.length === 0) return null;
  return (
    <p className="head-why">
      <span>
        Required before it is approved: {blocking.map((stand) => cleanLine(checkStandWords(stand))).join('; ')}.
      </span>
      {!isThere && (
        <>
          {' '}
          <button
            type="button"
            className="link"
            onClick={() => app.view.update((view) => ({ ...view, tab: 'checks' }))}
          >
            Show checks
          </button>
        </>
      )}
    </p>
  );
}
