import { lazy, type ReactNode, Suspense } from 'react';
import { checkpointName } from '../../core/contract/checkpoint';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { Failed, Skeleton } from '../parts/empty';
import { useApp } from '../state/app';
import { showWhole } from '../state/checkpoints';
import { useResource } from '../state/resource';

const ReviewChanges = lazy(async () => ({ default: (await import('./review-changes')).ReviewChanges }));

/** What one turn of the agent changed, and the way back to the whole change. */
export function TurnChanges({ task, checkpoint }: { readonly task: number; readonly checkpoint: number }): ReactNode {
  const app = useApp();
  const { value, failure, reload } = useResource(`turn ${task} ${checkpoint}`, async (client, signal) => {
    const [diff, all] = await Promise.all([
      client.checkpoints.diff({ task, to: checkpoint }, { signal }),
      client.checkpoints.list({ task }, { signal }),
    ]);
    return { diff, point: all.find(({ number }) => number === checkpoint) };
  });
  const leave = (): boolean => {
    showWhole(app);
    return true;
  };
  useActions({ back: leave });
  return (
    <div className="turn-changes">
      <div className="turn-bar">
        <span>{value?.point === undefined ? 'One turn' : wordsFor(value.point)}</span>
        <Button look="quiet" onClick={leave}>
          Show the whole change
        </Button>
      </div>
      {failure !== null && <Failed failure={failure} again={reload} />}
      {failure === null && value === null && <Skeleton lines={10} />}
      {value !== null && (
        <Suspense fallback={<Skeleton lines={10} />}>
          <ReviewChanges
            review={value.diff}
            spot={`changes:${task}:${checkpoint}`}
            nothing="What changed is in the index, in git’s own folders or in nested repositories, of which there is no diff."
          />
        </Suspense>
      )}
    </div>
  );
}

function wordsFor(point: Parameters<typeof checkpointName>[0]): string {
  return point.kind === 'turn' ? `Only what turn ${point.turn} changed` : checkpointName(point);
}
