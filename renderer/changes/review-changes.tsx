import type { CodeViewHandle } from '@pierre/diffs/react';
import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import { useActions } from '../keys/keyboard';
import { Empty, Failed } from '../parts/empty';
import { useApp, useView } from '../state/app';
import { say } from '../state/said';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { DiffView } from './diff-view';
import { FileList } from './file-list';
import { hunksOf, itemOf } from './items';
import { type Compared, usePatches } from './patches';
import { useDiffSpot } from './spot';
import { inOrder, useViewed } from './viewed';

interface Props {
  readonly review: Compared;
  /** Where it is kept how far this diff was read. */
  readonly spot?: string;
  /** Said when it has no file. */
  readonly nothing?: string;
}

const same = 'The branch has the same files as its base.';

/** The diff of a review with its list of files, by keyboard: hunks, viewed marks, one column or two. */
export function ReviewChanges({ review, spot = `changes:${review.task}`, nothing = same }: Props): ReactNode {
  const app = useApp();
  const patches = usePatches(review);
  const { viewed, mark } = useViewed(review.task, review.head);
  const files = useMemo(() => inOrder(review.files), [review]);
  const diffStyle = useView((view) => view.diffStyle);
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const view = useRef<CodeViewHandle<undefined, undefined>>(null);
  const [current, setCurrent] = useState<string | null>(null);
  const hunk = useRef<{ readonly path: string; readonly index: number } | null>(null);
  const items = useMemo(
    () =>
      files.map((file) =>
        itemOf(file, patches.byPath.get(file.path), viewed.has(file.path) && !unfolded.has(file.path)),
      ),
    [files, patches.byPath, viewed, unfolded],
  );
  const path = current ?? files[0]?.path ?? null;
  const noteSpot = useDiffSpot({ name: spot, items, patches, view });

  const goToFile = useCallback((to: string) => {
    setCurrent(to);
    hunk.current = null;
    view.current?.scrollTo({ type: 'item', id: to, align: 'start' });
  }, []);
  const toggleViewed = useCallback(
    (which: string, isViewed: boolean) => {
      mark(which, isViewed);
      setUnfolded((old) => new Set([...old].filter((one) => one !== which)));
      if (isViewed)
        say(app.said, { kind: 'done', text: `Marked ${cleanLine(which)} as viewed`, undo: () => mark(which, false) });
    },
    [app, mark],
  );
  const moveHunk = (by: 1 | -1): boolean => {
    const stops = items.flatMap((item) =>
      item.collapsed ? [] : hunksOf(item).map((stop, index) => ({ path: item.id, index, stop })),
    );
    if (stops.length === 0) return false;
    const known = hunk.current;
    const at = stops.findIndex((stop) =>
      known === null ? stop.path === path : stop.path === known.path && stop.index === known.index,
    );
    const next = stops[known === null && by === 1 ? Math.max(0, at) : Math.max(0, Math.min(stops.length - 1, at + by))];
    if (next === undefined) return false;
    hunk.current = { path: next.path, index: next.index };
    setCurrent(next.path);
    view.current?.scrollTo({
      type: 'line',
      id: next.path,
      lineNumber: next.stop.line,
      side: next.stop.side,
      align: 'center',
    });
    return true;
  };
  useActions({
    'next-hunk': () => moveHunk(1),
    'previous-hunk': () => moveHunk(-1),
    split: () =>
      app.view.update((value) => ({ ...value, diffStyle: value.diffStyle === 'split' ? 'unified' : 'split' })),
    viewed: () => {
      if (path === null) return false;
      const isViewed = !viewed.has(path);
      toggleViewed(path, isViewed);
      const next = files[files.findIndex((file) => file.path === path) + 1];
      if (isViewed && next !== undefined) goToFile(next.path);
      return true;
    },
  });

  if (files.length === 0) return <Empty title="No file was changed">{nothing}</Empty>;
  return (
    <div className="changes">
      <FileList files={files} viewed={viewed} current={path} open={goToFile} mark={toggleViewed} />
      <div className="changes-diff">
        <div className="changes-bar">
          <span className="quiet tabular">
            {viewed.size > 0
              ? `${Math.min(viewed.size, files.length)} of ${count(files.length, 'file')} viewed`
              : count(files.length, 'file')}
            {patches.onDemand.size > 0 &&
              `, ${patches.onDemand.size} large ${patches.onDemand.size === 1 ? 'one' : 'ones'} shown when asked for`}
          </span>
          <fieldset className="segments">
            <legend className="unseen">Layout of the diff</legend>
            {(['unified', 'split'] as const).map((style) => (
              <button
                key={style}
                type="button"
                className="segment"
                aria-pressed={diffStyle === style}
                onClick={() => app.view.update((value) => ({ ...value, diffStyle: style }))}
              >
                {style === 'unified' ? 'Unified' : 'Split'}
              </button>
            ))}
          </fieldset>
        </div>
        {patches.failure !== null && <Failed failure={patches.failure} again={patches.reload} />}
        <DiffView
          ref={view}
          items={items}
          files={files}
          patches={patches}
          viewed={viewed}
          mark={toggleViewed}
          unfold={(which) => setUnfolded((old) => new Set([...old, which]))}
          onTop={(top, byHand) => {
            setCurrent(top);
            if (byHand) hunk.current = null;
          }}
          onSpot={noteSpot}
        />
      </div>
    </div>
  );
}
