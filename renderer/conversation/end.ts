/** Where something that scrolls is: pixels above its upper edge, in all, and on screen. */
export interface Scrolled {
  readonly top: number;
  readonly height: number;
  readonly view: number;
}

/** Whether the end of something that grows is followed. */
export interface End {
  /** True while it is. */
  followed(): boolean;
  /** Begins or ends it because the person went somewhere else by a key, a button or a find. */
  follow(follows: boolean): void;
  /** The person turned the wheel upwards: what they see moves in a moment, and nothing may take it back until then. */
  wheelUp(at: Scrolled): void;
  /** Tells where it is. To be called when it scrolled, and before the end is gone to, which a person may just have left. */
  see(at: Scrolled): void;
  /** Tells where it was put, by no person's doing. */
  put(at: Scrolled): void;
}

/**
 * Follows an end as long as nobody goes up from it: one step up is enough, however near the end it stays. Only who comes
 * down to the end again, or asks for it, follows it anew.
 */
export function keepEnd(follows: boolean): End {
  let followed = follows;
  let last: Pick<Scrolled, 'top' | 'view'> = { top: 0, view: 0 };
  return {
    followed: () => followed,
    follow(now) {
      followed = now;
    },
    wheelUp({ top, height, view }) {
      if (top > 0 && height > view) followed = false;
    },
    see({ top, height, view }) {
      const left = height - top - view;
      if (top > last.top && left < nearEnd) followed = true;
      // What shrinks moves up by itself, and stays at the end; and what has another room than before was moved by that.
      else if (top < last.top && left > 1 && view === last.view) followed = false;
      last = { top, view };
    },
    put({ top, view }) {
      last = { top, view };
    },
  };
}

/** Who comes down this near to the end means it, pixels. */
const nearEnd = 24;

/** Where an element is scrolled to. */
export function scrolled(element: Element): Scrolled {
  return { top: element.scrollTop, height: element.scrollHeight, view: element.clientHeight };
}
