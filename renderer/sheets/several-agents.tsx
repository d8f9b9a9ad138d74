import type { ReactNode } from 'react';
import type { AgentStatus } from '../../core/contract/agent';
import { type Contestant, mostInContest } from '../../core/contract/contest';
import { Button } from '../parts/button';
import { Note } from '../parts/note';
import { cleanLine } from '../text/clean';
import { AgentChip } from './task-chips';

/** An agent as it is chosen for a task, perhaps with one of its models, and how often. */
export interface Line {
  readonly key: number;
  readonly agent: string;
  readonly model: string;
  readonly times: number;
}

/** Who is to do a new task, in order; an empty model is the agent's own choice. */
export function contestantsOf(lines: readonly Line[]): Contestant[] {
  return lines.flatMap(({ agent, model, times }) => {
    const one = model.trim() === '' ? { agent } : { agent, model: model.trim() };
    return Array.from({ length: times }, () => one);
  });
}

/** Why these cannot be made, a sentence; null when they can. */
export function wrongWith(lines: readonly Line[]): string | null {
  const all = contestantsOf(lines);
  if (all.length === 0) return 'Choose at least one agent.';
  if (all.length > mostInContest) return `At most ${mostInContest} tasks at once; these would be ${all.length}.`;
  if (all.some(({ model }) => model !== undefined && !/^[\p{L}\p{N}][^\s\p{C}]*$/u.test(model)))
    return 'A model is named in one word, as its agent calls it.';
  return null;
}

/** Chooses several agents for one task, or one more than once, each with a model where it can be told one. */
export function SeveralAgents(props: {
  readonly agents: readonly AgentStatus[];
  readonly lines: readonly Line[];
  readonly onLines: (lines: readonly Line[]) => void;
}): ReactNode {
  const { agents, lines, onLines } = props;
  const put = (line: Line): void => onLines(lines.map((one) => (one.key === line.key ? line : one)));
  const all = contestantsOf(lines).length;
  const wrong = wrongWith(lines);
  return (
    <fieldset className="chosen-agents">
      <legend className="unseen">Agents for this task</legend>
      {lines.map((line, index) => (
        <div key={line.key} className="chosen-agent">
          <AgentChip
            agents={agents}
            agent={line.agent}
            unlisted={cleanLine(line.agent)}
            onAgent={(agent) => put({ ...line, agent, model: '' })}
          />
          {agents.find(({ name }) => name === line.agent)?.models === true && (
            <input
              className="field chosen-model mono"
              aria-label={`Model of agent ${index + 1}`}
              placeholder="its own model"
              spellCheck={false}
              value={line.model}
              onChange={(event) => put({ ...line, model: event.target.value })}
            />
          )}
          <label className="quiet">
            <input
              className="field chosen-times"
              type="number"
              min={1}
              max={mostInContest}
              aria-label={`How often agent ${index + 1}`}
              value={line.times}
              onChange={(event) =>
                put({
                  ...line,
                  times: Math.max(1, Math.min(mostInContest, Math.trunc(Number(event.target.value) || 1))),
                })
              }
            />{' '}
            {line.times === 1 ? 'time' : 'times'}
          </label>
          {lines.length > 1 && (
            <Button look="quiet" onClick={() => onLines(lines.filter(({ key }) => key !== line.key))}>
              Remove
            </Button>
          )}
        </div>
      ))}
      <div className="chosen-agent">
        <Button
          onClick={() => {
            const used = new Set(lines.map(({ agent }) => agent));
            const next =
              agents.find(({ name, found }) => found && !used.has(name)) ?? agents.find(({ found }) => found);
            const key = Math.max(0, ...lines.map((line) => line.key)) + 1;
            onLines([...lines, { key, agent: next?.name ?? lines[0]?.agent ?? '', model: '', times: 1 }]);
          }}
        >
          Add an agent
        </Button>
        {all > 1 && wrong === null && (
          <span className="quiet">
            {all} tasks from one commit, to compare and pick one. The budget is for each of them.
          </span>
        )}
      </div>
      {wrong !== null && <Note kind="warning">{wrong}</Note>}
    </fieldset>
  );
}
