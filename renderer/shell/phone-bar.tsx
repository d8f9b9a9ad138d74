import { Dialog } from 'radix-ui';
import { type ReactNode, useMemo } from 'react';
import { Glyph } from '../parts/glyph';
import { Icon } from '../parts/icon';
import { useApp, useModel, useView } from '../state/app';
import { goTo, showSheet } from '../state/commands';
import { countStates, openRequests, type Place } from '../state/places';
import { Rail } from './rail';

/** The places at the foot of a phone's screen: those that are gone to often, and the way to all of them. */
export function PhoneBar(): ReactNode {
  const app = useApp();
  const tasks = useModel((model) => model.tasks);
  const counts = useMemo(() => countStates(tasks), [tasks]);
  const requests = useMemo(() => openRequests(tasks).length, [tasks]);
  const isOpen = useView((view) => view.drawer);
  const isElsewhere = useView(({ place }) => place !== 'inbox' && place !== 'review' && place !== 'running');
  const setOpen = (drawer: boolean): void => app.view.update((view) => ({ ...view, drawer }));
  return (
    <nav className="phone-bar" aria-label="Main places">
      <Tab place="inbox" name="Inbox" amount={requests} calls="waiting" sign={<Icon name="inbox" />} />
      <Tab place="running" name="Running" amount={counts.running} sign={<Glyph look="running" />} />
      <Tab place="review" name="Review" amount={counts.review} calls="review" sign={<Glyph look="review" />} />
      <button
        type="button"
        className="phone-tab"
        aria-haspopup="dialog"
        onClick={() => showSheet(app, { kind: 'new-task', repository: null })}
      >
        <Icon name="add" />
        <span>New task</span>
      </button>
      <Dialog.Root open={isOpen} onOpenChange={setOpen}>
        <Dialog.Trigger asChild>
          <button type="button" className="phone-tab" aria-current={isElsewhere ? 'page' : undefined}>
            <Icon name="more" />
            <span>More</span>
            <Amount amount={counts.failed} calls="failed" about="failed" />
          </button>
        </Dialog.Trigger>
        <Dialog.Portal>
          <Dialog.Content className="phone-places" aria-describedby={undefined}>
            <header className="sheet-head">
              <Dialog.Title className="sheet-title">All places</Dialog.Title>
              <Dialog.Close className="button button-quiet button-icon" aria-label="Close">
                <Icon name="close" />
              </Dialog.Close>
            </header>
            <Rail isAll />
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>
    </nav>
  );
}

function Tab(props: {
  readonly place: Place;
  readonly name: string;
  readonly amount: number;
  readonly sign: ReactNode;
  readonly calls?: 'waiting' | 'review';
}): ReactNode {
  const app = useApp();
  const isHere = useView((view) => view.place === props.place);
  return (
    <button
      type="button"
      className="phone-tab"
      aria-current={isHere ? 'page' : undefined}
      onClick={() => goTo(app, props.place)}
    >
      {props.sign}
      <span>{props.name}</span>
      <Amount amount={props.amount} {...(props.calls && { calls: props.calls })} />
    </button>
  );
}

function Amount(props: {
  readonly amount: number;
  readonly calls?: 'waiting' | 'review' | 'failed';
  readonly about?: string;
}): ReactNode {
  const { amount, calls, about } = props;
  if (amount === 0) return null;
  return (
    <>
      <span className="unseen">, </span>
      <span className={`rail-count phone-count tabular ${calls === undefined ? '' : `rail-count-${calls}`}`}>
        {amount > 99 ? '99+' : amount}
      </span>
      {about !== undefined && <span className="unseen"> {about}</span>}
    </>
  );
}
