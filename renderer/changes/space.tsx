import type { ReactNode } from 'react';
import { Button } from '../parts/button';
import { Note } from '../parts/note';
import { type App, useApp } from '../state/app';
import { say } from '../state/said';
import { count } from '../text/amounts';

/** Leaves changes of white space alone out of diffs, or shows them again. */
export function toggleSpace(app: App): void {
  app.view.update((view) => ({ ...view, hideSpace: !view.hideSpace }));
}

/** Says why nothing is done with a hunk while changes of white space are hidden. It counts as having done something. */
export function saySpaceFirst(app: App): true {
  const text = 'That needs the change as it is, and changes of white space are hidden now. Press I to show them';
  say(app.said, { kind: 'done', text, undo: null });
  return true;
}

/** Says that the diff is not all of the change. */
export function SpaceHidden({ files, canAct }: { readonly files: number; readonly canAct: boolean }): ReactNode {
  const app = useApp();
  return (
    <Note kind="info" actions={<Button onClick={() => toggleSpace(app)}>Show them</Button>}>
      Changes of white space alone are hidden
      {files > 0 && `, with all that changed in ${count(files, 'file')}`}.
      {canAct && ' While they are, hunks cannot be accepted or taken back.'}
    </Note>
  );
}
