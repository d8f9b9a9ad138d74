import { lazy, type ReactNode, Suspense } from 'react';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { Failed, Skeleton } from '../parts/empty';
import { Note } from '../parts/note';
import { useApp } from '../state/app';
import { showWhole } from '../state/part';
import { useResource } from '../state/resource';
import type { ChangePart } from '../state/view';
import { fetchPart, nameOfPart } from './part';

const ReviewChanges = lazy(async () => ({ default: (await import('./review-changes')).ReviewChanges }));

/** Part of a task's change in place of the whole, and the way back to that. What is decided is decided of the whole. */
export function PartChanges(props: {
  readonly task: number;
  readonly part: ChangePart;
  /** The head of the whole change; null while it is not known. */
  readonly head: string | null;
  readonly words: string;
  /** The bar over the diff. */
  readonly bar: HTMLElement | null;
}): ReactNode {
  const { task, part, head, words, bar } = props;
  const app = useApp();
  const name = nameOfPart(part);
  // Of what is new nothing is known before the head is.
  const key =
    part.kind === 'since' && head === null ? null : `part ${task} ${name} ${part.kind === 'since' ? head : ''}`;
  const { value, failure, reload } = useResource(key, (client, signal) =>
    fetchPart(client, { task, of: part, head, signal }),
  );
  const leave = (): boolean => {
    showWhole(app);
    return true;
  };
  useActions({ back: leave });
  const notice = (
    <Note kind="info" actions={<Button onClick={leave}>Show the whole change</Button>}>
      {words}. Comments, and what you accept, take back or approve, are about the whole change.
    </Note>
  );
  if (value === null) {
    return (
      <>
        {notice}
        {failure === null ? <Skeleton lines={10} /> : <Failed failure={failure} again={reload} />}
      </>
    );
  }
  return (
    <Suspense fallback={<Skeleton lines={10} />}>
      <ReviewChanges
        key={name}
        review={value}
        spot={`changes:${task}:${name}`}
        bar={bar}
        notice={notice}
        nothing={nothings[part.kind]}
      />
    </Suspense>
  );
}

const nothings: Readonly<Record<ChangePart['kind'], string>> = {
  turn: 'What changed is in the index, in git’s own folders or in nested repositories, of which there is no diff.',
  commit: 'This commit changed no file.',
  since: 'No file differs from what you saw when you last asked for changes.',
};
