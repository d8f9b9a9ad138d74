import { type ReactNode, useEffect } from 'react';
import { Button } from '../parts/button';
import { Icon } from '../parts/icon';
import { TaskNames } from '../parts/task-names';
import { useApp, useModel } from '../state/app';
import { type Saying, unsay } from '../state/said';
import { useStore } from '../state/store';

const shownMs = 5_000;
const shownWithUndoMs = 8_000;
/** What is no longer so is only read to the end. */
const shownWhenOldMs = 1_500;

/**
 * What just happened, with a way back where there is one. What went well is said for a while in the place of the
 * status line and covers nothing else; failures stand above it until they are closed.
 */
export function Sayings(): ReactNode {
  const { said } = useApp();
  const shown = useStore(said, (value) => value).filter((saying) => saying.shown);
  const failed = shown.filter(({ kind }) => kind === 'failed').slice(-3);
  const done = shown.findLast(({ kind }) => kind === 'done');
  return (
    <div className="sayings" role="status" aria-live="polite">
      {failed.map((saying) => (
        <One key={saying.id} saying={saying} />
      ))}
      {done !== undefined && <One key={done.id} saying={done} />}
    </div>
  );
}

function One({ saying }: { readonly saying: Saying }): ReactNode {
  const { said } = useApp();
  const { id, kind, undo, about } = saying;
  const isOld = useModel(
    ({ tasks }) => about !== null && about.state !== null && tasks.get(about.task)?.state !== about.state,
  );
  useEffect(() => {
    if (kind === 'failed') return;
    const ms = isOld ? shownWhenOldMs : undo === null ? shownMs : shownWithUndoMs;
    const timer = setTimeout(() => unsay(said, id), ms);
    return () => clearTimeout(timer);
  }, [said, id, kind, undo, isOld]);
  return (
    <div className={`saying saying-${saying.kind}`}>
      <span className="saying-text selectable" dir="auto" title={saying.text}>
        <TaskNames text={saying.text} />
      </span>
      {undo !== null && (
        <Button
          look="quiet"
          action="undo"
          onClick={() => {
            said.update((all) => all.filter(({ id }) => id !== saying.id));
            undo();
          }}
        >
          Undo
        </Button>
      )}
      <Button look="quiet" className="button-icon" aria-label="Close" onClick={() => unsay(said, saying.id)}>
        <Icon name="close" />
      </Button>
    </div>
  );
}
