import type { CommentPlace } from '../contract/comment';
import { CodedError } from '../contract/errors';
import { readBlob } from '../git/blob';
import type { Place } from '../git/checkout';

const quotedLines = 20;
const quotedCharacters = 4_000;

/** The lines a comment is about. Throws BAD_INPUT when the change has no such file, or the file no such lines. */
export async function quoteOf(
  repository: Place,
  { head, mergeBase: base, place }: { head: string; mergeBase: string; place: CommentPlace },
): Promise<string> {
  const blob = await readBlob(repository, { commit: place.side === 'new' ? head : base, path: place.path });
  if (blob === null) {
    throw new CodedError(
      'BAD_INPUT',
      `Looked for ${place.path} ${place.side === 'new' ? 'in the change' : 'before the change'}; it is not there. Choose a file of the change.`,
      { facts: { path: place.path } },
    );
  }
  if (place.lines === null) return '';
  const lines = blob.toString('utf8').replace(/\n$/, '').split('\n');
  if (place.lines.last > lines.length) {
    throw new CodedError(
      'BAD_INPUT',
      `${place.path} has ${lines.length === 1 ? '1 line' : `${lines.length} lines`}, so there is no line ${place.lines.last} to comment on.`,
      { facts: { path: place.path, lines: lines.length } },
    );
  }
  return lines
    .slice(place.lines.first - 1, Math.min(place.lines.last, place.lines.first - 1 + quotedLines))
    .join('\n')
    .slice(0, quotedCharacters);
}
