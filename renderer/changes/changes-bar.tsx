import type { ReactNode } from 'react';
import { Button } from '../parts/button';
import { Hint } from '../parts/hint';
import { Icon } from '../parts/icon';
import { useApp, useView } from '../state/app';
import { count } from '../text/amounts';
import { chooseLayout, type Layout, tooNarrow } from './side-room';
import { toggleSpace } from './space';

/** What the bar over a diff tells and offers. */
interface Props {
  readonly files: number;
  readonly viewed: number;
  /** Files that are shown only when asked for. */
  readonly large: number;
  readonly accepted: number;
  readonly hunks: number;
  readonly comments: number;
  /** What can be done with the hunk at hand; null where nothing can. */
  readonly hunk: {
    /** False where it can only be commented on. */
    readonly canAct: boolean;
    readonly isAccepted: boolean;
    readonly accept: () => void;
    readonly takeBack: () => void;
    readonly comment: () => void;
  } | null;
  /** Whether there may be one at hand: its room is kept where the bar would be another height without. */
  readonly mayAct: boolean;
  readonly step: (by: 1 | -1) => void;
  /** The files something was typed into that is not saved, and the way back into one. */
  readonly begun: readonly string[];
  readonly goOn: (path: string) => void;
  readonly layout: Layout;
  /** Undoes the edit the person made last, and what that was; null where there is none to undo. */
  readonly undo: { readonly about: string; readonly act: () => void } | null;
}

/** What stands in the bar over a diff: how far it was read, what can be done with the hunk at hand, and its layout. */
export function ChangesBar(props: Props): ReactNode {
  const app = useApp();
  const hideSpace = useView((view) => view.hideSpace);
  const { hunk, undo, begun, layout } = props;
  const [most, ...others] = factsOf(props);
  const facts = [most, ...others].join(', ');
  return (
    <>
      <span className="changes-facts quiet tabular" title={facts}>
        <span className="changes-count">{props.accepted > 0 ? <Accepted {...props} /> : most}</span>
        {others.length > 0 && <span className="changes-others ellipsis">, {others.join(', ')}</span>}
      </span>
      {props.comments > 0 && (
        <Hint action="next-comment">
          <button
            type="button"
            className="link changes-comments"
            aria-label={count(props.comments, 'comment')}
            onClick={() => props.step(1)}
          >
            <span className="changes-long">{count(props.comments, 'comment')}</span>
            <span className="changes-short tabular">
              <Icon name="comment" /> {props.comments}
            </span>
          </button>
        </Hint>
      )}
      {hunk !== null && (
        <span className="hunk-acts">
          {hunk.canAct && (
            <>
              <Hint action="accept">
                <Button look="quiet" aria-pressed={hunk.isAccepted} onClick={hunk.accept}>
                  {hunk.isAccepted ? 'Accepted' : 'Accept'}
                </Button>
              </Hint>
              <Hint action="take-back">
                <Button look="quiet" onClick={hunk.takeBack}>
                  Take back
                </Button>
              </Hint>
            </>
          )}
          <Hint action="comment">
            <Button look="quiet" onClick={hunk.comment}>
              Comment
            </Button>
          </Hint>
        </span>
      )}
      {hunk === null && props.mayAct && <span className="hunk-acts" />}
      {begun[0] !== undefined && (
        <button type="button" className="link" onClick={() => props.goOn(begun[0] ?? '')}>
          {begun.length === 1 ? '1 file not saved' : `${begun.length} files not saved`}
        </button>
      )}
      {undo !== null && (
        <Hint text={undo.about}>
          <Button look="quiet" className="changes-undo" aria-label={undo.about} onClick={undo.act}>
            <span className="changes-long">Undo edit</span>
            <span className="changes-short">
              <Icon name="undo" />
            </span>
          </Button>
        </Hint>
      )}
      <Hint action="hide-space">
        <Button
          look="quiet"
          className="button-icon"
          aria-label="Hide changes of white space alone"
          aria-pressed={hideSpace}
          onClick={() => toggleSpace(app)}
        >
          <Icon name="space" />
        </Button>
      </Hint>
      <fieldset className="segments">
        <legend className="unseen">Layout of the diff</legend>
        {(['unified', 'split'] as const).map((style) => {
          const why = style === 'split' && !layout.fits ? tooNarrow(layout.columns) : undefined;
          return (
            <button
              key={style}
              type="button"
              className="segment"
              title={why}
              aria-pressed={layout.shown === style}
              onClick={() => chooseLayout(app, style, layout)}
            >
              {style === 'unified' ? 'Unified' : layout.folded ? 'Split: too narrow' : 'Split'}
            </button>
          );
        })}
      </fieldset>
    </>
  );
}

/** How many hunks are accepted, which is never cut: without room it is said in fewer words. */
function Accepted({ accepted, hunks }: Pick<Props, 'accepted' | 'hunks'>): ReactNode {
  const [number, ...word] = count(hunks, 'hunk').split(' ');
  return (
    <>
      {accepted} of {number}
      <span className="changes-long"> {word.join(' ')}</span> accepted
    </>
  );
}

function factsOf({ files, viewed, large, accepted, hunks }: Props): readonly string[] {
  return [
    ...(accepted > 0 ? [`${accepted} of ${count(hunks, 'hunk')} accepted`] : []),
    viewed > 0 ? `${viewed} of ${count(files, 'file')} viewed` : count(files, 'file'),
    ...(large > 0 ? [`${large} large ${large === 1 ? 'one' : 'ones'} shown when asked for`] : []),
  ];
}
