import { useEffect, useState } from 'react';
import { useApp } from '../state/app';
import { type Failure, failureOf, isAbort } from '../state/failure';
import { asEdited } from './line-ends';

/** A file as a commit of the change stores it, and the same as it is edited. */
export interface Stored {
  readonly head: string;
  readonly blob: string;
  readonly text: string;
  readonly edited: string;
}

/** What is known of a file that is to be edited. */
export type FoundFile =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'found'; readonly stored: Stored };

/** A file of the change as a commit has it. It is asked for anew with another commit, and with another round. */
export function useFile(at: {
  readonly task: number;
  readonly head: string;
  readonly path: string;
  readonly round: number;
}): FoundFile {
  const { task, head, path, round } = at;
  const { line } = useApp();
  const [file, setFile] = useState<FoundFile>({ kind: 'loading' });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the round is why it runs again.
  useEffect(() => {
    const left = new AbortController();
    const ask = async (): Promise<FoundFile> => {
      const { signal } = left;
      const { text, blob, reason } = await line.client().reviews.file({ task, head, path }, { signal });
      if (text === null) return { kind: 'refused', reason: reason ?? '' };
      return { kind: 'found', stored: { head, blob: blob ?? '', text, edited: asEdited(text) } };
    };
    ask().then(
      (found) => !left.signal.aborted && setFile(found),
      (error) => {
        if (left.signal.aborted || isAbort(error)) return;
        // A text that is open stays as it is: when the change moved, its next review brings another commit to ask for.
        setFile((old) => (old.kind === 'found' ? old : { kind: 'failed', failure: failureOf(error) }));
      },
    );
    return () => left.abort();
  }, [line, task, head, path, round]);
  return file;
}
