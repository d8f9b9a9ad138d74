import type { ReactNode } from 'react';
import { protectedWords, upstreamWords } from '../../core/contract/base-state';
import { passedApartWords } from '../../core/contract/check';
import { type LeftMarker, leftMarkersWords, type Review } from '../../core/contract/review';
import type { Task } from '../../core/contract/task';
import { goToLine } from '../changes/go-to-line';
import { Button } from '../parts/button';
import { Note } from '../parts/note';
import { useApp } from '../state/app';
import { showSheet } from '../state/commands';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';

const shown = 5;

/** Whether the base cannot be moved as things stand. */
export function isHeld({ checkout, protectedBy }: Review): boolean {
  return protectedBy !== null || checkout?.busy != null || (checkout?.inTheWay.length ?? 0) > 0;
}

/** What is in the way of moving the base, and what is to be known of it or of the change first, each with the way on. */
export function BaseNotes(props: {
  readonly task: Task;
  readonly review: Review;
  readonly reload: () => void;
  readonly close: () => void;
}): ReactNode {
  const { task, review, reload } = props;
  const app = useApp();
  const { checkout, protectedBy, upstream, markers, passedApart } = review;
  const again = <Button onClick={reload}>Check again</Button>;
  const behind = upstream === null ? null : upstreamWords(task.base, upstream);
  const files = checkout?.inTheWay ?? [];
  return (
    <>
      {markers.length > 0 && <LeftMarkers task={task} markers={markers} close={props.close} />}
      {protectedBy !== null && (
        <Note kind="warning">{cleanLine(protectedWords(task.base, protectedBy, task.branch))}</Note>
      )}
      {checkout !== null && checkout.busy !== null && (
        <Note kind="warning" actions={again}>
          {cleanLine(task.base)} is checked out at {cleanLine(checkout.path)} and cannot be moved there now.{' '}
          {cleanLine(checkout.busy)}
        </Note>
      )}
      {checkout !== null && files.length > 0 && (
        <Note kind="warning" actions={again}>
          Your checkout at {cleanLine(checkout.path)} has edits in {files.slice(0, shown).map(cleanLine).join(', ')}
          {files.length > shown && ` and ${count(files.length - shown, 'more file')}`}, which this change touches too.
          Commit or move them first.
        </Note>
      )}
      {behind !== null && (
        <Note kind="info" actions={again}>
          {cleanLine(behind)}
        </Note>
      )}
      {passedApart !== null && (
        <Note
          kind="info"
          actions={
            <Button
              onClick={() => {
                props.close();
                showSheet(app, { kind: 'land', tasks: [task.id] });
              }}
            >
              Land…
            </Button>
          }
        >
          {cleanLine(passedApartWords(passedApart, task))}
        </Note>
      )}
    </>
  );
}

/** Where marks of a conflict were left; each leads to its line. */
function LeftMarkers(props: {
  readonly task: Task;
  readonly markers: readonly LeftMarker[];
  readonly close: () => void;
}): ReactNode {
  const { task, markers } = props;
  const app = useApp();
  const go = ({ path, line }: LeftMarker): void => {
    props.close();
    goToLine(app, { task: task.id, path, line });
  };
  return (
    <Note kind="warning">
      {leftMarkersWords}{' '}
      {markers.slice(0, shown).map((marker, index) => (
        <span key={marker.path}>
          {index > 0 && ', '}
          <button type="button" className="link check-place" onClick={() => go(marker)}>
            {cleanLine(marker.path)}:{marker.line}
          </button>
        </span>
      ))}
      {markers.length > shown && ` and ${count(markers.length - shown, 'more file')}`}
    </Note>
  );
}
