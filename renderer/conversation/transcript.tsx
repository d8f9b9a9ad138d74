import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Task } from '../../core/contract/task';
import { useActions } from '../keys/keyboard';
import { Empty, Skeleton } from '../parts/empty';
import { FindBar } from '../parts/find-bar';
import { Note } from '../parts/note';
import type { AskedPlace } from '../state/asked';
import type { FoundPlace } from '../state/found';
import { useSpot } from '../state/spot';
import { cleanLine } from '../text/clean';
import { withBehind } from './behind';
import { keepEnd, type Scrolled, scrolled } from './end';
import { useFind } from './find';
import type { Conversation as Known } from './follow';
import { RowView } from './row';
import type { Row } from './row-kinds';

/**
 * A session's rows, live, as many on screen as fit. What is being read never moves; the end is followed only by who is
 * at the end, and whoever was reading further up comes back to the same row. With words to find, the rows that have them
 * are marked and stepped through.
 */
export function Transcript(props: {
  readonly known: Known;
  readonly task: Task;
  readonly session: number;
  readonly found: FoundPlace | null;
  /** The person came for what the task asks, which is at the end. */
  readonly asked: AskedPlace | null;
}): ReactNode {
  const { task, session, found, asked } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const spot = useSpot(`session:${session}`, () =>
    // It may be given up while React is at work, when the list must not paint.
    queueMicrotask(() => scroller.current?.dispatchEvent(new Event('scroll'))),
  );
  const [end] = useState(() => keepEnd(found !== null || asked !== null || spot.goal() === null));
  const [away, setAway] = useState(false);
  const [opened, setOpened] = useState<ReadonlySet<string>>(nothingOpened);
  // What a search found may be in what was left behind.
  const unfolded = found === null ? opened : 'all';
  const known = useMemo(() => withBehind(props.known, unfolded), [props.known, unfolded]);
  const { rows } = known;
  const toggle = useCallback((key: string) => {
    setOpened((before) => {
      const after = new Set(before);
      if (!after.delete(key)) after.add(key);
      return after;
    });
  }, []);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (smallRows.has(rows[index]?.kind ?? 'text') ? 32 : 72),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 6,
    paddingStart: 12,
    paddingEnd: 20,
  });
  // Rows that turn out to be of another height move what is read, but not the end, which is gone to when all are in place.
  list.shouldAdjustScrollPositionOnItemSizeChange = end.followed() ? never : undefined;
  const height = list.getTotalSize();
  const newest = useRef(list);
  newest.current = list;
  const goToEnd = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    element.scrollTop = element.scrollHeight;
    end.put(scrolled(element));
  }, [end]);
  const toEnd = useCallback(() => {
    end.follow(true);
    setAway(false);
    goToEnd();
  }, [end, goToEnd]);
  const show = useCallback(
    (place: number) => {
      const row = rows[place];
      end.follow(false);
      // What was found may be in what is folded.
      if (row !== undefined) setOpened((before) => (before.has(row.key) ? before : new Set(before).add(row.key)));
      list.scrollToIndex(place, { align: 'center' });
    },
    [rows, list, end],
  );
  const find = useFind({ known, found, pane: scroller, show });
  const closeFind = (): boolean => {
    if (find.bar === null) return false;
    find.bar.onClose();
    scroller.current?.focus();
    return true;
  };
  useActions({ find: find.open, back: closeFind });
  useLayoutEffect(() => {
    if (found !== null) spot.giveUp();
  }, [found, spot]);
  useLayoutEffect(() => {
    if (asked === null) return;
    spot.giveUp();
    toEnd();
  }, [asked, spot, toEnd]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a growing list moves the end, which is then followed.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const goal = spot.goal();
    const row = goal === null ? undefined : list.measurementsCache[rows.findIndex(({ key }) => key === goal.at)];
    if (goal !== null && row !== undefined) {
      element.scrollTop = row.start + goal.offset;
      end.put(scrolled(element));
      spot.reached();
      return;
    }
    // Who has just gone up is not told of yet, and must not be pulled down again.
    end.see(scrolled(element));
    if (end.followed()) goToEnd();
    setAway(isAway(scrolled(element)));
  }, [height, rows]);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const onScroll = (): void => {
      if (spot.goal() !== null) return;
      const at = scrolled(element);
      end.see(at);
      newest.current.shouldAdjustScrollPositionOnItemSizeChange = end.followed() ? never : undefined;
      setAway(!end.followed() && isAway(at));
      const row = end.followed() ? undefined : newest.current.getVirtualItemForOffset(at.top);
      spot.note(row === undefined ? null : { at: `${row.key}`, offset: Math.round(at.top - row.start) });
    };
    const onWheel = ({ deltaY, ctrlKey }: WheelEvent): void => {
      // With Ctrl it makes everything larger.
      if (deltaY < 0 && !ctrlKey) end.wheelUp(scrolled(element));
    };
    const onResize = new ResizeObserver(() => {
      if (end.followed()) goToEnd();
    });
    element.addEventListener('wheel', onWheel, { passive: true });
    element.addEventListener('scroll', onScroll, { passive: true });
    onResize.observe(element);
    return () => {
      element.removeEventListener('wheel', onWheel);
      element.removeEventListener('scroll', onScroll);
      onResize.disconnect();
    };
  }, [spot, end, goToEnd]);
  return (
    <div className="conversation">
      {find.bar !== null && <FindBar {...find.bar} onClose={closeFind} />}
      <div
        ref={scroller}
        className="conversation-scroll"
        data-pane
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label="Conversation"
      >
        {rows.length === 0 &&
          known.failure === null &&
          (known.loading ? <Skeleton lines={6} /> : <Empty title="The agent has said nothing yet" />)}
        <div style={{ height, position: 'relative' }}>
          {list.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return (
              row !== undefined && (
                <div
                  key={item.key}
                  ref={list.measureElement}
                  data-index={item.index}
                  className={rowClass(item.index === find.current, known.behind.has(row.key))}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <RowView
                    row={row}
                    task={task}
                    newest={item.index === rows.length - 1}
                    here={row.kind === 'checkpoint' && row.checkpoint === known.here}
                    open={opened.has(row.key)}
                    whole={item.index === find.current}
                    onToggle={toggle}
                  />
                </div>
              )
            );
          })}
        </div>
        {known.failure !== null && (
          <div className="conversation-failed">
            <Note kind="failed">{cleanLine(known.failure.message)}</Note>
          </div>
        )}
      </div>
      {away && (
        <button type="button" className="button jump" onClick={toEnd}>
          Jump to latest ↓
        </button>
      )}
    </div>
  );
}

function rowClass(isFound: boolean, isBehind: boolean): string {
  return `conversation-row ${isFound ? 'conversation-found' : ''} ${isBehind ? 'conversation-behind' : ''}`;
}

/** Whether there is enough below to offer the way there. */
function isAway({ top, height, view }: Scrolled): boolean {
  return height - top - view > 80;
}

/** Rows of one line; what the others need is seen once they are drawn. */
const smallRows: ReadonlySet<Row['kind']> = new Set(['tool', 'move', 'behind']);
const nothingOpened: ReadonlySet<string> = new Set();
const never = (): boolean => false;
