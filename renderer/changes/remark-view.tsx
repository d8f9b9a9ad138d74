import type { ReactNode } from 'react';
import type { Begun } from '../state/comments';
import { BinaryView } from './binary-view';
import { Near } from './near';
import { RemarkCard } from './remark-card';
import { RemarkBegun, RemarkWriter } from './remark-editor';
import { nearName } from './remark-steps';
import type { Remark } from './remarks';

interface Props {
  /** Goes on with one that was begun; null where nothing may be remarked now. */
  readonly goOn: ((begun: Begun) => void) | null;
  readonly leave: () => void;
}

/** What stands under a line of the diff. */
export function RemarkView({ remark, goOn, leave }: Props & { readonly remark: Remark }): ReactNode {
  const { about, away } = remark;
  if (about.kind === 'comment') {
    return (
      <Near name={nearName(about.comment.id)}>
        <RemarkCard comment={about.comment} away={away} />
      </Near>
    );
  }
  if (about.kind === 'binary') return <BinaryView change={about.change} file={about.file} />;
  if (about.isOpen) return <RemarkWriter begun={about.begun} leave={leave} />;
  return <RemarkBegun begun={about.begun} away={away} goOn={goOn === null ? null : () => goOn(about.begun)} />;
}

/** What belongs to no line of the diff, above it. */
export function RemarksAbove({ remarks, ...rest }: Props & { readonly remarks: readonly Remark[] }): ReactNode {
  if (remarks.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section className="remarks-above" aria-label="Comments beside the diff" tabIndex={0}>
      {remarks.map((remark) => (
        <RemarkView key={keyOf(remark)} remark={remark} {...rest} />
      ))}
    </section>
  );
}

function keyOf({ about }: Remark): string | number {
  if (about.kind === 'binary') return about.file.path;
  return about.kind === 'comment' ? about.comment.id : about.begun.name;
}
