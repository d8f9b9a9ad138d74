import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useRef } from 'react';

const rowHeight = 60;

/** Rows of one height, of which only those on screen are there: three hundred cost as much as ten. */
export function FewRows<One>(props: {
  readonly label: string;
  readonly all: readonly One[];
  readonly keyOf: (one: One) => string;
  readonly row: (one: One) => ReactNode;
}): ReactNode {
  const { label, all, keyOf, row } = props;
  const scroller = useRef<HTMLElement>(null);
  const rows = useVirtualizer({
    count: all.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => {
      const one = all[index];
      return one === undefined ? index : keyOf(one);
    },
    overscan: 6,
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section ref={scroller} className="worktree-rows" tabIndex={0} aria-label={label}>
      <ul style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((item) => {
          const one = all[item.index];
          return one === undefined ? null : (
            <li
              key={item.key}
              className="worktree-row"
              aria-setsize={all.length}
              aria-posinset={item.index + 1}
              style={{ transform: `translateY(${item.start}px)`, height: rowHeight }}
            >
              {row(one)}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
