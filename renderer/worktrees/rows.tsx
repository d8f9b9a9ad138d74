import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';
import { usePhone } from '../parts/media';

/** On a phone what can be done with a row stands beneath what it is. */
const heights = { wide: 60, phone: 128 } as const;

/** Rows of one height, of which only those on screen are there: three hundred cost as much as ten. */
export function FewRows<One>(props: {
  readonly label: string;
  readonly all: readonly One[];
  readonly keyOf: (one: One) => string;
  readonly row: (one: One) => ReactNode;
}): ReactNode {
  const { label, all, keyOf, row } = props;
  const scroller = useRef<HTMLElement>(null);
  const rowHeight = usePhone() ? heights.phone : heights.wide;
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows of another height are measured anew.
  useEffect(() => rows.measure(), [rowHeight]);
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
