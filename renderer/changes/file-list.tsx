import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';
import type { FileChange } from '../../core/contract/review';
import { cleanLine } from '../text/clean';

const statusWords: Readonly<Record<FileChange['status'], readonly [string, string]>> = {
  added: ['A', 'added'],
  modified: ['M', 'modified'],
  deleted: ['D', 'deleted'],
  renamed: ['R', 'renamed'],
  copied: ['C', 'copied'],
  'type-changed': ['T', 'type changed'],
  unmerged: ['U', 'unmerged'],
};

const rowPixels = 26;
/** Above the first row and below the last. */
const padPixels = 4;

/** How long the diff has to stay with a file before the list goes there, in milliseconds. */
const restMs = 150;

/** Where the list is to be scrolled to, in pixels, so that a row is seen: as little as that takes. */
export function topThatShows(row: number, at: { readonly top: number; readonly height: number }): number {
  const top = row * rowPixels;
  return Math.min(Math.max(at.top, top + rowPixels + 2 * padPixels - at.height), top);
}

/** The files of a change with their counts and marks. */
export function FileList(props: {
  readonly files: readonly FileChange[];
  readonly viewed: ReadonlySet<string>;
  readonly current: string | null;
  readonly open: (path: string) => void;
  readonly mark: (path: string, viewed: boolean) => void;
  /** How many comments each file has. */
  readonly counts: ReadonlyMap<string, number>;
}): ReactNode {
  const { files, viewed, current, counts } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: files.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPixels,
    overscan: 3,
    paddingStart: padPixels,
    paddingEnd: padPixels,
  });
  const at = files.findIndex(({ path }) => path === current);
  useEffect(() => {
    if (at < 0) return;
    // While the diff is scrolled, following each file would have it laid out once more for every frame.
    const resting = setTimeout(() => {
      const { scrollOffset, scrollRect } = rows;
      const top = topThatShows(at, { top: scrollOffset ?? 0, height: scrollRect?.height ?? 0 });
      // Only written: the list's own way there reads, frame by frame, where it has come to, for which all is laid out once more.
      if (top !== scrollOffset) scroller.current?.scrollTo({ top });
    }, restMs);
    return () => clearTimeout(resting);
  }, [at, rows]);
  return (
    <nav ref={scroller} className="files" aria-label="Changed files">
      <ul style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows.getVirtualItems().map((item) => {
          const file = files[item.index];
          if (file === undefined) return null;
          const path = cleanLine(file.path);
          const cut = path.lastIndexOf('/');
          const [letter, word] = statusWords[file.status];
          return (
            <li
              key={file.path}
              className="file"
              style={{ position: 'absolute', top: item.start, insetInline: 4, height: rowPixels }}
            >
              <button
                type="button"
                className={`file-button ${viewed.has(file.path) ? 'file-seen' : ''}`}
                aria-current={file.path === current || undefined}
                title={file.oldPath === null ? path : `${cleanLine(file.oldPath)} → ${path}`}
                onClick={() => props.open(file.path)}
              >
                <span className={`file-status file-${file.status}`} aria-hidden="true">
                  {viewed.has(file.path) ? '✓' : letter}
                </span>
                <span className="unseen">{viewed.has(file.path) ? `${word}, viewed` : word}</span>
                <bdi className="file-name ellipsis">
                  {path.slice(cut + 1)}
                  {cut > 0 && <span className="file-folder"> {path.slice(0, cut)}</span>}
                </bdi>
                {counts.has(file.path) && (
                  <span className="file-comments tabular">
                    {counts.get(file.path)}
                    <span className="unseen">{counts.get(file.path) === 1 ? ' comment' : ' comments'}</span>
                  </span>
                )}
                <span className="file-size tabular">
                  {file.binary ? (
                    'bin'
                  ) : (
                    <>
                      <span className="added">+{(file.additions ?? 0).toLocaleString()}</span>{' '}
                      <span className="removed">−{(file.deletions ?? 0).toLocaleString()}</span>
                    </>
                  )}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
