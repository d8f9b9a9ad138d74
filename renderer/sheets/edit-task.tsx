import { type ReactNode, useState } from 'react';
import { type Budget, type Measure, measures } from '../../core/contract/budget';
import type { Priority } from '../../core/contract/priority';
import type { TaskDetail, TaskEdit } from '../../core/contract/task';
import { Button } from '../parts/button';
import { Failed, Skeleton } from '../parts/empty';
import { Growing } from '../parts/growing';
import { Keys } from '../parts/hint';
import { Note } from '../parts/note';
import { SheetFrame } from '../parts/sheet';
import { useApp, useDoing, useModel } from '../state/app';
import { showSheet } from '../state/commands';
import { withDraft } from '../state/drafts';
import type { Failure } from '../state/failure';
import { useResource } from '../state/resource';
import { draftOf, editTask, mayEdit } from '../state/task-edits';
import { cleanLine } from '../text/clean';
import { BudgetChip, BudgetNotes, NewBudget } from './budget-chip';
import { AgentChip, PriorityChip } from './task-chips';

/** What a queued task is to do, on how much and by whom, to be changed until its agent begins. */
export function EditTask({ id }: { readonly id: number }): ReactNode {
  const detail = useResource(`${id}`, (client, signal) => client.tasks.get({ task: id }, { signal }));
  return (
    <SheetFrame title="Edit task">
      {detail.value !== null ? (
        <Form task={detail.value} />
      ) : (
        <div className="sheet-body">
          {detail.failure === null ? <Skeleton lines={5} /> : <Failed failure={detail.failure} again={detail.reload} />}
        </div>
      )}
    </SheetFrame>
  );
}

/** What is typed into the sheet, and whether it can be saved. */
function useEdit(task: TaskDetail) {
  const app = useApp();
  const isOpen = useModel((model) => mayEdit(model.tasks.get(task.id) ?? task));
  const [prompt, setPrompt] = useText(task.id, 'prompt', task.prompt);
  const [title, setTitle] = useText(task.id, 'title', task.title);
  const [agent, setAgent] = useState(task.agent);
  const [priority, setPriority] = useState<Priority>(task.priority);
  const [budget, setBudget] = useState<Budget>(task.budget);
  const [wrong, setWrong] = useState<readonly Measure[]>([]);
  const [failure, setFailure] = useState<Failure | null>(null);
  const correct = (): void => document.getElementById(`new-budget-${wrong[0]}`)?.focus();
  const isWhole = prompt.trim() !== '' && title.trim() !== '';
  const save = async (): Promise<void> => {
    if (!isOpen || !isWhole) return;
    if (wrong.length > 0) return correct();
    const failed = await editTask(app, task, changesOf(task, { prompt, title, agent, priority, budget }));
    setFailure(failed);
    if (failed === null) showSheet(app, null);
  };
  const typed = { prompt, title, agent, priority, budget };
  return {
    ...{ typed, isOpen, isWhole, failure, save, setPrompt, setTitle, setAgent, setPriority },
    /** Brings what is wrong with the budget to the person; undefined when nothing is. */
    correct: wrong.length > 0 ? correct : undefined,
    setBudget(next: Budget, no: readonly Measure[]) {
      setBudget(next);
      setWrong(no);
    },
  };
}

type Edit = ReturnType<typeof useEdit>;

/** `task` is as it was when the sheet was opened: what another door changes meanwhile is not written over unless it is changed here. */
function Form({ task }: { readonly task: TaskDetail }): ReactNode {
  const edit = useEdit(task);
  const { isOpen, isWhole, failure, save } = edit;
  return (
    <form
      className="new-task"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="sheet-body">
        {!isOpen && (
          <Note kind="warning">
            It has begun, and goes on with what it was given. Write to its agent below its conversation instead, or
            cancel it and make a new task.
          </Note>
        )}
        <Words edit={edit} />
        <Facts edit={edit} />
        {!isWhole && <p className="field-help">A task needs a title and something to do.</p>}
        {failure !== null && <Note kind="failed">{cleanLine(failure.message)}</Note>}
      </div>
      <Foot task={task} edit={edit} />
    </form>
  );
}

/** What is to be done, and how it is called. */
function Words({ edit: { typed, setPrompt, setTitle, save } }: { readonly edit: Edit }): ReactNode {
  return (
    <>
      <Growing
        label="What should be done? The agent gets this as its prompt."
        text={typed.prompt}
        rows={5}
        onText={setPrompt}
        onSend={() => void save()}
      />
      <input
        className="field new-title"
        aria-label="Title"
        placeholder="Title"
        maxLength={200}
        dir="auto"
        value={typed.title}
        onChange={(event) => setTitle(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          if (event.metaKey || event.ctrlKey) void save();
        }}
      />
    </>
  );
}

/** By whom it is done, when, and on how much. */
function Facts({ edit }: { readonly edit: Edit }): ReactNode {
  const agents = useModel((model) => model.agents);
  const [capping, setCapping] = useState(false);
  const { agent, priority, budget } = edit.typed;
  return (
    <>
      <div className="chips">
        <AgentChip agents={agents} agent={agent} unlisted={cleanLine(agent)} onAgent={edit.setAgent} />
        <PriorityChip priority={priority} onPriority={edit.setPriority} />
        <BudgetChip budget={budget} open={capping} onOpen={edit.correct ?? setCapping} />
      </div>
      {capping && <NewBudget budget={budget} onTyped={edit.setBudget} onSend={() => void edit.save()} />}
      <BudgetNotes agent={agent} budget={budget} />
    </>
  );
}

function Foot({ task, edit }: { readonly task: TaskDetail; readonly edit: Edit }): ReactNode {
  const doing = useDoing(`task:${task.id}`);
  const { typed, isOpen, isWhole, setPrompt, setTitle } = edit;
  return (
    <div className="sheet-foot">
      {(typed.prompt !== task.prompt || typed.title !== task.title) && (
        <Button
          look="quiet"
          onClick={() => {
            setPrompt(task.prompt);
            setTitle(task.title);
          }}
        >
          Words as they were
        </Button>
      )}
      <span className="grow" />
      <Button look="primary" type="submit" doing={doing} disabled={!isOpen || !isWhole}>
        Save <Keys keys="mod+Enter" />
      </Button>
    </div>
  );
}

/** A text of the task as it shall be, which outlives the sheet until it is saved. */
function useText(task: number, which: 'title' | 'prompt', now: string): readonly [string, (text: string) => void] {
  const { drafts } = useApp();
  const name = draftOf(task, which);
  const [text, setText] = useState(() => drafts.get()[name] ?? now);
  const write = (next: string): void => {
    setText(next);
    drafts.update((all) => withDraft(all, name, next === now ? '' : next));
  };
  return [text, write];
}

/** What is another than it was. */
function changesOf(
  task: TaskDetail,
  wanted: Required<Omit<TaskEdit, 'model' | 'after' | 'when' | 'detach' | 'budget'>> & { budget: Budget },
): TaskEdit {
  const { prompt, title, agent, priority, budget } = wanted;
  return {
    ...(prompt.trim() !== task.prompt && { prompt: prompt.trim() }),
    ...(title.trim() !== task.title && { title: title.trim() }),
    ...(agent !== task.agent && { agent }),
    ...(priority !== task.priority && { priority }),
    ...(measures.some((measure) => budget[measure] !== task.budget[measure]) && { budget }),
  };
}
