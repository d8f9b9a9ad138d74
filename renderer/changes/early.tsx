import { type ReactNode, type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ActionId } from '../keys/actions';
import { type Handlers, useActions } from '../keys/keyboard';
import { deepFocus } from '../parts/deep-focus';
import { Skeleton } from '../parts/empty';
import { Note } from '../parts/note';
import { type App, useApp } from '../state/app';
import { dropEarly, earlyName } from '../state/comments';
import { withDraft } from '../state/drafts';
import { say } from '../state/said';
import { useStore } from '../state/store';

/** What a comment is to be begun on. */
type Wanted = 'hunk' | 'file';

/**
 * Takes the words of a comment down before its own field is there: it comes some frames after its key, or much later where the
 * diff is still on its way. Without, those words were keys of the window.
 */
export interface Early {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  /** What waits for the diff; null for nothing. */
  readonly wanted: Wanted | null;
  /** What is typed from now on is written down, until another field takes the focus. */
  readonly listen: () => void;
  /** The same, of a comment whose hunk or file is still on its way. Always true: the key was for something. */
  readonly await: (wanted: Wanted) => true;
  /** Nothing is waited for any more. Gives back whether the person still writes here. */
  readonly arrived: () => boolean;
}

/** Words of comments on a task's change that come before their fields. */
export function useEarly(): Early {
  const field = useRef<HTMLTextAreaElement>(null);
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const listen = useCallback(() => field.current?.focus({ preventScroll: true }), []);
  const wait = useCallback(
    (what: Wanted): true => {
      setWanted(what);
      listen();
      return true;
    },
    [listen],
  );
  const arrived = useCallback(() => {
    setWanted(null);
    return field.current !== null && deepFocus() === field.current;
  }, []);
  return useMemo(() => ({ field, wanted, listen, await: wait, arrived }), [wanted, listen, wait, arrived]);
}

/** Begins the comment that waited for the diff, once that is here, unless the person went elsewhere meanwhile. */
export function useArrived(
  early: Early | null,
  on: { readonly isHere: boolean; readonly begin: { readonly [wanted in Wanted]: () => boolean } },
): void {
  const { isHere, begin } = on;
  const app = useApp();
  useEffect(() => {
    const wanted = early?.wanted ?? null;
    if (early === null || wanted === null || !isHere || !early.arrived() || begin[wanted]()) return;
    // In the midst of words the next letters would be keys.
    if (early.field.current?.value === '') early.field.current.blur();
    const text = 'There is no hunk here to comment on. Go to one and press the key again';
    say(app.said, { kind: 'failed', text, undo: null });
  });
}

const hunkKeys = [
  'next-hunk',
  'previous-hunk',
  'accept',
  'take-back',
  'edit-file',
  'viewed',
] as const satisfies ActionId[];

/** Stands for a diff that is on its way. Keys for its hunks say so; words of a comment on one are written down. */
export function OnItsWay({ early }: { readonly early: Early | null }): ReactNode {
  const app = useApp();
  const saying = (): boolean => early !== null && sayOnItsWay(app);
  useActions({
    ...(Object.fromEntries(hunkKeys.map((id) => [id, saying])) as Handlers),
    comment: () => early?.await('hunk') ?? false,
    'comment-file': () => early?.await('file') ?? false,
  });
  return <Skeleton lines={10} />;
}

/** Says why a key did nothing while what it is for is fetched. */
export function sayOnItsWay(app: App): true {
  say(app.said, { kind: 'done', text: 'The diff is still on its way: nothing was done', undo: null });
  return true;
}

/** Comes on screen only where the field these words are for takes longer than that. */
const lateMs = 150;

/** Where the words are until their field is there. They stay here, to be read, where none comes. */
export function EarlyWords({ task, early }: { readonly task: number; readonly early: Early }): ReactNode {
  const app = useApp();
  const name = earlyName(task);
  const text = useStore(app.drafts, (drafts) => drafts[name] ?? '');
  const isNeeded = text !== '' || early.wanted !== null;
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    if (!isNeeded) return setLate(false);
    const late = setTimeout(() => setLate(true), lateMs);
    return () => clearTimeout(late);
  }, [isNeeded]);
  const isShown = isNeeded && isLate;
  const leave = (): void => {
    early.arrived();
    if (text !== '') dropEarly(app, task);
    early.field.current?.blur();
  };
  return (
    <div className={isShown ? 'early' : 'early unseen'}>
      {isShown && (
        <Note
          kind="info"
          actions={
            <button type="button" className="link" onClick={leave}>
              Throw away
            </button>
          }
        >
          <span role="status">
            {early.wanted === null
              ? 'Your comment has no place yet. Begin one, and this is written into it.'
              : `The diff is on its way. What you write is put into a comment on the ${early.wanted} at hand when it is here.`}
          </span>
        </Note>
      )}
      <textarea
        ref={early.field}
        className="field"
        aria-label="Comment whose place is on its way"
        tabIndex={isShown ? 0 : -1}
        rows={2}
        dir="auto"
        value={text}
        onChange={(event) => {
          const { value } = event.target;
          app.drafts.update((drafts) => withDraft(drafts, name, value));
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          leave();
        }}
      />
    </div>
  );
}
