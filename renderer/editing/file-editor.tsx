import { type ReactNode, useEffect, useRef, useState } from 'react';
import { type ActionId, actionIds, actions } from '../keys/actions';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { Explained, Failed, Skeleton } from '../parts/empty';
import { Keys } from '../parts/hint';
import { Note } from '../parts/note';
import { useApp, useDoing } from '../state/app';
import { copyText } from '../state/copy';
import type { Failure } from '../state/failure';
import { aboutFile, dropFileDraft, fileDraft, keepFileDraft, saveFile } from '../state/file-edits';
import { say } from '../state/said';
import { useStore } from '../state/store';
import { cleanLine } from '../text/clean';
import type { ChangedLines } from './changed-lines';
import { useFile } from './edited-file';
import { asStored } from './line-ends';
import { useEditor } from './use-editor';

interface Props {
  readonly task: number;
  readonly head: string;
  readonly path: string;
  /** The line to begin on, from 1. */
  readonly line: number;
  /** The lines the change has changed or added. */
  readonly changed: readonly ChangedLines[];
  /** Told once its text is there to be typed into, or why it cannot be. */
  readonly settled: () => void;
  readonly leave: () => void;
  /** Has the review read again: the change is another one than is shown. */
  readonly reload: () => void;
}

/** The keys of the diff do nothing while a file lies over it. */
const quiet: Partial<Record<ActionId, () => true>> = Object.fromEntries(
  actionIds.filter((id) => actions[id].group === 'Changes').map((id) => [id, () => true]),
);

/** A file of a change, edited in place and saved as a commit of the person's. What is typed is kept however this is left. */
export function FileEditor(props: Props): ReactNode {
  const { task, head, path, line, changed, settled, leave, reload } = props;
  const app = useApp();
  const host = useRef<HTMLDivElement>(null);
  const name = cleanLine(path);
  const [round, setRound] = useState(0);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [compares, setCompares] = useState(false);
  const doing = useDoing(aboutFile(task, path));
  const file = useFile({ task, head, path, round });
  const stored = file.kind === 'found' ? file.stored : null;
  const text = useEditor({ host, task, path, label: `Edit ${name}`, line, changed, stored });
  const { isTyped, isMoved, editor } = text;
  const isLoading = file.kind === 'loading';
  useEffect(() => {
    if (!isLoading) settled();
  }, [isLoading, settled]);
  const isComparing = compares && isMoved;
  const other = isComparing ? (stored?.edited ?? null) : null;
  useEffect(() => {
    editor.current?.compare(other);
  }, [editor, other]);

  const goAway = (): void => {
    text.keep();
    if (isTyped) say(app.said, { kind: 'done', text: `What you typed into ${name} is kept, not saved`, undo: null });
    leave();
  };
  const save = async (): Promise<void> => {
    const typed = editor.current?.text();
    if (typed === undefined || stored === null || doing !== null) return;
    text.keep();
    if (typed === stored.edited) return leave();
    // What somebody else wrote is never saved over before it was looked at.
    if (isMoved && !isComparing) return setCompares(true);
    setFailure(null);
    const again = asStored(typed, stored.text);
    const failed = await saveFile(app, { task, head: stored.head, path, text: again });
    if (failed === null) {
      // Who left while it was saved has left what was typed as a draft.
      if (fileDraft(app.drafts.get(), task, path)?.text === typed) keepFileDraft(app, task, path, null);
      text.saved({ head: stored.head, blob: '', text: again, edited: typed });
      if (editor.current === null || editor.current.text() === typed) leave();
      return;
    }
    setFailure(failed.code === 'MOVED' ? null : failed);
    if (failed.code !== 'MOVED') return;
    reload();
    setRound((value) => value + 1);
  };
  useActions({
    ...quiet,
    back: () => {
      goAway();
      return true;
    },
    'save-edit': () => {
      void save();
      return true;
    },
  });
  return (
    <section className="edit-pane" aria-label={`Edit ${name}`}>
      <div className="edit-bar">
        <span className="edit-name ellipsis" title={name}>
          {name}
        </span>
        <span className="quiet" role="status">
          {isTyped ? 'Not saved' : ''}
        </span>
        {stored !== null && (
          <Button look="primary" doing={doing} disabled={!isTyped} onClick={() => void save()}>
            {isMoved && isComparing ? 'Save over the newer version' : 'Save as a commit'} <Keys keys="mod+s" />
          </Button>
        )}
        <Button look="quiet" onClick={goAway}>
          {isTyped ? 'Leave' : 'Close'} <Keys keys="Escape" />
        </Button>
      </div>
      {failure !== null && <Note kind="failed">{cleanLine(failure.message)} What you typed is still here.</Note>}
      {isMoved && (
        <Note
          kind="warning"
          actions={
            <>
              <Button aria-pressed={isComparing} onClick={() => setCompares(!isComparing)}>
                {isComparing ? 'Hide what differs' : 'Show what differs'}
              </Button>
              <Button onClick={text.takeNewer}>Take the newer version</Button>
            </>
          }
        >
          {name} was changed since you began. What you typed is still here; saving puts it in place of the newer
          version.
        </Note>
      )}
      {isLoading && <Skeleton lines={10} />}
      {file.kind === 'failed' && (
        <Failed
          failure={file.failure}
          again={() => {
            reload();
            setRound((value) => value + 1);
          }}
        />
      )}
      {file.kind === 'refused' && <Refused task={task} path={path} reason={file.reason} leave={leave} />}
      <div ref={host} className="edit-text" hidden={stored === null} />
    </section>
  );
}

/** Why a file cannot be edited here, and what to do with what was typed into it when it still could. */
function Refused(props: {
  readonly task: number;
  readonly path: string;
  readonly reason: string;
  readonly leave: () => void;
}): ReactNode {
  const { task, path, reason, leave } = props;
  const app = useApp();
  const draft = useStore(app.drafts, (drafts) => drafts[aboutFile(task, path)]);
  const actions = draft !== undefined && (
    <>
      <Button onClick={() => void copyText(app, 'text', fileDraft(app.drafts.get(), task, path)?.text ?? '')}>
        Copy what you typed
      </Button>
      <Button
        onClick={() => {
          dropFileDraft(app, task, path);
          leave();
        }}
      >
        Throw it away
      </Button>
    </>
  );
  return (
    <Explained title={`${cleanLine(path)} cannot be edited here`} actions={actions || undefined}>
      {reason}
    </Explained>
  );
}
