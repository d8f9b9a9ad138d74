/** What was typed into a field over the value that is stored. */
export interface Typed {
  readonly text: string;
  /** The field was left, or what is in it was saved. */
  readonly left: boolean;
  /** What was stored then. */
  readonly over: string;
}

/** What a field shows: what is being typed, and once it is left what is stored as soon as that is something else. */
export function shownOf(typed: Typed | null | undefined, stored: string): string {
  if (typed == null || (typed.left && typed.over !== stored)) return stored;
  return typed.text;
}

/** A field in which this was typed just now. */
export function typing(text: string): Typed {
  return { text, left: false, over: '' };
}

/** The same field when it is left or saved over what is stored. */
export function leaving(typed: Typed, stored: string): Typed {
  return { ...typed, left: true, over: stored };
}
