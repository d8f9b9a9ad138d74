import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { type Measure, noBudget } from '../../core/contract/budget';
import type { PermissionLevel } from '../../core/contract/task';
import { titleFrom } from '../../core/contract/title';
import { Button } from '../parts/button';
import { focusAtEnd } from '../parts/caret';
import { Growing } from '../parts/growing';
import { Keys } from '../parts/hint';
import { Note } from '../parts/note';
import { useApp, useDoing, useModel } from '../state/app';
import { carryOut, learn, openTask, showSheet } from '../state/commands';
import { openContest } from '../state/contests';
import { withDraft } from '../state/drafts';
import type { Failure } from '../state/failure';
import { useResource } from '../state/resource';
import { say } from '../state/said';
import { useStore } from '../state/store';
import { levelWords } from '../task/words';
import { cleanLine } from '../text/clean';
import { AfterChip } from './after-chip';
import { AgentNotes } from './agent-notes';
import { BudgetChip, NewBudget } from './budget-chip';
import { measureLabels } from './budget-fields';
import { Chip } from './chip';
import { rememberRepository } from './last-repository';
import {
  begun,
  type Choices,
  choicesIn,
  foldersIn,
  forRepository,
  promptDraft,
  queued,
  titleDraft,
  usableAgent,
  withChoices,
} from './new-task-choices';
import { contestantsOf, SeveralAgents, wrongWith } from './several-agents';
import { AgentChip, PriorityChip } from './task-chips';

const nothing: readonly number[] = [];

/** The form of a new task. Its repository is `repository` until the draft has another one; `openedFor` says where that is from. */
export function NewTaskForm(props: { readonly repository: number; readonly openedFor: number | null }): ReactNode {
  const { openedFor } = props;
  const app = useApp();
  const repositories = useModel((model) => model.repositories);
  const agents = useModel((model) => model.agents);
  const settings = useModel((model) => model.settings);
  const doing = useDoing('new-task');
  const drafts = useStore(app.drafts, (value) => value);
  const { [promptDraft]: prompt = '', [titleDraft]: title = '' } = drafts;
  const chosen = useMemo(() => choicesIn(drafts), [drafts]);
  const repositoryId = repositories.find(({ id }) => id === chosen.repository)?.id ?? props.repository;
  const agent = chosen.agent ?? usableAgent(agents, settings?.defaultAgent ?? 'claude');
  const { lines = null, priority = 'default', after = nothing, when = 'landed', paths = '' } = chosen;
  const { level = settings?.defaultPermissionLevel ?? 'supervised', budget = settings?.taskBudget ?? noBudget } =
    chosen;
  const choose = (choices: Choices): void => app.drafts.update((value) => withChoices(value, choices));
  // It begins once, however the window around it moves on.
  const [first] = useState(openedFor);
  useLayoutEffect(() => app.drafts.update((value) => begun(value, first)), [app, first]);
  const [capping, setCapping] = useState(false);
  const [wrong, setWrong] = useState<readonly Measure[]>([]);
  const [refused, setRefused] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [another, setAnother] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  // The sheet took the focus itself while there was nothing to write in yet.
  useEffect(() => {
    if (document.activeElement?.matches('.sheet') && field.current !== null) focusAtEnd(field.current);
  }, []);
  const repository = repositories.find(({ id }) => id === repositoryId);
  const branches = useResource(`${repositoryId}`, (client, signal) =>
    client.repositories.branches({ repository: repositoryId }, { signal }),
  );
  // A branch that was chosen of another repository, or that is gone, is none to begin at.
  const hasBranch = branches.value === null || branches.value.some(({ name }) => name === chosen.base);
  const base = chosen.repository === repositoryId && hasBranch ? (chosen.base ?? '') : '';
  const derived = titleFrom(prompt);
  // The repository it was written for stays its own, wherever the sheet is opened from again.
  const write = (name: string, text: string): void =>
    app.drafts.update((value) => withChoices(withDraft(value, name, text), { repository: repositoryId }));

  const correct = (): void => document.getElementById(`new-budget-${wrong[0]}`)?.focus();

  const queue = async (): Promise<void> => {
    if (prompt.trim() === '') return field.current?.focus();
    setRefused(wrong.length > 0);
    if (wrong.length > 0) return correct();
    if (lines !== null && wrongWith(lines) !== null) return;
    setFailure(null);
    const contestants = lines === null ? [{ agent }] : contestantsOf(lines);
    const ended = await carryOut(app, { about: 'new-task', sentence: 'Queueing…' }, async (client) => {
      const asked = {
        repositoryId,
        title: title.trim() === '' ? derived : title.trim(),
        prompt: prompt.trim(),
        ...(base === '' ? {} : { base }),
        permissionLevel: level,
        priority,
        ...(after.length === 0 ? {} : { after: [...after] }),
        ...(foldersIn(paths).length === 0 ? {} : { paths: foldersIn(paths) }),
        budget,
      };
      // Several begin at one commit of their base, so they start once what they are after has landed.
      if (contestants.length > 1) return client.contests.create({ ...asked, agents: contestants });
      return [await client.tasks.create({ ...asked, ...contestants[0], ...(after.length > 0 && { when }) })];
    });
    if (!ended.ok) return setFailure(ended.failure);
    const [task, ...rest] = ended.value;
    if (task === undefined) return;
    rememberRepository(window.localStorage, repositoryId);
    for (const one of [task, ...rest]) learn(app, one);
    app.drafts.update((value) => queued(value, another));
    say(app.said, {
      kind: 'done',
      text: `Queued “${cleanLine(task.title)}”${rest.length === 0 ? '' : ` for ${rest.length + 1} agents`}`,
      undo: null,
      about: { task: task.id, state: task.state },
    });
    if (another) field.current?.focus();
    else if (task.contest === null) openTask(app, task.id);
    else openContest(app, task.contest);
  };
  return (
    <form
      className="new-task"
      onSubmit={(event) => {
        event.preventDefault();
        void queue();
      }}
      // Wherever the focus is, also where a list was opened from here; a field that sends by itself has said so.
      onKeyDown={(event) => {
        if (event.defaultPrevented || event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return;
        event.preventDefault();
        if (!event.repeat) void queue();
      }}
    >
      <div className="sheet-body">
        <Growing
          field={field}
          label="What should be done? The agent gets this as its prompt."
          text={prompt}
          rows={5}
          onText={(text) => write(promptDraft, text)}
          onSend={() => void queue()}
        />
        <input
          className="field new-title"
          aria-label="Title"
          placeholder={derived === '' ? 'Title' : derived}
          maxLength={200}
          dir="auto"
          value={title}
          onChange={(event) => write(titleDraft, event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.metaKey && !event.ctrlKey) event.preventDefault();
          }}
        />
        <div className="chips">
          <Chip
            label="Repository"
            value={`${repositoryId}`}
            onChange={(value) => app.drafts.update((all) => forRepository(all, Number(value), openedFor))}
          >
            {repositories.map(({ id, name }) => (
              <option key={id} value={id}>
                {cleanLine(name)}
              </option>
            ))}
          </Chip>
          <Chip
            label="Base branch"
            value={base}
            onChange={(value) => choose({ repository: repositoryId, base: value })}
          >
            <option value="">
              {repository?.defaultBranch == null ? 'Choose a branch' : `from ${cleanLine(repository.defaultBranch)}`}
            </option>
            {(branches.value ?? [])
              .filter(({ name }) => name !== repository?.defaultBranch)
              .map(({ name }) => (
                <option key={name} value={name}>
                  from {cleanLine(name)}
                </option>
              ))}
          </Chip>
          {lines === null && (
            <AgentChip
              agents={agents}
              agent={agent}
              unlisted={agents.length === 0 ? 'Looking for agents…' : agent}
              onAgent={(value) => choose({ agent: value })}
            />
          )}
          <Button
            aria-expanded={lines !== null}
            onClick={() => {
              // Back to one, it is the first of them.
              const first = lines?.[0]?.agent;
              choose({
                ...(first !== undefined && { agent: first }),
                lines: lines === null ? [{ key: 1, agent, model: '', times: 1 }] : null,
              });
            }}
          >
            {lines === null ? 'Model, or several agents' : 'One agent'}
          </Button>
          <Chip
            label="Permission level"
            value={level}
            onChange={(value) => choose({ level: value as PermissionLevel })}
          >
            {Object.entries(levelWords).map(([value, { name }]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </Chip>
          <PriorityChip priority={priority} onPriority={(value) => choose({ priority: value })} />
          <AfterChip
            after={after}
            onAfter={(ids) => choose({ after: ids })}
            when={when}
            onWhen={(start) => choose({ when: start })}
          />
          <input
            // Several agents are chosen below, so that there is a chip less to fill the row with.
            className={`field mono ${lines === null ? '' : 'new-paths-wide'}`}
            aria-label="Only these folders, with commas between"
            placeholder="all folders"
            spellCheck={false}
            value={paths}
            onChange={(event) => choose({ paths: event.target.value })}
          />
          <BudgetChip budget={budget} open={capping} onOpen={wrong.length > 0 ? correct : setCapping} />
        </div>
        {lines !== null && (
          <SeveralAgents agents={agents} lines={lines} onLines={(value) => choose({ lines: value })} />
        )}
        {capping && (
          <NewBudget
            budget={budget}
            onTyped={(typed, no) => {
              choose({ budget: typed });
              setWrong(no);
            }}
            onSend={() => void queue()}
          />
        )}
        <p className="field-help">{levelWords[level].about}</p>
        <AgentNotes
          agents={agents}
          named={lines === null ? [agent] : lines.map((line) => line.agent)}
          budget={budget}
        />
        {repository?.trustChanged && (
          <Note
            kind="warning"
            actions={
              <Button onClick={() => showSheet(app, { kind: 'add-repository', path: repository.path })}>
                Look at it
              </Button>
            }
          >
            What {cleanLine(repository.name)} could run has changed since you trusted it. It counts as untrusted until
            you look again.
          </Note>
        )}
        {refused && wrong.length > 0 && (
          <Note kind="failed">
            Not queued: {wrong.map((measure) => measureLabels[measure]).join(' and ')} of its budget cannot be read.
          </Note>
        )}
        {failure !== null && <Note kind="failed">{cleanLine(failure.message)}</Note>}
      </div>
      <div className="sheet-foot">
        <label className="again">
          <input type="checkbox" checked={another} onChange={(event) => setAnother(event.target.checked)} />
          Write another after this
        </label>
        <span className="grow" />
        <Button look="primary" type="submit" doing={doing}>
          Queue task <Keys keys="mod+Enter" />
        </Button>
      </div>
    </form>
  );
}
