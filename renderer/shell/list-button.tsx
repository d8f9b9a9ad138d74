import type { ReactNode } from 'react';
import { Button } from '../parts/button';
import { Hint } from '../parts/hint';
import { Icon } from '../parts/icon';
import { useApp } from '../state/app';

/** Folds the list out over the page, or away again, where the window has no room for both. */
export function ListButton(): ReactNode {
  const app = useApp();
  return (
    <Hint text="Show the list">
      <Button
        look="quiet"
        className="button-icon head-drawer"
        aria-label="Show the list"
        onClick={() => app.view.update((view) => ({ ...view, drawer: !view.drawer }))}
      >
        <Icon name="list" />
      </Button>
    </Hint>
  );
}
