import { type ReactNode, useEffect, useRef, useState } from 'react';
import { reveal } from '../parts/deep-focus';

/** Brings what has this name to the screen, so that it is drawn. False where it has no place yet. */
export function bringNear(name: string): boolean {
  const box = document.querySelector(`[data-near="${name}"]`);
  if (box === null || box.getClientRects().length === 0) return false;
  reveal(box);
  return true;
}

/** About the height of a short comment, until it was seen. */
const firstHeight = 72;

/**
 * What stands between lines of a diff, drawn only near the screen: a file may have hundreds. It keeps the height it had,
 * and stays as long as the focus is in it.
 */
export function Near({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const [isNear, setNear] = useState(false);
  const [height, setHeight] = useState(firstHeight);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const watcher = new IntersectionObserver(
      ([seen]) => {
        if (seen === undefined) return;
        if (!seen.isIntersecting && element.contains(document.activeElement)) return;
        if (!seen.isIntersecting && seen.boundingClientRect.height > 0) setHeight(seen.boundingClientRect.height);
        setNear(seen.isIntersecting);
      },
      { rootMargin: '600px 0px' },
    );
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  return (
    <div ref={box} data-near={name} style={isNear ? undefined : { height }}>
      {isNear && children}
    </div>
  );
}
