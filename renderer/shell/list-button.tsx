import type { ReactNode } from 'react';
import { Button } from '../parts/button';
import { Hint } from '../parts/hint';
import { Icon } from '../parts/icon';
import { usePhone } from '../parts/media';
import { useApp } from '../state/app';
import { goBack } from '../state/commands';

/**
 * Folds the list out over the page, or away again, where the window has no room for both. On a phone, which shows one place at
 * a time, it leads back to the list.
 */
export function ListButton(): ReactNode {
  const app = useApp();
  const phone = usePhone();
  const words = phone ? 'Back' : 'Show the list';
  const act = (): void => {
    if (phone) goBack(app);
    else app.view.update((view) => ({ ...view, drawer: !view.drawer }));
  };
  return (
    <Hint text={words}>
      <Button look="quiet" className="button-icon head-drawer" aria-label={words} onClick={act}>
        <Icon name={phone ? 'back' : 'list'} />
      </Button>
    </Hint>
  );
}
