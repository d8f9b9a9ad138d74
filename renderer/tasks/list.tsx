import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import type { Task } from '../../core/contract/task';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { Empty, Skeleton } from '../parts/empty';
import { Hint } from '../parts/hint';
import { Icon } from '../parts/icon';
import { useApp, useModel, useView } from '../state/app';
import { openTask, showSheet } from '../state/commands';
import { type Place, tasksIn } from '../state/places';
import { TaskLine } from './row';
import { emptyWords, placeWord } from './words';

const rowHeight = 52;

/** The tasks of a place, filtered. Two thousand cost as much as twenty. */
export function TaskList(): ReactNode {
  const app = useApp();
  const tasks = useModel((model) => model.tasks);
  const connecting = useModel((model) => model.connection.kind === 'connecting');
  const repositories = useModel((model) => model.repositories);
  const place = useView((view) => view.place);
  const filter = useView((view) => view.filter);
  const open = useView((view) => view.task);
  const shown = useMemo(() => tasksIn(tasks, place, filter), [tasks, place, filter]);
  const field = useRef<HTMLInputElement>(null);
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
    <section className="list" aria-label="Tasks">
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
            if (event.key === 'Escape') app.view.update((view) => ({ ...view, filter: '' }));
            event.currentTarget.blur();
          }}
        />
        <kbd className="keys">/</kbd>
      </div>
      {connecting ? (
        <Skeleton lines={8} />
      ) : shown.length === 0 ? (
        <Empty title={filter === '' ? emptyWords(place).title : 'No task matches'}>
          {filter === ''
            ? emptyWords(place).text
            : `Nothing here has “${filter}” in its title, repository, branch or agent.`}
        </Empty>
      ) : (
        <Rows tasks={shown} open={open} />
      )}
    </section>
  );
}

function Rows({ tasks, open }: { readonly tasks: readonly Task[]; readonly open: number | null }): ReactNode {
  const app = useApp();
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState<number | null>(open);
  const at = Math.max(
    0,
    tasks.findIndex(({ id }) => id === (cursor ?? open)),
  );
  const rows = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => tasks[index]?.id ?? index,
    overscan: 8,
  });
  useEffect(() => setCursor(open), [open]);
  const move = (by: number): void => {
    const next = cursor === null && open === null ? 0 : Math.max(0, Math.min(tasks.length - 1, at + by));
    setCursor(tasks[next]?.id ?? null);
    rows.scrollToIndex(next, { align: 'auto' });
    scroller.current?.focus({ preventScroll: true });
  };
  useActions({
    down: () => move(1),
    up: () => move(-1),
    open: () => {
      const task = tasks[at];
      if (task === undefined || cursor === null) return false;
      openTask(app, task.id);
      return true;
    },
  });
  return (
    <div
      ref={scroller}
      className="rows"
      role="listbox"
      aria-label="Tasks"
      tabIndex={0}
      aria-activedescendant={cursor === null ? undefined : `task-${tasks[at]?.id}`}
      onKeyDown={(event) => {
        if (event.key === 'ArrowDown') move(1);
        else if (event.key === 'ArrowUp') move(-1);
        else if (event.key === 'Home') move(-tasks.length);
        else if (event.key === 'End') move(tasks.length);
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
              aria-setsize={tasks.length}
              aria-posinset={item.index + 1}
              className={`row ${cursor === task.id ? 'row-cursor' : ''}`}
              style={{ position: 'absolute', top: item.start, insetInline: 0, height: rowHeight }}
              onClick={() => openTask(app, task.id)}
            >
              <TaskLine task={task} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function repositoryOf(place: Place): number | null {
  return place.startsWith('repository:') ? Number(place.slice(11)) : null;
}
