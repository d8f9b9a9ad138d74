import { type MouseEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useApp } from '../state/app';
import { say } from '../state/said';
import { useLooks } from './looks';
import { type Shown, takesFrom, takeTogetherFrom, tooSoon } from './readable';

/** How and when the person answered, in the time of events. */
export interface Answered {
  readonly by: 'key' | 'press';
  readonly at: number;
}

/** Whether a request takes an answer. */
export interface Readable {
  /** It does now; the screen shows it as an attribute. */
  readonly ready: boolean;
  /** Whether it took one that came then. When not, the window says why. */
  readonly takes: (answered: Answered) => boolean;
}

/** A press on a button as an answer. The second of a double press was meant for what the first one answered. */
export function pressOf(event: MouseEvent): Answered {
  return { by: 'press', at: event.detail > 1 ? Number.NEGATIVE_INFINITY : event.timeStamp };
}

/** The requests on screen: since when, and whom to tell when one of them goes and the others move. */
const onScreen = new Map<number, { readonly shownAt: number; readonly moved: () => void }>();

/** Whether a request takes an answer, as long as it is on screen. */
export function useReadable(id: number, active: boolean, steered: boolean): Readable {
  const [shown, setShown] = useState<Shown>({ shownAt: never, movedAt: 0, reachedAt: null, steered });
  // Before the paint: a key pressed on what was there until then has an earlier time.
  useLayoutEffect(() => {
    const shownAt = performance.now();
    const mine = { shownAt, moved: () => setShown((old) => ({ ...old, movedAt: performance.now() })) };
    onScreen.set(id, mine);
    setShown((old) => ({ ...old, shownAt, movedAt: 0 }));
    return () => {
      if (onScreen.get(id) === mine) onScreen.delete(id);
      for (const { moved } of onScreen.values()) moved();
    };
  }, [id]);
  // How the keys came is settled when they come, to each request anew.
  const howReached = useRef(steered);
  howReached.current = steered;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another request in the same place is come to anew.
  useLayoutEffect(() => {
    const reachedAt = active ? performance.now() : null;
    setShown((old) => ({ ...old, reachedAt, steered: howReached.current }));
  }, [active, id]);
  const looks = useLooks();
  const byPress = takesFrom(shown, 'press', looks);
  const byKey = takesFrom(shown, 'key', looks);
  const takes = useTaking(({ by }) => (by === 'key' ? byKey : byPress));
  return { ready: useReached(active ? Math.max(byKey, byPress) : byPress), takes };
}

/** The same of several that are answered at once. */
export function useReadableTogether(ids: readonly number[]): Readable {
  const [pickedAt, setPickedAt] = useState(never);
  const all = ids.join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is picked is looked at by its ids.
  useLayoutEffect(() => setPickedAt(performance.now()), [all]);
  const from = takeTogetherFrom(
    ids.map((id) => onScreen.get(id)?.shownAt ?? never),
    pickedAt,
    useLooks(),
  );
  return { ready: useReached(from), takes: useTaking(() => from) };
}

const never = Number.POSITIVE_INFINITY;

function useTaking(from: (answered: Answered) => number): Readable['takes'] {
  const app = useApp();
  return (answered) => {
    if (answered.at >= from(answered)) return true;
    say(app.said, { kind: 'done', text: tooSoon, undo: null });
    return false;
  };
}

/** Whether a time of events has come. */
function useReached(at: number): boolean {
  const [reached, setReached] = useState<number | null>(null);
  useEffect(() => {
    if (at === never) return;
    const timer = setTimeout(() => setReached(at), at - performance.now());
    return () => clearTimeout(timer);
  }, [at]);
  return reached === at;
}
