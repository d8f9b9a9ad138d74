import type { ReactNode } from 'react';
import type { Begun } from '../state/comments';
import { type Annotation, keyOf, threadKey } from './annotations';
import { BinaryView } from './binary-view';
import { CommentCard } from './comment-card';
import { CommentBegun, CommentWriter } from './comment-editor';
import { nearName } from './comment-steps';
import { Near } from './near';
import { ThreadCard } from './thread-card';

interface Props {
  /** Goes on with one that was begun; null where no comment may be made now. */
  readonly goOn: ((begun: Begun) => void) | null;
  readonly leave: () => void;
}

/** What stands under a line of the diff. */
export function AnnotationView({ annotation, goOn, leave }: Props & { readonly annotation: Annotation }): ReactNode {
  const { about, away } = annotation;
  if (about.kind === 'comment') {
    return (
      <Near name={nearName(String(about.comment.id))}>
        <CommentCard comment={about.comment} away={away} />
      </Near>
    );
  }
  if (about.kind === 'thread') {
    return (
      <Near name={nearName(threadKey(about.thread))}>
        <ThreadCard task={about.task} thread={about.thread} away={away} />
      </Near>
    );
  }
  if (about.kind === 'binary') return <BinaryView change={about.change} file={about.file} />;
  if (about.isOpen) return <CommentWriter begun={about.begun} leave={leave} />;
  return <CommentBegun begun={about.begun} away={away} goOn={goOn === null ? null : () => goOn(about.begun)} />;
}

/** What belongs to no line of the diff, above it. */
export function CommentsAbove({
  annotations,
  ...rest
}: Props & { readonly annotations: readonly Annotation[] }): ReactNode {
  if (annotations.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section className="comments-above" aria-label="Comments beside the diff" tabIndex={0}>
      {annotations.map((annotation) => (
        <AnnotationView key={nameOf(annotation)} annotation={annotation} {...rest} />
      ))}
    </section>
  );
}

function nameOf({ about }: Annotation): string {
  if (about.kind === 'binary') return about.file.path;
  return about.kind === 'begun' ? about.begun.name : (keyOf(about) ?? '');
}
