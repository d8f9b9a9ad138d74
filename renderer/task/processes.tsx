import { type ReactNode, useEffect } from 'react';
import { insideWords, memoryWords, type Process } from '../../core/contract/process';
import type { Task } from '../../core/contract/task';
import { Failed } from '../parts/empty';
import { useResource } from '../state/resource';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { Ago } from '../text/time';

const lookEveryMs = 3000;

/** What runs for a task, looked at again every few seconds while this is on screen. */
export function Processes({ task }: { readonly task: Task }): ReactNode {
  const { value, failure, loading, reload } = useResource(`${task.id}`, (client, signal) =>
    client.processes.list({ task: task.id }, { signal }),
  );
  useEffect(() => {
    // Begun when an answer is here: a system that is slow to tell is not asked over and over without being heard.
    if (loading) return;
    const timer = setTimeout(reload, lookEveryMs);
    return () => clearTimeout(timer);
  }, [loading, reload]);
  if (value === null) return failure === null ? null : <Failed failure={failure} again={reload} />;
  if (!value.visible) return <p className="quiet">This system does not say what runs.</p>;
  const { processes } = value;
  const inside = task.agent === 'echo' && (task.state === 'running' || task.state === 'waiting');
  if (processes.length === 0) return <p className="quiet">{inside ? insideWords : 'Nothing runs for this task.'}</p>;
  const memory = processes.reduce((sum, one) => sum + one.memory, 0);
  const known = processes.filter(({ cpu }) => cpu !== null);
  const cpu = known.reduce((sum, one) => sum + (one.cpu ?? 0), 0);
  return (
    <>
      <p className="quiet tabular">
        {count(processes.length, 'process', 'processes')}, {memoryWords(memory)}
        {known.length > 0 && `, ${percent(cpu)} of a core`}
      </p>
      <table className="processes selectable">
        <thead>
          <tr>
            <th scope="col">Command</th>
            <th scope="col">Process</th>
            <th scope="col">Memory</th>
            <th scope="col">Processor</th>
            <th scope="col">For</th>
          </tr>
        </thead>
        <tbody>
          {withDepth(processes).map(({ one, depth }) => (
            <tr key={one.pid}>
              <td
                className="processes-command"
                style={{ paddingInlineStart: `${depth * 16}px` }}
                title={cleanLine(one.command)}
              >
                {one.what === null ? <code>{cleanLine(one.command)}</code> : cleanLine(one.what)}
              </td>
              <td className="tabular">{one.pid}</td>
              <td className="tabular">{memoryWords(one.memory)}</td>
              <td className="tabular">{one.cpu === null ? '' : percent(one.cpu)}</td>
              <td>{one.startedAt === null ? '' : <Ago at={one.startedAt} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** Deeper than this nobody counts. */
const deepest = 6;

function withDepth(processes: readonly Process[]): readonly { readonly one: Process; readonly depth: number }[] {
  const depths = new Map<number, number>();
  return processes.map((one) => {
    const depth = one.parent === null ? 0 : Math.min(deepest, (depths.get(one.parent) ?? 0) + 1);
    depths.set(one.pid, depth);
    return { one, depth };
  });
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
