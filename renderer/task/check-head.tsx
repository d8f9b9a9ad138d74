import type { ReactNode } from 'react';
import type { Check, RepositoryCheck } from '../../core/contract/check';
import { Glyph, type Look } from '../parts/glyph';
import { spanInWords } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { Ago, Before } from '../text/time';

/** A check in a line: its name and command, how it stands for the change, when that was and how long it took. */
export function CheckHead(props: {
  /** Null when the repository has it no more. */
  readonly check: RepositoryCheck | null;
  /** Its newest run; null when it never ran. */
  readonly run: Check | null;
  readonly children?: ReactNode;
}): ReactNode {
  const { check, run } = props;
  const { name = '', command = '' } = check ?? run ?? {};
  const { look, words } = stateOf(check, run);
  const took = run?.endedAt == null ? null : spanInWords(run.endedAt - run.startedAt);
  return (
    <div className="check-head">
      <h2 className="fact">
        <Glyph look={look} />
        <span className="check-name ellipsis">{cleanLine(name)}</span>
        {name !== command && (
          <code className="ellipsis" title={cleanLine(command)}>
            {cleanLine(command)}
          </code>
        )}
        {check === null && run?.train != null && <span className="check-tag">on train {run.train}</span>}
        {check?.required && <span className="check-tag">required</span>}
        <span className={`check-state check-${look}`}>{words}</span>
        {run !== null && (
          <span className="quiet">
            {took === null ? 'for ' : `took ${took}, `}
            {took === null ? <Ago at={run.startedAt} /> : <Before at={run.endedAt ?? run.startedAt} />}
          </span>
        )}
      </h2>
      <div className="check-acts">{props.children}</div>
    </div>
  );
}

function stateOf(check: RepositoryCheck | null, run: Check | null): { readonly look: Look; readonly words: string } {
  if (run === null) return { look: 'queued', words: 'has not run' };
  if (run.state === 'running') return { look: 'running', words: 'running' };
  const older = run.stale
    ? whyStale(run)
    : check !== null && check.command !== run.command
      ? ' with another command'
      : '';
  if (run.state === 'passed') return { look: older === '' ? 'done' : 'queued', words: `passed${older}` };
  const how = run.exitCode === null ? ', ended by a signal' : ` with exit status ${run.exitCode}`;
  return { look: 'failed', words: `failed${how}${older}` };
}

function whyStale({ head, clean }: Check): string {
  return head !== null && !clean ? ' with edits that are not in the change' : ' on an older change';
}
