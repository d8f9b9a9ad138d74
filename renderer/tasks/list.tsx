import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, type RefObject, useEffect, useMemo, useRef } from 'react';
import { flushSync } from 'react-dom';
import type { Task } from '../../core/contract/task';
import { type Handlers, type Refusal, useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { Empty } from '../parts/empty';
import { Hint } from '../parts/hint';
import { Icon } from '../parts/icon';
import { useApp, useModel, useView } from '../state/app';
import { openTask, showSheet } from '../state/commands';
import { type Place, taskNamed, tasksIn } from '../state/places';
import { say } from '../state/said';
import { useStore } from '../state/store';
import { cleanLine } from '../text/clean';
import { useCursor } from './cursor';
import { useHeldOrder } from './held-order';
import { LandSeveral } from './land-several';
import { type Picking, usePicking } from './picking';
import { TaskLine } from './row';
import { refusedOnRow } from './row-letters';
import { Trains } from './train-banner';
import { emptyWords, placeWord } from './words';

const rowHeight = 52;

/** The tasks of a place, filtered. Two thousand cost as much as twenty. */
export function TaskList(): ReactNode {
  const app = useApp();
  const tasks = useModel((model) => model.tasks);
  const repositories = useModel((model) => model.repositories);
  const place = useView((view) => view.place);
  const filter = useView((view) => view.filter);
  const open = useView((view) => view.task);
  const shown = useMemo(() => tasksIn(tasks, place, filter), [tasks, place, filter]);
  const { items, pointer, moved } = useHeldOrder(shown, tasks, `${place} ${filter}`);
  const picking = usePicking(tasks);
  const elsewhere = items.length === 0 ? taskNamed(tasks, filter) : undefined;
  const field = useRef<HTMLInputElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  // The page has one first heading: the open task's title, or the place when none is open.
  const Heading = open === null ? 'h1' : 'h2';
  useActions({
    filter: () => {
      field.current?.focus();
      field.current?.select();
      return field.current !== null;
    },
  });
  return (
    <section className="list" aria-label="Tasks" {...pointer}>
      <header className="list-head">
        <Heading className="ellipsis">{placeWord(place, repositories)}</Heading>
        <span className="quiet tabular">{shown.length.toLocaleString()}</span>
        <span className="grow" />
        <Hint action="new-task">
          <Button
            look="quiet"
            className="button-icon"
            aria-label="New task"
            onClick={() => showSheet(app, { kind: 'new-task', repository: repositoryOf(place) })}
          >
            <Icon name="add" />
          </Button>
        </Hint>
      </header>
      <div className="list-filter">
        <Icon name="search" />
        <input
          ref={field}
          className="list-field"
          aria-label="Filter tasks"
          placeholder="Filter"
          value={filter}
          onChange={(event) => app.view.update((view) => ({ ...view, filter: event.target.value }))}
          onKeyDown={(event) => {
            if (event.key !== 'Escape' && event.key !== 'Enter') return;
            event.preventDefault();
            const hit = items[0] ?? elsewhere;
            if (event.key === 'Escape') app.view.update((view) => ({ ...view, filter: '' }));
            else if (hit !== undefined) openTask(app, hit.id);
            // Without a hit there is no list, and what is written stays at hand.
            if (rows.current !== null) rows.current.focus({ preventScroll: true });
            else if (event.key === 'Escape') event.currentTarget.blur();
          }}
        />
        <kbd className="keys">/</kbd>
      </div>
      <Trains place={place} />
      {items.length === 0 ? (
        <Empty
          title={filter === '' ? emptyWords(place).title : 'No task matches'}
          actions={elsewhere && <Button onClick={() => openTask(app, elsewhere.id)}>Open #{elsewhere.id}</Button>}
        >
          {filter === ''
            ? emptyWords(place).text
            : elsewhere === undefined
              ? `Nothing here has “${filter}” in its title, repository, branch, agent or number.`
              : `“${cleanLine(elsewhere.title)}” is in another place.`}
        </Empty>
      ) : (
        <Rows scroller={rows} place={place} tasks={items} open={open} picking={picking} onMove={moved} />
      )}
      {picking.picked.length > 0 && <LandSeveral picking={picking} />}
    </section>
  );
}

function Rows(props: {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly place: Place;
  readonly tasks: readonly Task[];
  readonly open: number | null;
  readonly picking: Picking;
  /** Told when the person moves to another row by a key. */
  readonly onMove: () => void;
}): ReactNode {
  const { scroller, place, tasks, open, picking, onMove } = props;
  const app = useApp();
  const keys = useMemo(() => tasks.map(({ id }) => keyIn(place, id)), [place, tasks]);
  const isListed = tasks.some(({ id }) => id === open);
  const first = isListed && open !== null ? keyIn(place, open) : (keys[0] ?? null);
  const [at, moveTo] = useCursor(keys, first, isSamePlace);
  const cursor = at === null ? null : (tasks[at]?.id ?? null);
  const rows = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => tasks[index]?.id ?? index,
    overscan: 8,
  });
  const openRow = useRef<number | null>(null);
  const before = useRef({ isListed, cursor });
  /** Whether the open task left the list with the cursor on it, and nobody moved that since. */
  const wentAway = useRef(false);
  useEffect(() => {
    if (openRow.current !== open && isListed && open !== null) {
      moveTo(keyIn(place, open));
      rows.scrollToIndex(
        tasks.findIndex(({ id }) => id === open),
        { align: 'auto' },
      );
    }
    // One that went away with the cursor, to its agent for instance, has it again when it is back.
    else if (before.current.isListed && !isListed) wentAway.current = before.current.cursor === open;
    else if (!before.current.isListed && isListed && open !== null && wentAway.current) moveTo(keyIn(place, open));
    if (isListed) wentAway.current = false;
    before.current = { isListed, cursor };
    openRow.current = open;
  });
  const cameBack = useStore(app.cameBack, (task) => (task === open ? task : null));
  useEffect(() => {
    const index = cameBack === null ? -1 : tasks.findIndex(({ id }) => id === cameBack);
    if (index === -1) return;
    app.cameBack.update(() => null);
    moveTo(keys[index] ?? null);
    rows.scrollToIndex(index, { align: 'auto' });
    scroller.current?.focus({ preventScroll: true });
  });
  const go = (to: number): void => {
    const next = Math.max(0, Math.min(tasks.length - 1, to));
    onMove();
    wentAway.current = false;
    // Where the list is folded away nobody would see what moves in it, nor could it have the focus.
    if (scroller.current !== null && getComputedStyle(scroller.current).visibility === 'hidden')
      flushSync(() => app.view.update((view) => ({ ...view, drawer: true })));
    moveTo(keys[next] ?? null);
    rows.scrollToIndex(next, { align: 'auto' });
    scroller.current?.focus({ preventScroll: true });
  };
  const move = (by: number): void => go(at === null ? 0 : at + by);
  /** Whether keys would change the open task from another one's row: then that is said in place of being done. */
  const refuses: Refusal = (pressed, target) => {
    if (target === null || scroller.current?.contains(target) !== true) return false;
    if (open === null || cursor === null || open === cursor) return false;
    const known = app.model.get().tasks;
    const titles = { open: known.get(open)?.title ?? null, row: known.get(cursor)?.title ?? null };
    const text = refusedOnRow(pressed, { mac: app.mac, ...titles });
    if (text !== null) say(app.said, { kind: 'done', text, undo: null });
    return text !== null;
  };
  const handlers: Handlers = {
    down: () => move(1),
    up: () => move(-1),
    open: () => {
      if (cursor === null) return false;
      openTask(app, cursor);
      return true;
    },
    pick: () => at !== null && tasks[at] !== undefined && picking.toggle(tasks[at]),
    'pick-alike': () => at !== null && tasks[at] !== undefined && picking.pickAlike(tasks[at], tasks),
  };
  useActions(handlers, undefined, refuses);
  return (
    <div
      ref={scroller}
      className="rows"
      role="listbox"
      aria-label="Tasks"
      tabIndex={0}
      aria-activedescendant={cursor === null ? undefined : `task-${cursor}`}
      onKeyDown={(event) => {
        if (event.key === 'ArrowDown') move(1);
        else if (event.key === 'ArrowUp') move(-1);
        else if (event.key === 'Home') go(0);
        else if (event.key === 'End') go(tasks.length);
        else return;
        event.preventDefault();
      }}
    >
      <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="presentation">
        {rows.getVirtualItems().map((item) => {
          const task = tasks[item.index];
          if (task === undefined) return null;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the list box has the keys; its options are pressed.
            <div
              key={item.key}
              id={`task-${task.id}`}
              role="option"
              tabIndex={-1}
              aria-selected={task.id === open}
              aria-checked={picking.picked.length > 0 ? picking.has(task.id) : undefined}
              data-picked={picking.has(task.id) || undefined}
              aria-setsize={tasks.length}
              aria-posinset={item.index + 1}
              className={`row ${cursor === task.id ? 'row-cursor' : ''}`}
              style={{ position: 'absolute', top: item.start, insetInline: 0, height: rowHeight }}
              onClick={(event) => {
                wentAway.current = false;
                moveTo(keyIn(place, task.id));
                // The row may scroll away and be taken off the page; the list stays.
                scroller.current?.focus({ preventScroll: true });
                if (event.ctrlKey || event.metaKey || event.shiftKey) picking.toggle(task);
                else openTask(app, task.id);
              }}
            >
              <TaskLine task={task} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** A row is another one in another place, so that each place begins at its first row. */
function keyIn(place: Place, task: number): string {
  return `${place} ${task}`;
}

function isSamePlace(from: string, to: string): boolean {
  return from.split(' ')[0] === to.split(' ')[0];
}

function repositoryOf(place: Place): number | null {
  return place.startsWith('repository:') ? Number(place.slice(11)) : null;
}
