import { type ReactNode, useMemo } from 'react';
import type { ActionId } from '../keys/actions';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { Glyph, type Look } from '../parts/glyph';
import { Hint } from '../parts/hint';
import { Icon } from '../parts/icon';
import { useApp, useModel, useView } from '../state/app';
import { goTo, showSheet } from '../state/commands';
import { countStates, openRequests, type Place } from '../state/places';
import { cleanLine } from '../text/clean';
import { initialsOf } from './initials';

/** The keys that lead to the places. */
export function usePlaceKeys(): void {
  const app = useApp();
  useActions({
    'go-inbox': () => goTo(app, 'inbox'),
    'go-running': () => goTo(app, 'running'),
    'go-review': () => goTo(app, 'review'),
    'go-queue': () => goTo(app, 'queue'),
    'go-failed': () => goTo(app, 'failed'),
    'go-done': () => goTo(app, 'done'),
    'go-monitor': () => goTo(app, 'monitor'),
  });
}

/** The places, with what is in each, and the repositories. With `isAll` also what stands elsewhere in a wider window. */
export function Rail({ isAll = false }: { readonly isAll?: boolean }): ReactNode {
  const app = useApp();
  const tasks = useModel((model) => model.tasks);
  const repositories = useModel((model) => model.repositories);
  const counts = useMemo(() => countStates(tasks), [tasks]);
  const initials = useMemo(() => initialsOf(repositories.map(({ name }) => cleanLine(name))), [repositories]);
  const requests = useMemo(() => openRequests(tasks).length, [tasks]);
  const busy = useMemo(() => {
    const found = new Map<number, number>();
    for (const { state, repositoryId } of tasks.values()) {
      if (state !== 'done' && state !== 'cancelled') found.set(repositoryId, (found.get(repositoryId) ?? 0) + 1);
    }
    return found;
  }, [tasks]);
  return (
    <nav className="rail" aria-label="Places">
      <div className="rail-top">
        <Hint action="new-task" side="right">
          <Button className="rail-new" onClick={() => showSheet(app, { kind: 'new-task', repository: null })}>
            <Icon name="add" />
            <span className="rail-word">New task</span>
          </Button>
        </Hint>
      </div>
      <ul>
        <Item
          place="inbox"
          action="go-inbox"
          name="Inbox"
          icon={<Icon name="inbox" />}
          amount={requests}
          calls="waiting"
        />
        <Item place="running" action="go-running" name="Running" look="running" amount={counts.running} />
        <Item place="review" action="go-review" name="Review" look="review" amount={counts.review} calls="review" />
        <Item place="queue" action="go-queue" name="Queue" look="queued" amount={counts.queued} />
        <Item place="failed" action="go-failed" name="Failed" look="failed" amount={counts.failed} calls="failed" />
        <Item place="done" action="go-done" name="Done" look="done" amount={0} />
      </ul>
      <ul className="rail-more">
        <Item place="monitor" action="go-monitor" name="Monitor" icon={<Icon name="pulse" />} amount={0} />
        <SheetItem kind="worktrees" action="worktrees" name="Worktrees" icon="worktree" />
        {isAll && <SheetItem kind="search" action="search" name="Search" icon="search" />}
        {isAll && <SheetItem kind="settings" action="settings" name="Settings" icon="settings" />}
      </ul>
      <h2 className="rail-heading">
        <span className="rail-word">Repositories</span>
      </h2>
      <ul className="rail-repositories">
        {repositories.map((repository, index) => (
          <Item
            key={repository.id}
            place={`repository:${repository.id}`}
            name={cleanLine(repository.name)}
            icon={<Icon name={repository.trustChanged ? 'warning' : 'repository'} />}
            initials={initials[index] ?? ''}
            amount={busy.get(repository.id) ?? 0}
            hint={
              repository.trustChanged
                ? `${cleanLine(repository.name)}: what it could run has changed; trust it again`
                : `${cleanLine(repository.name)} · ${cleanLine(repository.path)}`
            }
          />
        ))}
        <li>
          <Hint action="add-repository" side="right">
            <button
              type="button"
              className="rail-item rail-add"
              onClick={() => showSheet(app, { kind: 'add-repository', path: null })}
            >
              <Icon name="add" />
              <span className="rail-word">Add repository</span>
            </button>
          </Hint>
        </li>
      </ul>
    </nav>
  );
}

/** What is laid over the window rather than gone to. */
function SheetItem(props: {
  readonly kind: 'worktrees' | 'search' | 'settings';
  readonly action: ActionId;
  readonly name: string;
  readonly icon: Parameters<typeof Icon>[0]['name'];
}): ReactNode {
  const { kind, name } = props;
  const app = useApp();
  return (
    <li>
      <Hint text={name} action={props.action} side="right">
        <button
          type="button"
          className="rail-item"
          aria-haspopup="dialog"
          onClick={() => showSheet(app, kind === 'search' ? { kind, words: '' } : { kind })}
        >
          <Icon name={props.icon} />
          <span className="rail-word ellipsis">{name}</span>
        </button>
      </Hint>
    </li>
  );
}

function Item(props: {
  readonly place: Place;
  readonly name: string;
  readonly amount: number;
  readonly action?: ActionId;
  readonly look?: Look;
  readonly icon?: ReactNode;
  readonly hint?: string;
  /** What stands for the name where there is no room for it. */
  readonly initials?: string;
  /** The hue of a count that wants the person. */
  readonly calls?: 'waiting' | 'review' | 'failed';
}): ReactNode {
  const app = useApp();
  const isHere = useView((view) => view.place === props.place);
  const item = (
    <button
      type="button"
      className="rail-item"
      aria-current={isHere ? 'page' : undefined}
      onClick={() => goTo(app, props.place)}
    >
      {props.icon ?? <Glyph look={props.look ?? 'queued'} />}
      {props.initials !== undefined && (
        <span className="rail-initials" aria-hidden="true">
          {props.initials}
        </span>
      )}
      <span className="rail-word ellipsis" dir="auto">
        {props.name}
      </span>
      {props.amount > 0 && <span className="unseen">, </span>}
      {props.amount > 0 && (
        <span className={`rail-count tabular ${props.calls === undefined ? '' : `rail-count-${props.calls}`}`}>
          {props.amount > 999 ? '999+' : props.amount}
        </span>
      )}
    </button>
  );
  const text = props.hint ?? props.name;
  return (
    <li>
      <Hint text={text} side="right" {...(props.action === undefined ? {} : { action: props.action })}>
        {item}
      </Hint>
    </li>
  );
}
