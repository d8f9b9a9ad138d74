import { type ReactNode, useState } from 'react';
import type { Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { Growing } from '../parts/growing';
import { Keys } from '../parts/hint';
import { Note } from '../parts/note';
import { SheetFrame } from '../parts/sheet';
import { aboutReviews, askForReview } from '../state/agent-reviews';
import { useApp, useDoing, useModel } from '../state/app';
import { showSheet } from '../state/commands';
import type { Failure } from '../state/failure';
import { cleanLine } from '../text/clean';
import { Chip } from './chip';

/** Asks an agent to review the change of a task. */
export function AskReview({ id }: { readonly id: number }): ReactNode {
  const task = useModel((model) => model.tasks.get(id) ?? null);
  return (
    <SheetFrame title="Ask an agent to review">
      {task === null || task.state !== 'review' ? (
        <div className="sheet-body">
          <Note kind="info">This change is not in review any more, so there is nothing to look at.</Note>
        </div>
      ) : (
        <Form task={task} />
      )}
    </SheetFrame>
  );
}

function Form({ task }: { readonly task: Task }): ReactNode {
  const app = useApp();
  const agents = useModel((model) => model.agents).filter(({ found }) => found);
  const settings = useModel((model) => model.settings);
  const doing = useDoing(aboutReviews(task.id));
  const [picked, setPicked] = useState<string | null>(null);
  const [prompt, setPrompt] = useState('');
  const [failure, setFailure] = useState<Failure | null>(null);
  // Whoever made the change sees it as it meant it; another one looks anew.
  const other = agents.find(({ name }) => name !== task.agent && name !== 'echo')?.name;
  const agent = picked ?? other ?? settings?.defaultAgent ?? task.agent;
  const ask = async (): Promise<void> => {
    const failed = await askForReview(app, { task: task.id, agent, prompt: prompt.trim() });
    setFailure(failed);
    if (failed === null) showSheet(app, null);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void ask();
      }}
    >
      <div className="sheet-body ask-review">
        <p className="quiet">
          It looks at “{cleanLine(task.title)}” in a task and a worktree of its own, and leaves comments here. They go
          nowhere until you accept them, and nothing it changes is kept in the change.
        </p>
        <Growing
          label="What to look at in particular, if anything"
          text={prompt}
          onText={setPrompt}
          onSend={() => void ask()}
          rows={3}
        />
        {failure !== null && <Note kind="failed">{cleanLine(failure.message)}</Note>}
      </div>
      <div className="sheet-foot">
        <Chip label="Agent" value={agent} onChange={setPicked}>
          {!agents.some(({ name }) => name === agent) && <option value={agent}>{cleanLine(agent)}</option>}
          {agents.map(({ name, label }) => (
            <option key={name} value={name}>
              {cleanLine(label)}
            </option>
          ))}
        </Chip>
        <Button look="primary" type="submit" doing={doing}>
          Ask <Keys keys="mod+Enter" />
        </Button>
      </div>
    </form>
  );
}
