import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Task } from '../../core/contract/task';
import { Empty, Skeleton } from '../parts/empty';
import { Note } from '../parts/note';
import { cleanLine } from '../text/clean';
import { type Conversation as Known, useConversation } from './follow';
import { RowView } from './row';

/** A session's transcript, live. What is being read never moves; the end is followed only by who is at the end. */
export function Conversation({ task }: { readonly task: Task }): ReactNode {
  const known = useConversation(task.session);
  if (task.session === null) return <Empty title="No conversation yet">{silenceWords(task)}</Empty>;
  return <Transcript known={known} task={task} />;
}

function Transcript({ known, task }: { readonly known: Known; readonly task: Task }): ReactNode {
  const { rows } = known;
  const scroller = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [away, setAway] = useState(false);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.kind === 'tool' ? 32 : 72),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 6,
    paddingStart: 12,
    paddingEnd: 20,
  });
  const height = list.getTotalSize();
  const toEnd = useCallback(() => {
    atEnd.current = true;
    setAway(false);
    const element = scroller.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a growing list moves the end, which is then followed.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element !== null && atEnd.current) element.scrollTop = element.scrollHeight;
  }, [height, rows]);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    let last = element.scrollTop;
    const onScroll = (): void => {
      const left = element.scrollHeight - element.scrollTop - element.clientHeight;
      // Only a move up leaves the end: rows that grow while they are measured do not.
      if (left < 24) atEnd.current = true;
      else if (element.scrollTop < last) atEnd.current = false;
      last = element.scrollTop;
      setAway(!atEnd.current && left > 80);
    };
    const onResize = new ResizeObserver(() => {
      if (atEnd.current) element.scrollTop = element.scrollHeight;
    });
    element.addEventListener('scroll', onScroll, { passive: true });
    onResize.observe(element);
    return () => {
      element.removeEventListener('scroll', onScroll);
      onResize.disconnect();
    };
  }, []);
  return (
    <div className="conversation">
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
                  className="conversation-row"
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <RowView row={row} task={task} newest={item.index === rows.length - 1} />
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

/** Why nothing was said in a task no agent began. */
function silenceWords(task: Task): string {
  if (task.state === 'cancelled') return 'It was cancelled before an agent began.';
  if (task.state === 'failed') return 'It failed before an agent began; the reason is above.';
  if (task.blockedBy.length > 0)
    return 'The agent starts when what it waits for is done. What it says and does appears here.';
  return 'The agent starts as soon as a slot is free. What it says and does appears here.';
}
