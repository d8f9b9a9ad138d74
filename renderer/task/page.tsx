import { Tabs } from 'radix-ui';
import { type ReactNode, useEffect, useState } from 'react';
import type { Task } from '../../core/contract/task';
import { Changes } from '../changes/changes';
import { Conversation } from '../conversation/conversation';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { Empty, Skeleton } from '../parts/empty';
import { Glyph } from '../parts/glyph';
import { Hint } from '../parts/hint';
import { Icon } from '../parts/icon';
import { useMedia, usePhone } from '../parts/media';
import { useApp, useModel, useView } from '../state/app';
import { runChecks, stopChecks, useStands } from '../state/checks';
import { useComments } from '../state/comments';
import { failureOf } from '../state/failure';
import { showWhole } from '../state/part';
import type { Tab } from '../state/view';
import { Terminals } from '../terminal/terminals';
import { Checks } from './checks';
import { Composer } from './composer';
import { TaskActs, TaskHeader } from './header';
import { Info } from './info';
import { Outcome } from './outcome';
import { useReview } from './review';

const tabs: readonly Tab[] = ['conversation', 'changes', 'checks', 'info', 'terminal'];

/** A task's page: its header with the one thing to do next, and its places. */
export function TaskPage({ id }: { readonly id: number }): ReactNode {
  const task = useModel((model) => model.tasks.get(id) ?? null);
  const failure = useFetchedTask(id, task === null);
  if (task !== null) return <Page task={task} />;
  return (
    <section className="page" aria-label="Task">
      {failure === null ? <Skeleton lines={6} /> : <Empty title="This task cannot be shown">{failure}</Empty>}
    </section>
  );
}

/** An old task is not in the snapshot; it is asked for and put beside the others. */
function useFetchedTask(id: number, missing: boolean): string | null {
  const app = useApp();
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    if (!missing) return;
    const get = async (): Promise<void> => {
      const task = await app.line.client().tasks.get({ task: id });
      app.model.update((model) => ({ ...model, tasks: new Map(model.tasks).set(id, task) }));
    };
    get().catch((error) => setFailure(failureOf(error).message));
  }, [app, id, missing]);
  return failure;
}

function Page({ task }: { readonly task: Task }): ReactNode {
  const app = useApp();
  const tab = useView((view) => view.tab);
  const wide = useMedia(wideQuery);
  const phone = usePhone();
  const beside = useView((view) => view.beside) && wide;
  const { change, review } = useReview(task);
  const comments = useComments(task);
  const canCheck = useStands(task).length > 0 && task.state === 'review';
  const show = (next: Tab): void => app.view.update((view) => ({ ...view, tab: next }));
  // One turn's changes are shown in place of the whole change no longer than it is what it was then.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the task and its state are why it runs.
  useEffect(() => () => showWhole(app), [app, task.id, task.state]);
  const isPair = beside && (tab === 'conversation' || tab === 'changes');
  // Where the diff is not on screen its keys lead to it; where it is, they are its own.
  const toDiff = (): boolean => {
    if (task.change === null || tab === 'changes' || isPair) return false;
    show('changes');
    return true;
  };
  useActions({
    'next-hunk': toDiff,
    'previous-hunk': toDiff,
    'next-comment': toDiff,
    'previous-comment': toDiff,
    'show-conversation': () => show('conversation'),
    'show-changes': () => show('changes'),
    'show-checks': () => show('checks'),
    'run-checks': () => {
      if (!canCheck) return false;
      show('checks');
      void runChecks(app, task);
      return true;
    },
    'stop-checks': () => {
      if (!task.checks.some(({ state }) => state === 'running')) return false;
      void stopChecks(app, task);
      return true;
    },
    'show-info': () => show('info'),
    'show-terminal': () => show('terminal'),
    beside: () => app.view.update((view) => ({ ...view, beside: !view.beside })),
  });
  const acts = (
    <TaskActs task={task} review={review} comments={comments.value} isHeard={tab === 'conversation' || isPair} />
  );
  return (
    <section className="page" aria-label="Task">
      <TaskHeader task={task}>{!phone && acts}</TaskHeader>
      <Outcome task={task} />
      <Tabs.Root
        className="tabs"
        value={tab}
        onValueChange={(value) => show(tabs.find((name) => name === value) ?? 'conversation')}
      >
        <div className="tabs-bar">
          <Tabs.List className="tabs-list" aria-label="Places of this task">
            <Tabs.Trigger className="tab" value="conversation">
              Conversation
            </Tabs.Trigger>
            <Tabs.Trigger className="tab" value="changes">
              Changes {task.change !== null && <span className="quiet tabular">{task.change.files}</span>}
            </Tabs.Trigger>
            <Tabs.Trigger className="tab" value="checks">
              Checks <ChecksMark task={task} />
            </Tabs.Trigger>
            <Tabs.Trigger className="tab" value="info">
              Info
            </Tabs.Trigger>
            <Tabs.Trigger className="tab" value="terminal">
              Terminal
            </Tabs.Trigger>
          </Tabs.List>
          <Hint action="beside">
            <Button
              look="quiet"
              className="button-icon beside-button"
              aria-label="Conversation beside changes"
              aria-pressed={beside}
              onClick={() => app.view.update((view) => ({ ...view, beside: !view.beside }))}
            >
              <Icon name="beside" />
            </Button>
          </Hint>
        </div>
        {isPair ? (
          <Tabs.Content className="tab-content pair" value={tab} tabIndex={-1}>
            <div className="pair-side">
              <Conversation task={task} />
            </div>
            <div className="pair-side">
              <Changes task={task} review={change} comments={comments} />
            </div>
          </Tabs.Content>
        ) : (
          <>
            <Tabs.Content className="tab-content" value="conversation" tabIndex={-1}>
              <Conversation task={task} />
            </Tabs.Content>
            <Tabs.Content className="tab-content" value="changes" tabIndex={-1}>
              <Changes task={task} review={change} comments={comments} />
            </Tabs.Content>
          </>
        )}
        <Tabs.Content className="tab-content" value="checks" tabIndex={-1}>
          <Checks key={task.id} task={task} review={review} />
        </Tabs.Content>
        <Tabs.Content className="tab-content" value="info" tabIndex={-1}>
          <Info task={task} />
        </Tabs.Content>
        <Tabs.Content className="tab-content" value="terminal" tabIndex={-1}>
          <Terminals key={task.id} task={task} />
        </Tabs.Content>
      </Tabs.Root>
      {tab !== 'info' && tab !== 'terminal' && (
        <Composer task={task} comments={comments.value} head={change.value?.head ?? null} />
      )}
      {phone && <div className="page-acts">{acts}</div>}
    </section>
  );
}

function ChecksMark({ task }: { readonly task: Task }): ReactNode {
  const states = useStands(task).map(({ state }) => state);
  if (task.checks.length === 0 || states.length === 0) return null;
  if (states.includes('running')) return <Glyph look="running" alone />;
  if (states.includes('failed')) return <Glyph look="failed" alone />;
  // Checked together with what landed before it, it failed; that is no verdict on it alone, and no empty circle either.
  const { train } = task;
  if (train !== null && task.checks.some((run) => run.train === train.train && run.state === 'failed'))
    return (
      <span role="img" aria-label={`Failed on train ${train.train}`}>
        <Glyph look="failed" />
      </span>
    );
  if (states.every((state) => state === 'passed')) return <Glyph look="done" alone />;
  return (
    <span role="img" aria-label="Not all of them passed on this change">
      <Glyph look="queued" />
    </span>
  );
}

/** From here on there is room for two places next to each other. */
const wideQuery = '(min-width: 1280px)';
