import { type ReactNode, useState } from 'react';
import { blockingChecks } from '../../core/contract/check';
import { isDraft, isUndecided, notSentWords } from '../../core/contract/comment';
import type { Review } from '../../core/contract/review';
import { type Strategy, strategies } from '../../core/contract/strategy';
import type { Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { Skeleton } from '../parts/empty';
import { Glyph } from '../parts/glyph';
import { Keys } from '../parts/hint';
import { Icon } from '../parts/icon';
import { Note } from '../parts/note';
import { SheetFrame } from '../parts/sheet';
import { useApp, useDoing, useModel } from '../state/app';
import { showSheet } from '../state/commands';
import type { Failure } from '../state/failure';
import { showTyped } from '../state/file-edits';
import { useResource } from '../state/resource';
import { startTrain } from '../state/trains';
import { TypedLeftNote, useTypedLeft } from '../task/typed-left';
import { strategyWords } from '../task/words';
import { canLand } from '../tasks/picking';
import { ChangeSize } from '../tasks/row';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { Chip } from './chip';
import './land.css';
import { meetsBefore } from './land-meets';
import { landsAs } from './lands-as';

/** A change as it is shown before it is approved with others. */
interface Shown {
  readonly review: Review;
  /** Comments that stay behind: drafts, and what an agent left that nobody decided on. */
  readonly left: readonly number[];
  readonly leftWords: string;
}

/** Several changes of one base, shown once more before they are approved together. */
export function Land({ ids }: { readonly ids: readonly number[] }): ReactNode {
  const app = useApp();
  const tasks = useModel((model) => model.tasks);
  const repositories = useModel((model) => model.repositories);
  const doing = useDoing('land');
  const [strategy, setStrategy] = useState('');
  const [leaves, setLeaves] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [out, setOut] = useState<readonly number[]>([]);
  const listed = ids
    .filter((id) => !out.includes(id))
    .flatMap((id) => tasks.get(id) ?? [])
    .filter(canLand);
  const looked = useResource(`land ${ids.join()}`, (client, signal) =>
    Promise.all(
      ids.map(async (task): Promise<Shown> => {
        const [review, comments] = await Promise.all([
          client.reviews.get({ task }, { signal }),
          client.comments.list({ task }, { signal }),
        ]);
        const drafts = comments.filter(isDraft);
        const undecided = comments.filter((comment) => !isDraft(comment) && isUndecided(comment));
        const left = [...drafts, ...undecided].map(({ id }) => id);
        return { review, left, leftWords: left.length === 0 ? '' : notSentWords(drafts.length, undecided.length) };
      }),
    ),
  );
  const shown = (looked.value ?? []).filter(({ review }) => listed.some(({ id }) => id === review.task));
  const [first] = listed;
  const typed = useTypedLeft(listed.map(({ id }) => id));
  const checks = repositories.find(({ id }) => id === first?.repositoryId)?.checks ?? [];
  const asks = shown.some(({ left }) => left.length > 0) && !leaves;
  const isReady =
    looked.value !== null &&
    shown.length > 0 &&
    !asks &&
    !typed.holds &&
    shown.every(({ review }) => !hasFailed(review));
  const how = strategies.find((one) => one === strategy);
  const land = async (): Promise<void> => {
    if (!isReady || doing !== null) return;
    const changes = shown.map(({ review: { task, mergeBase, head, tree }, left }) => ({
      ...{ task, mergeBase, head, tree },
      ...(left.length > 0 && { leaveComments: [...left] }),
    }));
    const approval = { base: shown[0]?.review.base ?? '', changes, ...(how !== undefined && { strategy: how }) };
    const failed = await startTrain(app, approval);
    setFailure(failed);
    if (failed === null) showSheet(app, null);
  };
  return (
    <SheetFrame
      title={`Land ${count(listed.length, 'change')} on ${cleanLine(first?.base ?? '')}`}
      onSend={() => void land()}
    >
      <div className="sheet-body land">
        <p className="quiet">{howWords(checks)}</p>
        {looked.failure !== null && (
          <Note kind="failed" actions={<Button onClick={looked.reload}>Look again</Button>}>
            {cleanLine(looked.failure.message)}
          </Note>
        )}
        <TypedLeftNote typed={typed} verb="Land" show={(file) => showTyped(app, file)} />
        {looked.value === null && looked.failure === null ? (
          <Skeleton lines={listed.length + 1} />
        ) : (
          <ol className="land-changes">
            {listed.map((task, index) => (
              <Change
                key={task.id}
                task={task}
                shown={shown.find(({ review }) => review.task === task.id) ?? null}
                wanted={how ?? null}
                before={listed.slice(0, index).map(({ id }) => id)}
                leaveOut={() => setOut([...out, task.id])}
              />
            ))}
          </ol>
        )}
        {shown.some(({ left }) => left.length > 0) && (
          <label className="land-leave">
            <input type="checkbox" checked={leaves} onChange={(event) => setLeaves(event.target.checked)} />
            Land all the same: comments stay where they are
          </label>
        )}
        {failure !== null && (
          <Note
            kind="failed"
            actions={
              <Button
                onClick={() => {
                  setFailure(null);
                  looked.reload();
                }}
              >
                Look again
              </Button>
            }
          >
            {cleanLine(failure.message)}
          </Note>
        )}
      </div>
      <div className="sheet-foot">
        <Chip label="How" value={strategy} onChange={setStrategy}>
          <option value="">As proposed for each</option>
          {strategies.map((one) => (
            <option key={one} value={one}>
              {nameOf(one)}
            </option>
          ))}
        </Chip>
        <Button look="primary" doing={doing} waits={!isReady} onClick={() => void land()}>
          Land {count(listed.length, 'change')} <Keys keys="mod+Enter" />
        </Button>
      </div>
    </SheetFrame>
  );
}

/** Only the first of several can be moved to as it is. */
function nameOf(strategy: Strategy): string {
  const { name } = strategyWords[strategy];
  return strategy === 'ff' ? `${name}, else ${strategyWords.rebase.name.toLowerCase()}` : name;
}

function howWords(checks: readonly { readonly name: string; readonly required: boolean }[]): string {
  const required = checks.filter((check) => check.required);
  const run = (required.length > 0 ? required : checks).map(({ name }) => cleanLine(name));
  const looked =
    run.length === 0
      ? 'The repository has no checks, so only whether each merges is looked at.'
      : `What comes of that is checked (${run.join(', ')}), and lands when it passed.`;
  return `In this order, each is brought onto what has landed before it. ${looked} One that fails goes back to its agent; the others go on.`;
}

/** Whether a required check has failed on this very change, which lands nothing of it and nothing with it. */
function hasFailed({ checks }: Review): boolean {
  return blockingChecks(checks).some(({ state }) => state === 'failed');
}

function Change(props: {
  readonly task: Task;
  readonly shown: Shown | null;
  readonly wanted: Strategy | null;
  /** What lands before it. */
  readonly before: readonly number[];
  readonly leaveOut: () => void;
}): ReactNode {
  const { task, shown } = props;
  const conflicts = shown?.review.conflicts.map(({ path }) => path) ?? [];
  const lands = shown === null ? null : landsAs(task, shown.review, { ...props, isFirst: props.before.length === 0 });
  const failed = blockingChecks(shown?.review.checks ?? []).filter(({ state }) => state === 'failed');
  const notes = [
    ...(conflicts.length === 0 ? [] : [`Conflicts with ${task.base} in ${conflicts.slice(0, 3).join(', ')}`]),
    ...(shown === null || shown.leftWords === '' ? [] : [shown.leftWords]),
    ...(shown?.review.held == null ? [] : [shown.review.held]),
  ];
  return (
    <li>
      <span className="land-title ellipsis" title={cleanLine(task.title)}>
        <span className="quiet">#{task.id}</span> {cleanLine(task.title)}
      </span>
      <span className="quiet tabular">
        {shown !== null && `${count(shown.review.files.length, 'file')} · ${shown.review.head.slice(0, 10)} `}
        {task.change !== null && <ChangeSize additions={task.change.additions} deletions={task.change.deletions} />}
      </span>
      {lands !== null && (
        <span className="land-as ellipsis" title={cleanLine(lands)}>
          {cleanLine(lands)}
        </span>
      )}
      {failed.length > 0 && (
        <span className="land-note line-failed">
          <Glyph look="failed" />
          {cleanLine(failed.map(({ name }) => name).join(', '))} failed on it and is required. Nothing lands with it.{' '}
          <button type="button" className="link" onClick={props.leaveOut}>
            Leave it out<span className="unseen">: #{task.id}</span>
          </button>
        </span>
      )}
      {meetsBefore(task, props.before).map((note) => (
        <span key={note} className="land-note line-warning">
          <Icon name="warning" />
          {cleanLine(note)}
        </span>
      ))}
      {notes.map((note) => (
        <span key={note} className="land-note">
          {cleanLine(note)}
        </span>
      ))}
    </li>
  );
}
