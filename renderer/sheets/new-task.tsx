import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { AgentStatus } from '../../core/contract/agent';
import { type Budget, type Measure, noBudget } from '../../core/contract/budget';
import type { Priority } from '../../core/contract/priority';
import type { Start } from '../../core/contract/stack';
import type { PermissionLevel } from '../../core/contract/task';
import { titleFrom } from '../../core/contract/title';
import { Button } from '../parts/button';
import { Empty, Skeleton } from '../parts/empty';
import { Growing } from '../parts/growing';
import { Keys } from '../parts/hint';
import { Note } from '../parts/note';
import { SheetFrame } from '../parts/sheet';
import { useApp, useDoing, useModel } from '../state/app';
import { aboutOf, carryOut, learn, openTask, showSheet } from '../state/commands';
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
import { lastRepository, rememberRepository } from './last-repository';
import { contestantsOf, type Line, SeveralAgents, wrongWith } from './several-agents';
import { AgentChip, PriorityChip } from './task-chips';

const draftName = 'new-task';
const titleDraft = 'new-task-title';

/** One sheet for a new task: prompt first, everything else prefilled. ⌘↵ queues it; it can stay open for the next one. */
export function NewTask({ repository }: { readonly repository: number | null }): ReactNode {
  const app = useApp();
  const repositories = useModel((model) => model.repositories);
  const isStarting = useModel((model) => model.connection.kind === 'connecting');
  if (isStarting) {
    // Written on when the window was closed; which repositories there are is known in a moment.
    return (
      <SheetFrame title="New task">
        <div className="sheet-body">
          <Skeleton lines={5} />
        </div>
      </SheetFrame>
    );
  }
  if (repositories.length === 0) {
    return (
      <SheetFrame title="New task">
        <Empty
          title="Add a repository first"
          actions={
            <Button look="primary" onClick={() => showSheet(app, { kind: 'add-repository', path: null })}>
              Add repository
            </Button>
          }
        >
          A task is work on a git repository.
        </Empty>
      </SheetFrame>
    );
  }
  const place = app.view.get().place;
  const here = place.startsWith('repository:') ? Number(place.slice(11)) : null;
  const open = app.model.get().tasks.get(app.view.get().task ?? -1)?.repositoryId ?? null;
  const first = [repository, here, open, lastRepository(window.localStorage)].find((id) =>
    repositories.some((one) => one.id === id),
  );
  return (
    <SheetFrame title="New task">
      <Form repository={first ?? repositories[0]?.id ?? 0} />
    </SheetFrame>
  );
}

function Form(props: { readonly repository: number }): ReactNode {
  const app = useApp();
  const repositories = useModel((model) => model.repositories);
  const agents = useModel((model) => model.agents);
  const settings = useModel((model) => model.settings);
  const doing = useDoing('new-task');
  const prompt = useStore(app.drafts, (drafts) => drafts[draftName] ?? '');
  const title = useStore(app.drafts, (drafts) => drafts[titleDraft] ?? '');
  const [repositoryId, setRepository] = useState(props.repository);
  const [base, setBase] = useState('');
  const [picked, setPicked] = useState<string | null>(null);
  const agent = picked ?? usableAgent(agents, settings?.defaultAgent ?? 'claude');
  const [lines, setLines] = useState<readonly Line[] | null>(null);
  const [level, setLevel] = useState<PermissionLevel>(settings?.defaultPermissionLevel ?? 'supervised');
  const [priority, setPriority] = useState<Priority>('default');
  const [after, setAfter] = useState<readonly number[]>([]);
  const [when, setWhen] = useState<Start>('landed');
  const [paths, setPaths] = useState('');
  const [budget, setBudget] = useState<Budget>(settings?.taskBudget ?? noBudget);
  const [capping, setCapping] = useState(false);
  const [wrong, setWrong] = useState<readonly Measure[]>([]);
  const [refused, setRefused] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [another, setAnother] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  // The sheet took the focus itself while there was nothing to write in yet.
  useEffect(() => {
    if (document.activeElement?.matches('.sheet')) field.current?.focus();
  }, []);
  const repository = repositories.find(({ id }) => id === repositoryId);
  const branches = useResource(`${repositoryId}`, (client, signal) =>
    client.repositories.branches({ repository: repositoryId }, { signal }),
  );
  const derived = titleFrom(prompt);
  const write = (name: string, text: string): void => app.drafts.update((drafts) => withDraft(drafts, name, text));

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
    app.drafts.update((drafts) => withDraft(withDraft(drafts, draftName, ''), titleDraft, ''));
    say(app.said, {
      kind: 'done',
      text: `Queued “${cleanLine(task.title)}”${rest.length === 0 ? '' : ` for ${rest.length + 1} agents`}`,
      undo: null,
      about: aboutOf(task),
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
          onText={(text) => write(draftName, text)}
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
            onChange={(value) => {
              setRepository(Number(value));
              setBase('');
            }}
          >
            {repositories.map(({ id, name }) => (
              <option key={id} value={id}>
                {cleanLine(name)}
              </option>
            ))}
          </Chip>
          <Chip label="Base branch" value={base} onChange={setBase}>
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
              onAgent={setPicked}
            />
          )}
          <Button
            aria-expanded={lines !== null}
            onClick={() => {
              // Back to one, it is the first of them.
              setPicked(lines?.[0]?.agent ?? picked);
              setLines(lines === null ? [{ key: 1, agent, model: '', times: 1 }] : null);
            }}
          >
            {lines === null ? 'Model, or several agents' : 'One agent'}
          </Button>
          <Chip label="Permission level" value={level} onChange={(value) => setLevel(value as PermissionLevel)}>
            {Object.entries(levelWords).map(([value, { name }]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </Chip>
          <PriorityChip priority={priority} onPriority={setPriority} />
          <AfterChip after={after} onAfter={setAfter} when={when} onWhen={setWhen} />
          <input
            className="field new-paths mono"
            aria-label="Only these folders, with commas between"
            placeholder="all folders"
            spellCheck={false}
            value={paths}
            onChange={(event) => setPaths(event.target.value)}
          />
          <BudgetChip budget={budget} open={capping} onOpen={wrong.length > 0 ? correct : setCapping} />
        </div>
        {lines !== null && <SeveralAgents agents={agents} lines={lines} onLines={setLines} />}
        {capping && (
          <NewBudget
            budget={budget}
            onTyped={(typed, no) => {
              setBudget(typed);
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

/** The folders somebody typed, with commas between. */
function foldersIn(text: string): string[] {
  return text
    .split(',')
    .map((path) => path.trim())
    .filter(Boolean);
}

/** The agent a new task begins with: the person's choice when it is here, else the first that is. */
function usableAgent(agents: readonly AgentStatus[], wanted: string): string {
  const found = agents.filter(({ found }) => found).map(({ name }) => name);
  return found.includes(wanted) ? wanted : (found[0] ?? wanted);
}
