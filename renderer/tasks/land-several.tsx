import type { ReactNode } from 'react';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { useApp, useView } from '../state/app';
import { showSheet } from '../state/commands';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import type { Picking } from './picking';
import './trains.css';

/** What is done with the changes picked in the list: they are looked at together, and land. */
export function LandSeveral({ picking }: { readonly picking: Picking }): ReactNode {
  const app = useApp();
  const { picked, clear } = picking;
  const isReading = useView(({ task, contest, drawer }) => task !== null || contest !== null || drawer);
  const land = (): void => showSheet(app, { kind: 'land', tasks: picked.map(({ id }) => id) });
  useActions({
    land,
    back: () => {
      // One of them is read before it lands: going back from it leaves them selected.
      if (isReading) return false;
      clear();
      return true;
    },
  });
  const [first] = picked;
  if (first === undefined) return null;
  return (
    <section className="land-several" aria-label="Selected changes">
      <p className="land-several-words" role="status">
        {count(picked.length, 'change')} for {cleanLine(first.base)}
      </p>
      <Button look="quiet" action={isReading ? undefined : 'back'} onClick={clear}>
        Clear
      </Button>
      <Button look="primary" action="land" onClick={land}>
        Land
      </Button>
    </section>
  );
}
