import { type ReactNode, useState } from 'react';
import { blockingChecks } from '../../core/contract/check';
import {
  type MergeMethod,
  mergeMethods,
  type PullRequest,
  type SeenPullRequest,
  saidOf,
} from '../../core/contract/pull-request';
import type { Task } from '../../core/contract/task';
import { SendSaid } from '../changes/send-said';
import { Button } from '../parts/button';
import { Note } from '../parts/note';
import { useApp } from '../state/app';
import { useStands } from '../state/checks';
import type { Failure } from '../state/failure';
import { mergePullRequest } from '../state/pull-request';
import { cleanLine } from '../text/clean';
import { Override, Unchecked } from './unchecked';

/**
 * What can be done with all of a pull request. It merges the head that is shown, and what is overridden is overridden for that
 * head: to be shown anew for another one.
 */
export function PullFoot(props: {
  readonly task: Task;
  readonly pull: PullRequest;
  readonly seen: SeenPullRequest;
  /** The head of the change as it stands here; undefined until that was read. */
  readonly head: string | undefined;
  readonly doing: string | null;
  readonly act: (work: Promise<Failure | null>) => Promise<Failure | null>;
}): ReactNode {
  const { task, pull, seen, head, doing, act } = props;
  const app = useApp();
  const [method, setMethod] = useState<MergeMethod>('merge');
  const said = saidOf(pull);
  const mayMerge = seen.state === 'open' && !seen.draft;
  const stands = useStands(task);
  // Of another commit than the change's own nothing is known here; the core knows.
  const blocking = head === seen.head ? blockingChecks(stands) : [];
  const [refusal, setRefusal] = useState<Failure | null>(null);
  const [overridden, setOverridden] = useState(false);
  const isHeld = blocking.length > 0 || refusal !== null;
  const override = { verb: 'Merge', overridden, override: setOverridden } as const;
  const merge = async (): Promise<void> => {
    const asked = { head: seen.head, method, ...(isHeld && { overrideChecks: true }) };
    const failed = await act(mergePullRequest(app, task, asked));
    if (failed?.code === 'CHECKS_NOT_PASSED') setRefusal(failed);
  };
  return (
    <>
      {mayMerge && head !== undefined && head !== seen.head && (
        <Note kind="info">
          What is merged is {seen.head.slice(0, 10)}, its head on {cleanLine(pull.host)}, and not the change as it is
          here. Merging says how the checks stand for it.
        </Note>
      )}
      {mayMerge && <Unchecked blocking={blocking} {...override} />}
      {mayMerge && blocking.length === 0 && refusal !== null && (
        <Note kind="warning">
          {cleanLine(refusal.message)}
          <Override {...override} />
        </Note>
      )}
      <div className="verdict-foot pull-foot">
        {said !== null && <SendSaid {...{ task, said, doing, act }} />}
        {mayMerge && (
          <>
            <select
              className="field pull-method"
              aria-label="How the forge merges it"
              value={method}
              onChange={(event) => setMethod(mergeMethods.find((each) => each === event.target.value) ?? 'merge')}
            >
              {mergeMethods.map((each) => (
                <option key={each} value={each}>
                  {each}
                </option>
              ))}
            </select>
            <Button look="primary" doing={doing} disabled={isHeld && !overridden} onClick={() => void merge()}>
              Merge on {cleanLine(pull.host)}
            </Button>
          </>
        )}
      </div>
    </>
  );
}
