import type { CodeViewDiffItem, FileDiffContentsLoader, SelectedLineRange } from '@pierre/diffs';
import { CodeView, type CodeViewHandle, type CodeViewReactOptions, WorkerPoolContext } from '@pierre/diffs/react';
import { type ReactNode, type RefObject, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { FileChange } from '../../core/contract/review';
import { noteAccepted } from './accepted-rows';
import type { Annotation } from './annotations';
import { colouringPool } from './colouring';
import { moreLines, nameExpanders } from './expanding';
import { FileMark } from './file-mark';
import { alignGutter } from './gutter';
import { colouringOptions, sheet } from './look';
import type { Marked } from './marked';
import { useOwnScroll } from './own-scroll';
import { usePaced } from './paced';
import type { Patches } from './patches';
import { useRushing } from './rushing';

interface Props {
  readonly view: RefObject<CodeViewHandle<Annotation, undefined> | null>;
  readonly items: readonly CodeViewDiffItem<Annotation>[];
  readonly files: readonly FileChange[];
  readonly patches: Patches;
  /** Reads the whole files of a diff, for the lines between its hunks; null where those are not shown. */
  readonly loadWhole: FileDiffContentsLoader | null;
  readonly viewed: ReadonlySet<string>;
  readonly mark: (path: string, viewed: boolean) => void;
  readonly unfold: (path: string) => void;
  /** The file at the top changed, by the person's own scrolling or by a jump; or they scrolled so far that what is held is below. */
  readonly onTop: (path: string, byHand: boolean) => void;
  /** The file at the top, and how many pixels of it are above the upper edge. */
  readonly onSpot: (path: string, offset: number) => void;
  /** The lines at hand: of the hunk that was gone to, or of the comment that is written. */
  readonly marked: Marked | null;
  /** The file of what was gone to; null for none. */
  readonly heldPath: string | null;
  /** Lines were chosen by their numbers. */
  readonly onChosen: (path: string, range: SelectedLineRange) => void;
  /** How many comments each file has. */
  readonly counts: ReadonlyMap<string, number>;
  /** Begins a comment on a whole file; null where none can be made. */
  readonly commentOnFile: ((path: string) => void) | null;
  /** Opens a file to be edited; null where none can be. */
  readonly editFile: ((path: string) => void) | null;
  /** The files something was typed into that is not saved. */
  readonly begun: readonly string[];
  readonly isAccepted: (item: CodeViewDiffItem<Annotation>, hunk: number) => boolean;
  readonly diffStyle: 'unified' | 'split';
  readonly renderAnnotation: (annotation: Annotation) => ReactNode;
}

/** As much as is drawn above and below what is on screen, so that what is drawn stays small. */
const beyondPixels = 60;

/** How often it is told which file is at the top, in milliseconds: all around the diff is drawn anew for it. */
const topMs = 100;

/** The virtualised diff of all files, with each file's mark in its header. */
export function DiffView(props: Props): ReactNode {
  const { files, patches, viewed, mark, unfold, diffStyle } = props;
  const byPath = useMemo(() => new Map(files.map((file) => [file.path, file])), [files]);
  const top = useRef<string | null>(null);
  const pane = useRef<HTMLDivElement>(null);
  useRushing(pane);
  const isOwnScroll = useOwnScroll(pane);
  // The view keeps the options it was given as long as the layout stays, so what they call is looked up when they do.
  const now = useRef(props);
  const { isAccepted, view } = props;
  const tellTop = usePaced((path: string) => props.onTop(path, isOwnScroll()), topMs);
  useLayoutEffect(() => {
    now.current = props;
  });
  useLayoutEffect(() => {
    for (const { item, element } of view.current?.getInstance()?.getRenderedItems() ?? [])
      if (item.type === 'diff') noteAccepted(element.shadowRoot, item.fileDiff, (hunk) => isAccepted(item, hunk));
  }, [isAccepted, view]);
  // Lines are marked only once what has them is drawn: the view throws for lines that are in no diff it has drawn yet.
  const [drawn, setDrawn] = useState(props.items);
  useLayoutEffect(() => setDrawn(props.items), [props.items]);
  useLayoutEffect(() => {
    const viewer = view.current?.getInstance();
    if (viewer !== undefined) viewer.config.overscrollSize = beyondPixels;
  }, [view]);
  const canWrite = props.commentOnFile !== null;
  const { loadWhole } = props;
  const options = useMemo<CodeViewReactOptions<Annotation, undefined>>(
    () => ({
      ...colouringOptions,
      diffStyle,
      unsafeCSS: sheet,
      stickyHeaders: true,
      hunkSeparators: 'line-info-basic',
      tokenizeMaxLength: 150_000,
      overflow: 'scroll',
      diffIndicators: 'classic',
      ...(loadWhole !== null && { loadDiffFiles: loadWhole }),
      expansionLineCount: moreLines,
      enableLineSelection: canWrite,
      lineHoverHighlight: canWrite ? 'number' : 'disabled',
      onLineSelectionEnd: (range, { item }) => {
        const { marked, onChosen } = now.current;
        // A click on the one line that is marked already takes its mark; it was meant all the same.
        const chosen = range ?? (marked?.id === item.id ? marked.range : null);
        if (chosen !== null) onChosen(item.id, chosen);
      },
      onPostRender: (node, _, phase, { item }) => {
        if (phase === 'unmount') return;
        reachable(node);
        alignGutter(node.shadowRoot);
        if (item.type !== 'diff') return;
        node.toggleAttribute('data-uncounted', item.fileDiff.hunks.length === 0);
        nameExpanders(node.shadowRoot, item.fileDiff);
        noteAccepted(node.shadowRoot, item.fileDiff, (hunk) => now.current.isAccepted(item, hunk));
      },
    }),
    [diffStyle, canWrite, loadWhole],
  );
  return (
    <div ref={pane} className="diff" data-pane>
      <WorkerPoolContext.Provider value={colouringPool()}>
        <CodeView
          ref={view}
          className="diff-scroll"
          items={props.items}
          options={options}
          selectedLines={drawn === props.items ? props.marked : null}
          renderAnnotation={(...[{ metadata }]) => props.renderAnnotation(metadata)}
          onScroll={(scrollTop, viewer) => {
            const first = topItem(props.items, scrollTop, (id) => viewer.getTopForItem(id));
            if (first !== null) props.onSpot(first, scrollTop - (viewer.getTopForItem(first) ?? 0));
            const held = props.heldPath === null ? undefined : viewer.getTopForItem(props.heldPath);
            const isBelow = held !== undefined && held > scrollTop + viewer.getHeight() && isOwnScroll();
            if (first === null || (first === top.current && !isBelow)) return;
            top.current = first;
            tellTop(first);
          }}
          renderHeaderMetadata={(item) => {
            const file = byPath.get(item.id);
            return (
              file !== undefined && (
                <FileMark
                  file={file}
                  patches={patches}
                  viewed={viewed.has(file.path)}
                  mark={mark}
                  unfold={unfold}
                  comments={props.counts.get(file.path) ?? 0}
                  comment={props.commentOnFile}
                  edit={props.editFile}
                  isBegun={props.begun.includes(file.path)}
                />
              )
            );
          }}
        />
      </WorkerPoolContext.Provider>
    </div>
  );
}

/** Code that scrolls sideways must be reachable by keyboard. */
function reachable(node: HTMLElement): void {
  for (const code of node.shadowRoot?.querySelectorAll<HTMLElement>('code[data-code]') ?? []) code.tabIndex = 0;
}

/** The item under the upper edge. The list is in order, so halving finds it. */
function topItem(
  items: readonly CodeViewDiffItem<Annotation>[],
  scrollTop: number,
  topOf: (id: string) => number | undefined,
): string | null {
  let low = 0;
  let high = items.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((topOf(items[middle]?.id ?? '') ?? 0) <= scrollTop + 8) low = middle;
    else high = middle - 1;
  }
  return items[low]?.id ?? null;
}
