import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Comment } from '../../core/contract/comment';
import { Button } from '../parts/button';
import { focusSoon } from '../parts/deep-focus';
import { Growing } from '../parts/growing';
import { Hint, Keys } from '../parts/hint';
import { Note } from '../parts/note';
import { useApp, useDoing } from '../state/app';
import {
  aboutComment,
  type Begun,
  commentEditName,
  dropBegun,
  editComment,
  keepComment,
  takeEarly,
} from '../state/comments';
import { withDraft } from '../state/drafts';
import type { Failure } from '../state/failure';
import { useStore } from '../state/store';
import { cleanLine } from '../text/clean';
import type { Away } from './annotations';
import { startOf } from './comment-card';
import { linesInWords } from './line-places';

/** Where a comment is written. What is written is kept as it is typed, and stays when this is left. */
export function CommentWriter({ begun, leave }: { readonly begun: Begun; readonly leave: () => void }): ReactNode {
  const app = useApp();
  return (
    <Writing
      draft={begun.name}
      about={begun.name}
      where={begun.place.lines === null ? null : linesInWords(begun.place)}
      label={`Comment on ${linesInWords(begun.place)}${begun.place.lines === null ? ` ${cleanLine(begun.place.path)}` : ''}`}
      verb="Keep"
      send={(text) => keepComment(app, begun, text)}
      focused={() => takeEarly(app, begun)}
      done={leave}
      leave={leave}
    />
  );
}

/** Where a comment that the agent does not have is changed. */
export function CommentEdit({ comment, done }: { readonly comment: Comment; readonly done: () => void }): ReactNode {
  const app = useApp();
  const name = commentEditName(comment);
  const leave = (): void => {
    app.drafts.update((drafts) => withDraft(drafts, name, ''));
    done();
  };
  return (
    <Writing
      draft={name}
      about={aboutComment(comment)}
      label="Change the comment"
      verb="Save"
      send={async (text) => {
        if (text.trim() !== comment.text) return editComment(app, comment, text);
        app.drafts.update((drafts) => withDraft(drafts, name, ''));
        return null;
      }}
      done={done}
      leave={leave}
    />
  );
}

/** A comment that was begun and left, in one line. */
export function CommentBegun(props: {
  readonly begun: Begun;
  readonly away: Away;
  /** Goes on with it; null where no comment may be made now. */
  readonly goOn: (() => void) | null;
}): ReactNode {
  const { begun, away, goOn } = props;
  const app = useApp();
  const text = useStore(app.drafts, (drafts) => drafts[begun.name] ?? '');
  const where = away === 'above' ? ` · ${cleanLine(begun.place.path)}, ${linesInWords(begun.place)}` : '';
  return (
    <div className="comment comment-folded">
      <div className="comment-head">
        <span className="comment-fate">begun</span>
        <span className="ellipsis quiet">
          {startOf(text)}
          {where}
          {!begun.current && ', on the change as it was'}
        </span>
        <span className="comment-acts">
          {goOn !== null && (
            <button type="button" className="link" onClick={goOn}>
              Go on
            </button>
          )}
          <button type="button" className="link" onClick={() => dropBegun(app, begun)}>
            Throw away
          </button>
        </span>
      </div>
    </div>
  );
}

function Writing(props: {
  readonly draft: string;
  readonly about: string;
  readonly label: string;
  /** The lines it is about while they can be changed; null where they cannot. */
  readonly where?: string | null;
  readonly verb: 'Keep' | 'Save';
  readonly send: (text: string) => Promise<Failure | null>;
  /** Its field has the focus. */
  readonly focused?: () => void;
  readonly done: () => void;
  readonly leave: () => void;
}): ReactNode {
  const app = useApp();
  const doing = useDoing(props.about);
  const text = useStore(app.drafts, (drafts) => drafts[props.draft] ?? '');
  const [failure, setFailure] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const element = field.current;
    element?.setSelectionRange(element.value.length, element.value.length);
    return focusSoon(() => field.current);
  }, []);
  const send = async (): Promise<void> => {
    if (text.trim() === '') return field.current?.focus();
    if (app.doing.get().has(props.about)) return;
    setFailure(null);
    const failed = await props.send(text);
    if (failed !== null) return setFailure(failed.message);
    props.done();
  };
  return (
    <div className="comment comment-writing">
      {failure !== null && <Note kind="failed">{cleanLine(failure)} What you wrote is still here.</Note>}
      <Growing
        field={field}
        label={props.label}
        rows={2}
        text={text}
        onText={(value) => app.drafts.update((drafts) => withDraft(drafts, props.draft, value))}
        onSend={() => void send()}
        onLeave={props.leave}
        onFocused={(has) => has && props.focused?.()}
      />
      <div className="comment-foot">
        {props.where != null && (
          <Hint action="end-down" text="Move the last line; with Shift, the first">
            <span className="comment-where quiet">
              <span role="status">{props.where}</span> <Keys keys="alt+ArrowUp" /> <Keys keys="alt+ArrowDown" />
            </span>
          </Hint>
        )}
        <Button doing={doing} onClick={() => void send()}>
          {props.verb === 'Keep' ? 'Keep as a draft' : 'Save'} <Keys keys="mod+Enter" />
        </Button>
        <Button look="quiet" onClick={props.leave}>
          {props.verb === 'Save' ? 'Keep as it was' : 'Leave'} <Keys keys="Escape" />
        </Button>
      </div>
    </div>
  );
}
