import type { ReactNode } from 'react';
import type { FileChange } from '../../core/contract/review';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { isOnlySpace } from './items';
import { type Patches, tooLong } from './patches';

/** What stands in the header of a file's diff beside its name: what is particular about it, and what can be done with it. */
export function FileMark(props: {
  readonly file: FileChange;
  readonly patches: Pick<Patches, 'byPath' | 'onDemand' | 'loading' | 'load'>;
  readonly viewed: boolean;
  readonly mark: (path: string, viewed: boolean) => void;
  readonly unfold: (path: string) => void;
  readonly comments: number;
  readonly comment: ((path: string) => void) | null;
  readonly edit: ((path: string) => void) | null;
  readonly isBegun: boolean;
}): ReactNode {
  const { file, patches, viewed, comments, comment, edit } = props;
  const patch = patches.byPath.get(file.path);
  const lines = (file.additions ?? 0) + (file.deletions ?? 0);
  return (
    <span className="file-mark">
      {/* Its former name stands before its name. */}
      {file.oldPath !== null && <span className="quiet">{file.status === 'copied' ? 'copied' : 'renamed'}</span>}
      {notesOf(file).map((note) => (
        <span key={note} className="file-note">
          {note}
        </span>
      ))}
      {file.binary ? (
        <span className="quiet">binary</span>
      ) : patch === tooLong ? (
        <span className="quiet">too large to show here</span>
      ) : isOnlySpace(file, patch) ? (
        <span className="quiet">only white space changed</span>
      ) : patch === undefined && patches.onDemand.has(file.path) ? (
        <button type="button" className="link" onClick={() => patches.load(file.path)}>
          Show {lines.toLocaleString()}
          <span className="file-long"> changed</span> lines
        </button>
      ) : patch === undefined && patches.loading ? (
        <span className="file-loading" aria-hidden="true" />
      ) : null}
      {comments > 0 && <span className="quiet">{count(comments, 'comment')}</span>}
      {viewed && (
        <button type="button" className="link" onClick={() => props.unfold(file.path)}>
          Unfold
        </button>
      )}
      {comment !== null && (
        <button
          type="button"
          className="link"
          aria-label={`Comment on ${cleanLine(file.path)}`}
          onClick={() => comment(file.path)}
        >
          Comment
        </button>
      )}
      {edit !== null && file.status !== 'deleted' && (
        <button
          type="button"
          className="link"
          aria-label={`${props.isBegun ? 'Go on editing' : 'Edit'} ${cleanLine(file.path)}`}
          onClick={() => edit(file.path)}
        >
          {props.isBegun ? 'Go on editing' : 'Edit'}
        </button>
      )}
      <label className="file-viewed">
        <input type="checkbox" checked={viewed} onChange={(event) => props.mark(file.path, event.target.checked)} />
        Viewed
      </label>
    </span>
  );
}

/** What git says of a file that its lines do not tell. */
function notesOf({ note, status, oldMode, newMode }: FileChange): readonly string[] {
  const wasThere = status !== 'added' && status !== 'deleted';
  return [
    ...(note === null ? [] : [cleanLine(note)]),
    ...(wasThere && oldMode !== newMode ? [`mode ${oldMode} → ${newMode}`] : []),
  ];
}
