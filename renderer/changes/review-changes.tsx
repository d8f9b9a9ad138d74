import type { CodeViewHandle } from '@pierre/diffs/react';
import { lazy, type ReactNode, Suspense, useCallback, useMemo, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import type { Review } from '../../core/contract/review';
import { useActions } from '../keys/keyboard';
import { Empty, Failed, Skeleton } from '../parts/empty';
import { useApp, useView } from '../state/app';
import { undoWords } from '../state/edits';
import { say } from '../state/said';
import { cleanLine } from '../text/clean';
import { AnnotationView, CommentsAbove } from './annotation-view';
import { type Annotation, binariesOf, countsOf } from './annotations';
import { ChangesBar } from './changes-bar';
import { useCommentSteps } from './comment-steps';
import { type Comments, useCommenting } from './commenting';
import { hunkWith } from './current-hunk';
import { DiffView } from './diff-view';
import { type Early, sayOnItsWay, useArrived } from './early';
import { useEditing } from './editing';
import { useExpanding, useWholeFiles } from './expanding';
import { FileList } from './file-list';
import { useGoToLine } from './go-to-line';
import { useHunkActs } from './hunk-acts';
import { annotatedItem, isOnlySpace, itemOf } from './items';
import { chosenPlace, filePlace } from './line-places';
import { markedIn } from './marked';
import { type Compared, usePatches } from './patches';
import { chooseLayout, otherLayout, useLayout } from './side-room';
import { SpaceHidden, saySpaceFirst, toggleSpace } from './space';
import { useDiffSpot } from './spot';
import { inOrder, useViewed } from './viewed';

interface Props {
  readonly review: Compared;
  /** The comments on it; without, none are shown and none can be made. */
  readonly comments?: Comments | null;
  /** Whether these are all there are now; more may be on their way unless said. */
  readonly hasAllComments?: boolean;
  /** The edit of the person's that can be undone; none unless given. */
  readonly edit?: Review['edit'];
  /** The bar over the diff, which is there before the diff is. */
  readonly bar: HTMLElement | null;
  /** Has it read again; needed where files can be edited. */
  readonly reload?: () => void;
  /** Said above the diff. */
  readonly notice?: ReactNode;
  /** Where words of a comment go before its field is there. */
  readonly early?: Early | null;
  /** Where it is kept how far this diff was read. */
  readonly spot?: string;
  /** Said when it has no file. */
  readonly nothing?: string;
}

const same = 'The branch has the same files as its base.';
const noFiles: ReadonlySet<string> = new Set();
const noReload = (): void => {};

const FileEditor = lazy(async () => ({ default: (await import('../editing/file-editor')).FileEditor }));

/**
 * The diff of a review with its list of files and the comments on it, by keyboard: hunks, comments, viewed and accepted
 * marks, one column or two.
 */
export function ReviewChanges(props: Props): ReactNode {
  const {
    review,
    comments = null,
    hasAllComments = false,
    edit = null,
    reload = noReload,
    early = null,
    spot = `changes:${review.task}`,
    nothing = same,
  } = props;
  const app = useApp();
  const hideSpace = useView((view) => view.hideSpace);
  const [pane, setPane] = useState<HTMLElement | null>(null);
  const layout = useLayout(pane);
  const patches = usePatches(review, hideSpace);
  const files = useMemo(() => inOrder(review.files), [review]);
  const { viewed, mark } = useViewed(review.task, files);
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(noFiles);
  const view = useRef<CodeViewHandle<Annotation, undefined>>(null);
  const [current, setCurrent] = useState<string | null>(null);
  const bare = useMemo(
    () =>
      files.map((file) =>
        itemOf(file, patches.byPath.get(file.path), viewed.has(file.path) && !unfolded.has(file.path)),
      ),
    [files, patches.byPath, viewed, unfolded],
  );
  const { arranged, open, begin, goOn, stretch, leave } = useCommenting({
    ...{ change: review, comments, files, items: bare },
    ...{ loading: patches.loading, listen: early?.listen ?? null },
  });
  const binaries = useMemo(() => binariesOf(review), [review]);
  const items = useMemo(
    () => bare.map((item) => annotatedItem(item, arranged.inFiles.get(item.id) ?? binaries.get(item.id))),
    [bare, arranged.inFiles, binaries],
  );
  const counts = useMemo(() => countsOf(files, comments?.all ?? [], comments?.threads ?? []), [files, comments]);
  const top = current ?? files[0]?.path ?? null;
  const noteSpot = useDiffSpot({ name: spot, change: review, items, patches, view });
  const canWrite = comments?.canWrite ?? false;
  const acts = useHunkActs({
    ...{ change: review, files, items, view, path: top, begin },
    enter: setCurrent,
    hasVerdict: comments !== null && !hideSpace,
    // What is still shown of the state before is of other lines; it is a moment at most.
    canAct: canWrite && !hideSpace && !patches.outdated,
    canComment: canWrite && !patches.outdated,
  });
  const { hunk, setHunk, isAccepted, atHand } = acts;
  // What was gone to may stand below the end of another file, which is at the top then.
  const path = acts.heldPath ?? top;
  const isOnItsWay = canWrite && (patches.outdated || (patches.loading && atHand === null));
  const orSay = (isDone: boolean): boolean => isDone || (isOnItsWay && sayOnItsWay(app));
  const commentOnHunk = (): boolean => acts.comment() || (isOnItsWay && early?.await('hunk') === true);
  const loadWhole = useWholeFiles(review);
  const more = useExpanding({ view, atHand, path, canExpand: !hideSpace });
  const onlySpace = useMemo(
    () => (hideSpace ? files.filter((file) => isOnlySpace(file, patches.byPath.get(file.path))).length : 0),
    [hideSpace, files, patches.byPath],
  );
  useGoToLine({
    ...{ task: review.task, items, patches, view },
    enter: (to, at) => {
      if (viewed.has(to) && !unfolded.has(to)) unfold(to);
      setCurrent(to);
      setHunk(at);
    },
  });
  const editing = useEditing({ task: review.task, items, patches, atHand, canEdit: canWrite });
  const { leave: leaveEditor } = editing;
  const unfold = useCallback((which: string) => setUnfolded((old) => new Set([...old, which])), []);
  const goToFile = useCallback(
    (to: string) => {
      leaveEditor();
      setCurrent(to);
      // Whichever file is at the top then: the diff may end before this one gets there.
      setHunk({ path: to, index: 0 }, false);
      view.current?.scrollTo({ type: 'item', id: to, align: 'start' });
    },
    [setHunk, leaveEditor],
  );
  const toggleViewed = useCallback(
    (which: string, isViewed: boolean) => {
      mark(which, isViewed);
      setUnfolded((old) => new Set([...old].filter((one) => one !== which)));
      if (isViewed)
        say(app.said, { kind: 'done', text: `Marked ${cleanLine(which)} as viewed`, undo: () => mark(which, false) });
    },
    [app, mark],
  );
  const commentOnFile = (which: string): void => {
    const file = files.find((each) => each.path === which);
    if (file === undefined) return;
    if (viewed.has(which)) unfold(which);
    // It is written at the head of the file, which may be above what is drawn.
    view.current?.scrollTo({ type: 'item', id: which, align: 'start', behavior: 'instant' });
    begin(filePlace(file));
  };
  const stepComment = useCommentSteps({
    ...{ task: review.task, arranged, view },
    whole: comments === null ? null : hasAllComments && !patches.loading,
    enter: (to) => {
      if (viewed.has(to)) unfold(to);
      setCurrent(to);
    },
  });
  const commentOnPath = (): boolean => {
    if (!canWrite || path === null) return false;
    commentOnFile(path);
    return true;
  };
  useArrived(early, { isHere: !isOnItsWay, begin: { hunk: acts.comment, file: commentOnPath } });
  useActions(
    {
      'next-hunk': () => orSay(acts.step(1)),
      'previous-hunk': () => orSay(acts.step(-1)),
      comment: commentOnHunk,
      'comment-file': commentOnPath,
      accept: () => (canWrite && hideSpace ? saySpaceFirst(app) : orSay(acts.accept())),
      'take-back': () => (canWrite && hideSpace ? saySpaceFirst(app) : orSay(acts.takeBack())),
      expand: () => (hideSpace ? saySpaceFirst(app) : more.around()),
      'whole-file': () => (hideSpace ? saySpaceFirst(app) : more.file()),
      'hide-space': () => toggleSpace(app),
      'edit-file': () => path !== null && editing.open(path),
      'end-down': () => stretch('last', 1) || acts.comment(),
      'end-up': () => stretch('last', -1) || acts.comment(),
      'start-down': () => stretch('first', 1) || acts.comment(),
      'start-up': () => stretch('first', -1) || acts.comment(),
      'next-comment': () => stepComment(1),
      'previous-comment': () => stepComment(-1),
      split: () => chooseLayout(app, otherLayout(layout), layout),
      viewed: () => {
        if (path === null) return false;
        const isViewed = !viewed.has(path);
        toggleViewed(path, isViewed);
        const next = files[files.findIndex((file) => file.path === path) + 1];
        if (isViewed && next !== undefined) goToFile(next.path);
        return true;
      },
    },
    undefined,
    editing.refuses,
  );

  const marked = useMemo(() => markedIn({ open, files, items, hunk }), [open, files, items, hunk]);

  if (files.length === 0 && arranged.elsewhere.length === 0)
    return (
      <>
        {props.notice}
        <Empty title="No file was changed">{nothing}</Empty>
      </>
    );
  const itemAtHand = items.find(({ id }) => id === atHand?.path);
  const sharedProps = { goOn: canWrite ? goOn : null, leave };
  const bar = (
    <ChangesBar
      files={files.length}
      viewed={viewed.size}
      large={patches.onDemand.size}
      accepted={acts.accepted}
      hunks={acts.total}
      comments={arranged.inOrder.length}
      hunk={
        !canWrite || editing.at !== null || atHand === null || itemAtHand === undefined
          ? null
          : { ...acts, canAct: !hideSpace, isAccepted: isAccepted(itemAtHand, atHand.index) }
      }
      mayAct={canWrite}
      step={stepComment}
      layout={layout}
      begun={canWrite && editing.at === null ? editing.begun : []}
      goOn={editing.open}
      undo={edit === null ? null : { about: undoWords(edit), act: acts.undo }}
    />
  );
  return (
    <>
      {props.bar !== null && createPortal(bar, props.bar)}
      {patches.failure !== null && <Failed failure={patches.failure} again={patches.reload} />}
      {props.notice}
      {hideSpace && <SpaceHidden files={onlySpace} canAct={canWrite} />}
      <div className="changes-body">
        <FileList files={files} viewed={viewed} current={path} open={goToFile} counts={counts} />
        <div ref={setPane} className="changes-diff">
          <CommentsAbove annotations={arranged.elsewhere} {...sharedProps} />
          <DiffView
            view={view}
            items={items}
            files={files}
            patches={patches}
            loadWhole={hideSpace ? null : loadWhole}
            viewed={viewed}
            mark={toggleViewed}
            unfold={unfold}
            onTop={(top, byHand) => {
              setCurrent(top);
              if (byHand) setHunk(null);
            }}
            onSpot={noteSpot}
            marked={marked}
            heldPath={acts.heldPath}
            onChosen={(which, range) => {
              const file = files.find((each) => each.path === which);
              const item = items.find(({ id }) => id === which);
              if (file === undefined || item === undefined || patches.outdated) return;
              setHunk(hunkWith(item, range.endSide ?? range.side ?? 'additions', range.end));
              begin(chosenPlace(file, item.fileDiff, range));
            }}
            counts={counts}
            commentOnFile={canWrite ? commentOnFile : null}
            editFile={canWrite ? editing.open : null}
            begun={editing.begun}
            isAccepted={isAccepted}
            diffStyle={layout.shown}
            renderAnnotation={(annotation) => <AnnotationView annotation={annotation} {...sharedProps} />}
          />
          {editing.at !== null && (
            <Suspense fallback={<Skeleton lines={10} />}>
              <FileEditor
                key={`${review.task} ${editing.at.path}`}
                {...editing.at}
                head={review.head}
                settled={editing.settled}
                leave={editing.leave}
                reload={reload}
              />
            </Suspense>
          )}
        </div>
      </div>
    </>
  );
}
