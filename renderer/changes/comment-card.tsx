import { type ReactNode, useEffect, useRef, useState } from 'react';
import { type Comment, fateWords } from '../../core/contract/comment';
import { Button } from '../parts/button';
import { PatchLines } from '../parts/patch';
import { aboutReviews, acceptComments, dismissComments, openReviewTask } from '../state/agent-reviews';
import { useApp, useDoing } from '../state/app';
import { aboutComment, commentEditName, removeComment, resolveComment } from '../state/comments';
import { withDraft } from '../state/drafts';
import { useStore } from '../state/store';
import { clean, cleanLine } from '../text/clean';
import { Ago } from '../text/time';
import type { Away } from './annotations';
import { CommentEdit } from './comment-editor';
import { linesInWords } from './line-places';

/** As much of a text as is shown before it is asked for. */
const shortText = 1_200;
const shortLines = 12;

interface Props {
  readonly comment: Comment;
  readonly away: Away;
}

/** One comment on a change: what it says, what became of it, and what can be done with it. */
export function CommentCard({ comment, away }: Props): ReactNode {
  const app = useApp();
  const doing = useDoing(aboutComment(comment));
  const deciding = useDoing(aboutReviews(comment.task));
  const editName = commentEditName(comment);
  const hasEdit = useStore(app.drafts, (drafts) => drafts[editName] !== undefined);
  const [isEditing, setEditing] = useState(false);
  const isEdited = hasEdit || isEditing;
  const [isOpen, setOpen] = useState(false);
  const card = useRef<HTMLElement>(null);
  const isProposed = comment.fate === 'proposed';
  // An agent's comment can be changed, and is the person's then.
  const isDraft = comment.fate === 'draft' || isProposed;
  const isResolved = comment.resolvedAt !== null;
  const wasEdited = useRef(isEdited);
  useEffect(() => {
    // The editor that had the focus is gone; letters typed now would be the window's keys.
    if (wasEdited.current && !isEdited && document.activeElement === document.body) card.current?.focus();
    wasEdited.current = isEdited;
  }, [isEdited]);
  const edit = (): void => {
    app.drafts.update((drafts) => withDraft(drafts, editName, drafts[editName] ?? comment.text));
    setEditing(true);
  };
  const accept = () => acceptComments(app, comment.task, [comment.id]);
  const dismiss = () => dismissComments(app, comment.task, [comment.id]);
  const turn = (): void => void resolveComment(app, comment, !isResolved);
  const name = `Comment on ${linesInWords(comment.now ?? comment.place)}: ${startOf(comment.text)}`;
  return (
    <article
      ref={card}
      className={`comment ${isResolved && !isOpen ? 'comment-folded' : ''}`}
      data-comment={comment.id}
      data-fate={comment.fate}
      aria-label={name}
      tabIndex={-1}
      onKeyDown={(event) => {
        // A key that is held is one press: the next one would be another deed on what the first made of it.
        if (event.target !== event.currentTarget || event.repeat || event.ctrlKey || event.metaKey || event.altKey)
          return;
        if (isProposed && (event.key === 'Enter' || event.key === 'Delete'))
          void (event.key === 'Enter' ? accept() : dismiss());
        else if (event.key === 'Enter') isDraft ? edit() : turn();
        else if (event.key === 'Delete' && isDraft) void removeComment(app, comment);
        else if (event.key === 'F2' && isDraft) edit();
        else return;
        event.preventDefault();
      }}
    >
      <header className="comment-head">
        <span className={`comment-fate comment-${comment.fate}`} title={fateWords[comment.fate]}>
          {isResolved ? 'resolved' : comment.fate}
        </span>
        {isResolved && !isOpen ? (
          <span className="ellipsis quiet">{startOf(comment.text)}</span>
        ) : (
          <span className="quiet ellipsis">
            <By comment={comment} />, <Ago at={comment.createdAt} />
            {away !== 'not' && ` · ${whereWords(comment, away)}`}
          </span>
        )}
        <span className="comment-acts">
          {isResolved && (
            <button type="button" className="link" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
              {isOpen ? 'Fold' : 'Show'}
            </button>
          )}
          {isProposed && !isEdited && (
            <button type="button" className="link" aria-label={`Accept: ${name}`} onClick={() => void accept()}>
              {deciding ?? 'Accept'}
            </button>
          )}
          {isDraft && !isEdited && (
            <>
              <button type="button" className="link" aria-label={`Edit: ${name}`} onClick={edit}>
                Edit
              </button>
              <button
                type="button"
                className="link"
                aria-label={`${isProposed ? 'Dismiss' : 'Remove'}: ${name}`}
                onClick={() => void (isProposed ? dismiss() : removeComment(app, comment))}
              >
                {doing ?? (isProposed ? 'Dismiss' : 'Remove')}
              </button>
            </>
          )}
          {(!isDraft || isResolved) && (
            <button
              type="button"
              className="link"
              aria-label={`${isResolved ? 'Reopen' : 'Resolve'}: ${name}`}
              onClick={turn}
            >
              {doing ?? (isResolved ? 'Reopen' : 'Resolve')}
            </button>
          )}
        </span>
      </header>
      {isResolved && !isOpen ? null : isDraft && isEdited ? (
        <CommentEdit comment={comment} done={() => setEditing(false)} />
      ) : (
        <>
          {away !== 'not' && comment.quote !== '' && (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: code that scrolls sideways must be reachable by keyboard.
            <pre className="code comment-quote" tabIndex={0}>
              {clean(comment.quote)}
            </pre>
          )}
          <Text text={comment.text} isProposed={isProposed} />
          {comment.since !== null && !isDraft && <Since comment={comment} />}
        </>
      )}
    </article>
  );
}

/** Who says it: the person, or the agent of a review, whose task is one press away. */
function By({ comment: { by, reviewer } }: Pick<Props, 'comment'>): ReactNode {
  const app = useApp();
  if (reviewer === null) return by === 'person' ? 'You' : cleanLine(by);
  return (
    <>
      <button type="button" className="link" onClick={() => openReviewTask(app, reviewer.task)}>
        {cleanLine(reviewer.agent)} in task {reviewer.task}
      </button>
      {reviewer.severity !== null && `, ${reviewer.severity}`}
    </>
  );
}

/** What it says. What an agent proposes is there whole, so that nothing is accepted that was not shown. */
function Text({ text, isProposed }: { readonly text: string; readonly isProposed: boolean }): ReactNode {
  const [asked, setWhole] = useState(false);
  const whole = asked || isProposed;
  const lines = text.split('\n');
  const short = lines.slice(0, shortLines).join('\n').slice(0, shortText);
  const isLong = short.length < text.length;
  const cut = !whole && isLong;
  return (
    <div className="comment-text selectable" dir="auto" tabIndex={whole && isLong ? 0 : undefined}>
      {clean(cut ? `${short}…` : text)}
      {cut && (
        <button type="button" className="link comment-more" onClick={() => setWhole(true)}>
          Show all of it
        </button>
      )}
    </div>
  );
}

function Since({ comment }: { readonly comment: Comment }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const patch = comment.since ?? '';
  const words =
    comment.fate === 'addressed' ? 'What was changed in these lines since' : 'What was changed around it since';
  return (
    <div className="comment-since">
      <Button look="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? 'Hide what was changed' : words}
      </Button>
      {isOpen && <PatchLines patch={patch} />}
    </div>
  );
}

function whereWords({ place, now }: Comment, away: Away): string {
  const lines = linesInWords(now ?? place);
  if (now === null) return `${cleanLine(place.path)}, ${lines}; no longer in the change`;
  if (away === 'above') return `${cleanLine(now.path)}, ${lines}`;
  return now.lines === null ? lines : `${lines}, not shown in this diff`;
}

/** The beginning of a comment, in one line. */
export function startOf(text: string): string {
  const line = cleanLine(text);
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}
