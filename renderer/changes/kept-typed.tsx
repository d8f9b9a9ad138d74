import type { ReactNode } from 'react';
import { Button } from '../parts/button';
import { Note } from '../parts/note';
import { useApp } from '../state/app';
import { copyText } from '../state/copy';
import { dropFileDraft, fileDraft, typedInto } from '../state/file-edits';
import { useStore } from '../state/store';
import { clean, cleanLine } from '../text/clean';

/** What was typed into files of a task's change and never saved, where there is no editor to save it in: to read, copy or throw away. */
export function KeptTyped({ task }: { readonly task: number }): ReactNode {
  const app = useApp();
  const drafts = useStore(app.drafts, (all) => all);
  return typedInto(drafts, [task]).map(({ path }) => {
    const text = fileDraft(drafts, task, path)?.text ?? '';
    const name = cleanLine(path);
    return (
      <Note
        key={path}
        kind="info"
        actions={
          <>
            <Button onClick={() => void copyText(app, 'text', text)}>
              Copy it<span className="unseen">: {name}</span>
            </Button>
            <Button onClick={() => dropFileDraft(app, task, path)}>
              Throw it away<span className="unseen">: {name}</span>
            </Button>
          </>
        }
      >
        <details className="kept-typed">
          <summary>What you typed into {name} was not saved. It is kept here, and no part of the change.</summary>
          <pre>{clean(text)}</pre>
        </details>
      </Note>
    );
  });
}
