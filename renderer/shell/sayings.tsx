import { type ReactNode, useEffect } from 'react';
import { Button } from '../parts/button';
import { Icon } from '../parts/icon';
import { useApp } from '../state/app';
import { type Saying, unsay } from '../state/said';
import { useStore } from '../state/store';

const shownMs = 8_000;

/** What just happened, at the foot of the window, with a way back where there is one. Failures stay until closed. */
export function Sayings(): ReactNode {
  const { said } = useApp();
  const sayings = useStore(said, (value) => value);
  const shown = sayings.filter((saying) => saying.shown).slice(-3);
  return (
    <div className="sayings" role="status" aria-live="polite">
      {shown.map((saying) => (
        <One key={saying.id} saying={saying} />
      ))}
    </div>
  );
}

function One({ saying }: { readonly saying: Saying }): ReactNode {
  const { said } = useApp();
  useEffect(() => {
    if (saying.kind === 'failed') return;
    const timer = setTimeout(() => unsay(said, saying.id), shownMs);
    return () => clearTimeout(timer);
  }, [said, saying]);
  const { undo } = saying;
  return (
    <div className={`saying saying-${saying.kind}`}>
      <span className="saying-text selectable" dir="auto">
        {saying.text}
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
