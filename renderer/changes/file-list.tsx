import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { FileChange } from '../../core/contract/review';
import { Icon } from '../parts/icon';
import { useMedia } from '../parts/media';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { type TreeRow, treeOf } from './file-tree';

const statusWords: Readonly<Record<FileChange['status'], readonly [string, string]>> = {
  added: ['A', 'added'],
  modified: ['M', 'modified'],
  deleted: ['D', 'deleted'],
  renamed: ['R', 'renamed'],
  copied: ['C', 'copied'],
  'type-changed': ['T', 'type changed'],
  unmerged: ['U', 'unmerged'],
};

/** As high as a line of small letters asks for, and where a finger points as high as that. */
const rowHeights = { fine: 26, coarse: 44 } as const;
/** Above the first row and below the last. */
const padPixels = 4;

/** How long the diff has to stay with a file before the list goes there, in milliseconds. */
const restMs = 150;

/** Where the list is to be scrolled to, in pixels, so that a row is seen: as little as that takes. */
export function topThatShows(
  row: number,
  at: { readonly top: number; readonly height: number; readonly rowPixels: number },
): number {
  const { rowPixels } = at;
  const top = row * rowPixels;
  return Math.min(Math.max(at.top, top + rowPixels + 2 * padPixels - at.height), top);
}

const unfolded: ReadonlySet<string> = new Set();

/** The files of a change as a tree, with their counts and marks. Folding a folder leaves the diff as it is. */
export function FileList(props: {
  readonly files: readonly FileChange[];
  readonly viewed: ReadonlySet<string>;
  readonly current: string | null;
  readonly open: (path: string) => void;
  /** How many comments each file has. */
  readonly counts: ReadonlyMap<string, number>;
}): ReactNode {
  const { files, viewed, current, counts } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [folded, setFolded] = useState(unfolded);
  const tree = useMemo(() => treeOf(files, folded, viewed), [files, folded, viewed]);
  const fold = (path: string): void =>
    setFolded((old) => new Set(old.has(path) ? [...old].filter((one) => one !== path) : [...old, path]));
  const rowPixels = rowHeights[useMedia('(pointer: coarse)') ? 'coarse' : 'fine'];
  const rows = useVirtualizer({
    count: tree.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPixels,
    overscan: 3,
    paddingStart: padPixels,
    paddingEnd: padPixels,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows of another height are laid out anew.
  useLayoutEffect(() => rows.measure(), [rows, rowPixels]);
  const at = tree.findIndex((row) => isAt(row, current));
  useEffect(() => {
    if (at < 0) return;
    // While the diff is scrolled, following each file would have it laid out once more for every frame.
    const resting = setTimeout(() => {
      const { scrollOffset, scrollRect } = rows;
      const top = topThatShows(at, { top: scrollOffset ?? 0, height: scrollRect?.height ?? 0, rowPixels });
      // Only written: the list's own way there reads, frame by frame, where it has come to, for which all is laid out once more.
      if (top !== scrollOffset) scroller.current?.scrollTo({ top });
    }, restMs);
    return () => clearTimeout(resting);
  }, [at, rows, rowPixels]);
  return (
    <nav ref={scroller} className="files" aria-label="Changed files">
      <ul style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows.getVirtualItems().map((item) => {
          const row = tree[item.index];
          if (row === undefined) return null;
          const isCurrent = isAt(row, current);
          return (
            <li
              key={row.kind === 'folder' ? `${row.path}/` : row.file.path}
              className="file"
              style={{ position: 'absolute', top: item.start, insetInline: 4, height: rowPixels }}
            >
              {row.kind === 'folder' ? (
                <FolderButton {...{ row, isCurrent }} fold={() => fold(row.path)} />
              ) : (
                <FileButton
                  {...{ row, isCurrent }}
                  isViewed={viewed.has(row.file.path)}
                  comments={counts.get(row.file.path) ?? 0}
                  open={() => props.open(row.file.path)}
                />
              )}
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

/** Whether the file at hand is that of a row, or out of sight in it. */
function isAt(row: TreeRow, current: string | null): boolean {
  return row.kind === 'file' ? row.file.path === current : row.hides(current);
}

/** No path is so deep that its name has no room. */
const deepestShown = 6;

function indentOf({ depth }: TreeRow): CSSProperties {
  return { paddingInlineStart: 6 + 10 * Math.min(depth, deepestShown) };
}

function FolderButton(props: {
  readonly row: Extract<TreeRow, { kind: 'folder' }>;
  readonly isCurrent: boolean;
  readonly fold: () => void;
}): ReactNode {
  const { row } = props;
  return (
    <button
      type="button"
      className={`file-button file-folder ${row.isViewed ? 'file-seen' : ''}`}
      style={indentOf(row)}
      aria-expanded={!row.isFolded}
      aria-current={props.isCurrent || undefined}
      title={cleanLine(row.path)}
      onClick={props.fold}
    >
      <span className="file-status" aria-hidden="true">
        {row.isViewed ? '✓' : <Icon name={row.isFolded ? 'chevron' : 'down'} />}
      </span>
      <bdi className="file-name ellipsis">{cleanLine(row.name)}</bdi>
      <span className="unseen">
        , {count(row.files, 'file')}
        {row.isViewed && ', viewed'}
      </span>
      {row.isFolded && <Size {...row} />}
    </button>
  );
}

function FileButton(props: {
  readonly row: Extract<TreeRow, { kind: 'file' }>;
  readonly isCurrent: boolean;
  readonly isViewed: boolean;
  readonly comments: number;
  readonly open: () => void;
}): ReactNode {
  const { row, isViewed, comments } = props;
  const { file } = row;
  const path = cleanLine(file.path);
  const [letter, word] = statusWords[file.status];
  return (
    <button
      type="button"
      className={`file-button ${isViewed ? 'file-seen' : ''}`}
      style={indentOf(row)}
      aria-current={props.isCurrent || undefined}
      title={file.oldPath === null ? path : `${cleanLine(file.oldPath)} → ${path}`}
      onClick={props.open}
    >
      <span className={`file-status file-${file.status}`} aria-hidden="true">
        {isViewed ? '✓' : letter}
      </span>
      <span className="unseen">{isViewed ? `${word}, viewed` : word}</span>
      <bdi className="file-name ellipsis">{cleanLine(row.name)}</bdi>
      {comments > 0 && (
        <span className="file-comments tabular">
          {comments}
          <span className="unseen">{comments === 1 ? ' comment' : ' comments'}</span>
        </span>
      )}
      {file.binary ? (
        <span className="file-size">bin</span>
      ) : (
        <Size additions={file.additions ?? 0} deletions={file.deletions ?? 0} />
      )}
    </button>
  );
}

function Size({ additions, deletions }: { readonly additions: number; readonly deletions: number }): ReactNode {
  return (
    <span className="file-size tabular">
      <span className="added">+{additions.toLocaleString()}</span>{' '}
      <span className="removed">−{deletions.toLocaleString()}</span>
    </span>
  );
}
