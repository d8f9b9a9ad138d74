import { type ReactNode, useLayoutEffect, useMemo, useRef } from 'react';
import type { Task } from '../../core/contract/task';
import { goToLine } from '../changes/go-to-line';
import { useApp } from '../state/app';
import { copyText } from '../state/copy';
import { useResource } from '../state/resource';
import { clean } from '../text/clean';
import { fileMeant, type NamedPlace, pathInside, placesIn } from './places-in';

/** More places than this are left as text: nobody goes through so many, and a page of buttons would be slow. */
const mostLinks = 200;

/** What a check printed. The places it names in files of the change lead there; in others, their name can be copied. */
export function CheckOutput(props: {
  readonly task: Task;
  readonly output: string;
  /** The files of the change. */
  readonly changed: readonly string[];
  /** It is still being printed: shown to its end, without links. */
  readonly live?: boolean;
}): ReactNode {
  const { task, changed, live = false } = props;
  const text = useMemo(() => clean(props.output), [props.output]);
  const pieces = useMemo(() => (live ? [{ text, place: null }] : placesIn(text)), [text, live]);
  const paths = useMemo(() => pathsOf(pieces, task.worktree), [pieces, task.worktree]);
  const others = paths.filter((path) => fileMeant(path, changed) === null);
  const known = useResource(others.length === 0 ? null : `${task.id} ${others.join('\n')}`, (client, signal) =>
    client.checks.files({ task: task.id, paths: others }, { signal }),
  );
  const scroller = useFollowedEnd(text, live);
  if (text.trim() === '') return null;
  let links = 0;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <pre ref={scroller} className="code check-output" tabIndex={0}>
      {pieces.map((piece, index) => {
        const path = piece.place === null ? null : pathInside(piece.place.path, task.worktree);
        if (piece.place === null || path === null || links >= mostLinks) return piece.text;
        const inChange = fileMeant(path, changed);
        if (inChange === null && !known.value?.includes(path)) return piece.text;
        links += 1;
        return (
          <PlaceLink
            // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text never move.
            key={index}
            task={task}
            place={{ ...piece.place, path: inChange ?? path }}
            leads={inChange !== null}
          >
            {piece.text}
          </PlaceLink>
        );
      })}
    </pre>
  );
}

function PlaceLink(props: {
  readonly task: Task;
  readonly place: NamedPlace;
  readonly leads: boolean;
  readonly children: string;
}): ReactNode {
  const { task, place, leads } = props;
  const app = useApp();
  const { path, line } = place;
  const go = (): void => {
    if (!leads) return void copyText(app, 'place', `${path}:${line}`);
    goToLine(app, { task: task.id, path, line });
  };
  return (
    <button
      type="button"
      className={leads ? 'link check-place' : 'link check-place check-place-away'}
      title={leads ? `Go to line ${line} of ${path}` : `Not in the change. Copy ${path}:${line}`}
      onClick={go}
    >
      {props.children}
    </button>
  );
}

function pathsOf(pieces: ReturnType<typeof placesIn>, top: string | null): readonly string[] {
  const paths = pieces.flatMap(({ place }) => (place === null ? [] : (pathInside(place.path, top) ?? [])));
  return [...new Set(paths)].slice(0, mostLinks);
}

/** Keeps what is scrolled at its end while more comes, until the person scrolls away from there. */
function useFollowedEnd(text: string, live: boolean) {
  const scroller = useRef<HTMLPreElement>(null);
  const height = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is printed is why it runs.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || !live) return;
    const wasAtEnd = element.scrollTop + element.clientHeight >= height.current - 24;
    height.current = element.scrollHeight;
    if (wasAtEnd) element.scrollTop = element.scrollHeight;
  }, [text, live]);
  return scroller;
}
