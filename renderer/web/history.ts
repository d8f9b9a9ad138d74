import { isPlace } from '../state/places';
import type { Store } from '../state/store';
import type { View } from '../state/view';

/** Where the person is, as far as the browser's own Back leads through it. */
type Spot = Pick<View, 'place' | 'task' | 'contest' | 'drawer'> & { readonly sheet: string | null };

/** An entry of the tab's history: a spot, and the one it was come to from. */
interface Entry {
  readonly spot: Spot;
  readonly before: Spot | null;
}

/**
 * Makes each task, place and sheet an entry of the tab's history, so that the browser's Back, on a phone a swipe, leads out of it
 * and not off the page. What leads back inside of the page goes back in the history as well.
 */
export function followHistory(view: Store<View>, page: Pick<Window, 'history' | 'addEventListener'>): void {
  let now: Entry = { spot: spotOf(view.get()), before: null };
  /** On the way back: where that leads is told later. */
  let isLeaving = false;
  page.history.replaceState(now, '');
  const catchUp = (): void => {
    const spot = spotOf(view.get());
    if (isLeaving || isSame(spot, now.spot)) return;
    if (now.before !== null && isSame(spot, now.before)) {
      isLeaving = true;
      page.history.back();
      return;
    }
    // What only leads somewhere is no place to come back to.
    const isPassing = now.spot.drawer || now.spot.sheet !== null;
    now = { spot, before: isPassing ? now.before : now.spot };
    if (isPassing) page.history.replaceState(now, '');
    else page.history.pushState(now, '');
  };
  view.subscribe(catchUp);
  page.addEventListener('popstate', ({ state }) => {
    const entry = entryOf(state);
    if (entry === null) return;
    now = entry;
    if (isLeaving) {
      isLeaving = false;
      catchUp();
      return;
    }
    // A sheet that is come back to is not laid anew: what was written on it is a draft.
    const { place, task, contest } = entry.spot;
    now = { spot: { place, task, contest, drawer: false, sheet: null }, before: entry.before };
    page.history.replaceState(now, '');
    view.update((old) => ({ ...old, place, task, contest, drawer: false, sheet: null, part: null, comment: null }));
  });
}

/** Kept by the browser, maybe since an earlier version: what is no entry is none. */
function entryOf(state: unknown): Entry | null {
  const { spot } = (typeof state === 'object' && state !== null ? state : {}) as Partial<Entry>;
  return typeof spot === 'object' && spot !== null && isPlace(spot.place) ? (state as Entry) : null;
}

function spotOf({ place, task, contest, drawer, sheet }: View): Spot {
  return { place, task, contest, drawer, sheet: sheet?.kind ?? null };
}

function isSame(one: Spot, other: Spot): boolean {
  return (
    one.place === other.place &&
    one.task === other.task &&
    one.contest?.id === other.contest?.id &&
    one.drawer === other.drawer &&
    one.sheet === other.sheet
  );
}
