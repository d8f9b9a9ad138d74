import type { ReactNode } from 'react';
import { type Comment, isDraft, isUndecided, notSentWords } from '../../core/contract/comment';
import type { FileChange } from '../../core/contract/review';
import type { Task } from '../../core/contract/task';
import { inOrder } from '../changes/viewed';
import { Button } from '../parts/button';
import { Note } from '../parts/note';
import { useApp } from '../state/app';
import { begunNames } from '../state/comments';
import { writtenTo } from '../state/drafts';
import { useStore } from '../state/store';
import { count } from '../text/amounts';

/**
 * What was said of a change and is not settled when it is approved, with a way to the first of each. What nobody was told
 * holds the approval until the person says that it stays; what the agent was told is only to be known.
 */
export function CommentsLeft(props: {
  readonly task: Task;
  readonly comments: readonly Comment[];
  readonly files: readonly FileChange[];
  /** Some keep it from being approved. */
  readonly holds: boolean;
  readonly leaves: boolean;
  /** More came since the person said that they stay. */
  readonly overtaken: boolean;
  /** Null where it cannot be said that they stay. */
  readonly onLeaves: ((leaves: boolean) => void) | null;
  readonly goToComposer: () => void;
  readonly goToComment: (comment: Comment) => void;
}): ReactNode {
  const { task, leaves, onLeaves } = props;
  const app = useApp();
  const comments = inOrderOf(props.comments, props.files);
  const drafts = comments.filter(isDraft);
  const undecided = comments.filter(isUndecided);
  const open = comments.filter(isOpen);
  const begun = useStore(app.drafts, (all) => begunNames(all, task.id).length);
  const isWritten = useStore(app.drafts, (all) => writtenTo(all, task.id).trim() !== '');
  // What nobody decided on is decided on in the change itself; only what is the person's can be sent.
  const onlyAgents = drafts.length === 0 && undecided.length > 0;
  const waiting = drafts.length + undecided.length;
  const [first] = [...drafts, ...undecided];
  const unsent = [
    ...(begun > 0 ? [`${count(begun, 'comment')} ${begun === 1 ? 'was' : 'were'} begun and not added.`] : []),
    ...(isWritten ? ['What you wrote to the agent is not sent.'] : []),
  ];
  return (
    <>
      {open[0] !== undefined && (
        <p className="verdict-open">
          {openWords(open)} <First comment={open[0]} many={open.length} go={props.goToComment} />
        </p>
      )}
      {unsent.length > 0 && <Note kind="warning">{unsent.join(' ')} It stays where it is.</Note>}
      {props.holds && (
        <Note
          kind="warning"
          actions={onlyAgents ? undefined : <Button onClick={props.goToComposer}>Request changes</Button>}
        >
          {notSentWords(onlyAgents ? 0 : Math.max(1, drafts.length), undecided.length)}{' '}
          {first !== undefined && <First comment={first} many={waiting} go={props.goToComment} />} <br />
          {onlyAgents ? 'Accept or dismiss them first.' : 'To send what you wrote, request changes.'}
          {onLeaves !== null && (
            <label className="verdict-leave">
              <input
                type="checkbox"
                // biome-ignore lint/a11y/noAutofocus: the popover was opened to approve, and this comes before it.
                autoFocus
                checked={leaves}
                onChange={(event) => onLeaves(event.target.checked)}
              />
              {props.overtaken && 'More came since you said so. '}
              Approve all the same; {waiting > 1 ? 'they stay here as they are' : 'it stays here as it is'}
            </label>
          )}
        </Note>
      )}
    </>
  );
}

function First(props: {
  readonly comment: Comment;
  readonly many: number;
  readonly go: (comment: Comment) => void;
}): ReactNode {
  return (
    <button type="button" className="link" onClick={() => props.go(props.comment)}>
      {props.many === 1 ? 'Show it' : 'Show the first'}
    </button>
  );
}

/** Whether the agent was told and the person has not said that it is settled. */
function isOpen({ sentAt, resolvedAt }: Comment): boolean {
  return sentAt !== null && resolvedAt === null;
}

function openWords(open: readonly Comment[]): string {
  const same = open.filter(({ fate }) => fate === 'ignored' || fate === 'moved').length;
  const words = `${count(open.length, 'comment')} ${open.length === 1 ? 'is' : 'are'} not resolved`;
  if (same === 0) return `${words}.`;
  return `${words}, ${same === open.length ? '' : `${same} `}on lines that were not changed since.`;
}

/** As they are come across in the change; those whose place is gone stand above it. */
function inOrderOf(comments: readonly Comment[], files: readonly FileChange[]): readonly Comment[] {
  const place = new Map(inOrder(files).map(({ path }, index) => [path, index]));
  const at = ({ now }: Comment): number => (now === null ? -1 : (place.get(now.path) ?? -1));
  const line = ({ now }: Comment): number => now?.lines?.first ?? 0;
  return [...comments].sort((one, other) => at(one) - at(other) || line(one) - line(other) || one.id - other.id);
}
