import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { isPattern } from '../../core/contract/relay';
import { keepEnd, scrolled } from '../conversation/end';
import { Button } from '../parts/button';
import { Empty, Failed, Skeleton } from '../parts/empty';
import { Icon } from '../parts/icon';
import { useMedia } from '../parts/media';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { EventDetail } from './event-detail';
import { useEvents } from './follow';
import type { LogLine } from './log';

/** What is followed until the person says otherwise. */
const everything = 'sessions.>';
/** Up to here a line has its payload beneath it. monitor.css knows it, too. */
const narrowQuery = '(max-width: 1100px)';
/** As much of a payload as a line shows. */
const preview = 400;

/** What is said on the relay, live: as a list of which only what is on screen is drawn, which can be held and filtered. */
export function EventLog(): ReactNode {
  const [pattern, setPattern] = useState(everything);
  const [written, setWritten] = useState(everything);
  const [filter, setFilter] = useState('');
  const [isHeld, setHeld] = useState(false);
  const [chosen, setChosen] = useState<LogLine | null>(null);
  const events = useEvents(pattern, filter, isHeld);
  const isWrong = !isPattern(written);
  const { lines, more, kept, gone } = events;
  const hold = (holds: boolean): void => {
    setHeld(holds);
    if (!holds) setChosen(null);
  };
  return (
    <section className="events" aria-label="Events">
      <div className="events-bar">
        <form
          className="events-pattern"
          onSubmit={(event) => {
            event.preventDefault();
            if (!isWrong) setPattern(written);
          }}
        >
          <input
            className="field mono"
            aria-label="Subjects: * is one part, > all that follow"
            title="Subjects: * is one part, > all that follow. ↵ follows them"
            value={written}
            spellCheck={false}
            autoCapitalize="none"
            aria-invalid={isWrong || undefined}
            onChange={(event) => setWritten(event.target.value)}
            onBlur={() => !isWrong && setPattern(written)}
          />
        </form>
        <div className="list-filter">
          <Icon name="search" />
          <input
            className="list-field"
            aria-label="Filter events"
            placeholder="Filter"
            value={filter}
            onChange={(event) => {
              setFilter(event.target.value);
              hold(false);
            }}
          />
        </div>
        <Button aria-pressed={isHeld} onClick={() => hold(!isHeld)}>
          {isHeld ? 'Resume' : 'Pause'}
        </Button>
        <Button look="quiet" onClick={events.clear}>
          Clear
        </Button>
      </div>
      {isWrong && (
        <p className="events-wrong" role="alert">
          This is no pattern of subjects. Write one like sessions.*.results.claude or sessions.&gt;
        </p>
      )}
      <p className="events-count quiet small tabular">
        {filter === '' ? count(kept, 'event') : `${lines.length.toLocaleString()} of ${count(kept, 'event')}`}
        {gone > 0 && `, ${gone.toLocaleString()} older ones let go`}
        {isHeld && ` · paused, ${more.toLocaleString()} more since`}
      </p>
      {events.failure !== null && <Failed failure={events.failure} again={events.again} what="Follow again" />}
      {events.loading ? (
        <Skeleton lines={8} />
      ) : lines.length === 0 ? (
        <Empty title={filter === '' ? 'Nothing is said' : 'No event matches'}>
          {filter === ''
            ? 'What agents and sessions tell on the relay appears here as it comes.'
            : `Nothing here has “${filter}” in its subject, type, id or payload.`}
        </Empty>
      ) : (
        <Lines
          lines={lines}
          isHeld={isHeld}
          chosen={chosen?.key ?? null}
          onHold={() => hold(true)}
          onChoose={(line) => {
            setHeld(true);
            setChosen(line);
          }}
        />
      )}
      {chosen !== null && <EventDetail line={chosen} close={() => setChosen(null)} />}
    </section>
  );
}

function Lines(props: {
  readonly lines: readonly LogLine[];
  readonly isHeld: boolean;
  readonly chosen: number | null;
  /** The person went up from the end. */
  readonly onHold: () => void;
  readonly onChoose: (line: LogLine) => void;
}): ReactNode {
  const { lines, isHeld, chosen } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = useMedia(narrowQuery) ? 48 : 26;
  const [end] = useState(() => keepEnd(true));
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => lines[index]?.key ?? index,
    overscan: 10,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another height of rows is measured anew.
  useEffect(() => rows.measure(), [rowHeight]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what came is why the end is gone to.
  useEffect(() => {
    const element = scroller.current;
    if (element === null || isHeld) return;
    end.follow(true);
    element.scrollTop = element.scrollHeight;
    end.put(scrolled(element));
  }, [lines, isHeld, end, rowHeight]);
  const choose = (index: number): void => {
    const line = lines[Math.max(0, Math.min(lines.length - 1, index))];
    if (line === undefined) return;
    props.onChoose(line);
    rows.scrollToIndex(lines.indexOf(line), { align: 'auto' });
  };
  const at = chosen === null ? -1 : lines.findIndex(({ key }) => key === chosen);
  return (
    <div
      ref={scroller}
      className="events-rows"
      role="listbox"
      aria-label="Events"
      tabIndex={0}
      aria-activedescendant={at === -1 ? undefined : `event-${chosen}`}
      onScroll={(event) => {
        end.see(scrolled(event.currentTarget));
        if (!end.followed() && !isHeld) props.onHold();
      }}
      onWheel={(event) => {
        if (event.deltaY < 0) end.wheelUp(scrolled(event.currentTarget));
        if (!end.followed() && !isHeld) props.onHold();
      }}
      onKeyDown={(event) => {
        if (event.key === 'ArrowDown') choose(at === -1 ? lines.length - 1 : at + 1);
        else if (event.key === 'ArrowUp') choose(at === -1 ? lines.length - 1 : at - 1);
        else if (event.key === 'Home') choose(0);
        else if (event.key === 'End') choose(lines.length - 1);
        else return;
        event.preventDefault();
      }}
    >
      <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="presentation">
        {rows.getVirtualItems().map((item) => {
          const line = lines[item.index];
          if (line === undefined) return null;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the list box has the keys; its options are pressed.
            <div
              key={item.key}
              id={`event-${line.key}`}
              role="option"
              tabIndex={-1}
              aria-selected={line.key === chosen}
              aria-setsize={lines.length}
              aria-posinset={item.index + 1}
              className="event"
              style={{ position: 'absolute', top: item.start, insetInline: 0, height: rowHeight }}
              onClick={() => props.onChoose(line)}
            >
              <EventLine line={line} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function EventLine({ line: { heard, text } }: { readonly line: LogLine }): ReactNode {
  if (heard.kind === 'missed') {
    return (
      <span className="event-missed ellipsis">
        {count(heard.to - heard.from + 1, 'message')} left out here ({heard.from}–{heard.to})
      </span>
    );
  }
  return (
    <>
      <time className="event-time tabular" dateTime={new Date(heard.at).toISOString()}>
        {new Date(heard.at).toTimeString().slice(0, 8)}
      </time>
      <span className="event-subject ellipsis">{cleanLine(heard.subject)}</span>
      <span className="event-type ellipsis">{cleanLine(heard.type)}</span>
      <span className="event-payload mono ellipsis" dir="auto">
        {cleanLine(text.slice(0, preview))}
      </span>
    </>
  );
}
