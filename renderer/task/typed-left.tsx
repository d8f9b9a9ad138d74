import { type ReactNode, useState } from 'react';
import { Note } from '../parts/note';
import { useApp } from '../state/app';
import { type TypedFile, typedInto } from '../state/file-edits';
import { useStore } from '../state/store';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';

/** What was typed into the files of changes that are about to land, and is in none of them. */
export interface TypedLeft {
  readonly files: readonly TypedFile[];
  /** It keeps the changes from landing: the person has not said of all of it that it stays behind. */
  readonly holds: boolean;
  readonly leaves: boolean;
  readonly setLeaves: (leaves: boolean) => void;
}

/** What was typed into files of these tasks' changes and is not saved. It holds them until the person says that it stays. */
export function useTypedLeft(tasks: readonly number[]): TypedLeft {
  const app = useApp();
  const files = typedInto(
    useStore(app.drafts, (drafts) => drafts),
    tasks,
  );
  // What the person saw when they said so; what is typed into another file later is not meant.
  const [left, setLeft] = useState<readonly string[]>([]);
  const names = files.map(({ task, path }) => `${task} ${path}`);
  const leaves = names.length > 0 && names.every((name) => left.includes(name));
  return { files, holds: names.length > 0 && !leaves, leaves, setLeaves: (next) => setLeft(next ? names : []) };
}

/** Says what was typed and is no part of what lands, with a way to each text, and asks whether it lands all the same. */
export function TypedLeftNote(props: {
  readonly typed: TypedLeft;
  /** What is about to be done: `Approve`. */
  readonly verb: string;
  /** Leads to the editor of a file. */
  readonly show: (file: TypedFile) => void;
  /** It takes the focus, as what comes before the button that lands. */
  readonly takesFocus?: boolean;
}): ReactNode {
  const { typed, verb, show, takesFocus = false } = props;
  const { files, leaves, setLeaves } = typed;
  if (files.length === 0) return null;
  const [first] = files;
  const what = files.length === 1 && first !== undefined ? cleanLine(first.path) : count(files.length, 'file');
  const several = new Set(files.map(({ task }) => task)).size > 1;
  return (
    <Note kind="warning">
      What you typed into {what} is not saved, and no part of {several ? 'these changes' : 'this change'}. Save it as a
      commit first, or leave it.{' '}
      {files.map((file, index) => (
        <span key={`${file.task} ${file.path}`}>
          {index > 0 && ', '}
          <button type="button" className="link" onClick={() => show(file)}>
            {files.length === 1 ? 'Show it' : `Show ${several ? `#${file.task} ` : ''}${cleanLine(file.path)}`}
          </button>
        </span>
      ))}
      <label className="verdict-leave">
        <input
          type="checkbox"
          // biome-ignore lint/a11y/noAutofocus: what opened is to land a change, and this comes before it.
          autoFocus={takesFocus}
          checked={leaves}
          onChange={(event) => setLeaves(event.target.checked)}
        />
        {verb} all the same; it stays kept with the task, not saved
      </label>
    </Note>
  );
}
