import { type ReactNode, useState } from 'react';
import {
  agentWords,
  type ComparedFile,
  type ComparedTask,
  type Comparison,
  type Version,
} from '../../core/contract/contest';
import { useActions } from '../keys/keyboard';
import { Failed, Skeleton } from '../parts/empty';
import { PatchLines } from '../parts/patch';
import { useResource } from '../state/resource';
import { ChangeSize } from '../tasks/row';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { hunksOf } from './hunks';

/** The files the changes of a contest touch, and two changes of the chosen one beside each other. */
export function ComparedFiles(props: { readonly comparison: Comparison; readonly focused: number }): ReactNode {
  const { tasks, files } = props.comparison;
  const [path, setPath] = useState<string | null>(null);
  const changed = tasks.filter(({ range }) => range !== null);
  const at = Math.max(
    0,
    files.findIndex((file) => file.path === path),
  );
  const file = files[at];
  const go = (by: number): void => setPath(files[Math.max(0, Math.min(files.length - 1, at + by))]?.path ?? null);
  useActions({ 'next-hunk': () => go(1), 'previous-hunk': () => go(-1) });
  if (file === undefined) {
    return <p className="contest-nothing quiet">No change is committed yet. It is shown here as soon as one is.</p>;
  }
  return (
    <>
      <div className="contest-files">
        <table>
          <caption>
            {count(files.length, 'file')} touched <kbd className="keys">[</kbd> <kbd className="keys">]</kbd>
          </caption>
          <thead>
            <tr>
              <th scope="col">File</th>
              {changed.map(({ task }) => (
                <th key={task.id} scope="col" title={cleanLine(agentWords(task))}>
                  #{task.id}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {files.map((one) => (
              <tr key={one.path} className={one === file ? 'contest-file-on' : ''}>
                <th scope="row">
                  <button
                    type="button"
                    className="link mono"
                    aria-pressed={one === file}
                    onClick={() => setPath(one.path)}
                  >
                    {cleanLine(one.path)}
                  </button>
                  {one.alike && <span className="quiet"> all alike</span>}
                </th>
                {changed.map(({ task }) => (
                  <td key={task.id}>
                    <Cell file={one} task={task.id} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Sides key={file.path} file={file} changed={changed} focused={props.focused} />
    </>
  );
}

function Cell({ file, task }: { readonly file: ComparedFile; readonly task: number }): ReactNode {
  const own = file.versions.find((version) => version.task === task);
  if (own === undefined) return <span className="quiet">untouched</span>;
  const like = likeOf(file, own);
  if (like !== null) return <span className="quiet">same as #{like}</span>;
  return <Lines version={own} />;
}

/** The first task that leaves a file as this one does; null when that is this one. */
function likeOf({ versions }: ComparedFile, own: Version): number | null {
  const first = versions.find(({ variant }) => variant === own.variant);
  return first === undefined || first.task === own.task ? null : first.task;
}

function Lines({ version }: { readonly version: Version }): ReactNode {
  const { status, additions, deletions } = version;
  const word = status === 'added' || status === 'deleted' || status === 'renamed' ? `${status} ` : '';
  return (
    <>
      {word}
      {additions === null ? 'binary' : <ChangeSize additions={additions} deletions={deletions ?? 0} />}
    </>
  );
}

/** What the focused task and another one make of a file. */
function Sides(props: {
  readonly file: ComparedFile;
  readonly changed: readonly ComparedTask[];
  readonly focused: number;
}): ReactNode {
  const { file, changed, focused } = props;
  const [chosen, setChosen] = useState<number | null>(null);
  const left = changed.find(({ task }) => task.id === focused) ?? changed[0];
  const rest = changed.filter((one) => one !== left);
  const touches = ({ task }: ComparedTask): boolean => file.versions.some((version) => version.task === task.id);
  const right = rest.find(({ task }) => task.id === chosen) ?? rest.find(touches) ?? rest[0];
  if (left === undefined) return null;
  return (
    <div className="contest-sides">
      <Side compared={left} file={file} head={<strong>{nameOf(left)}</strong>} />
      {right !== undefined && (
        <Side
          compared={right}
          file={file}
          head={
            <select
              className="choose"
              aria-label="Compared with"
              value={right.task.id}
              onChange={(event) => setChosen(Number(event.target.value))}
            >
              {rest.map((one) => (
                <option key={one.task.id} value={one.task.id}>
                  {nameOf(one)}
                </option>
              ))}
            </select>
          }
        />
      )}
    </div>
  );
}

function nameOf({ task }: ComparedTask): string {
  return `#${task.id} ${cleanLine(agentWords(task))}`;
}

function Side(props: {
  readonly compared: ComparedTask;
  readonly file: ComparedFile;
  readonly head: ReactNode;
}): ReactNode {
  const { compared, file, head } = props;
  const { task, range } = compared;
  const isTouched = file.versions.some((version) => version.task === task.id);
  const key = range === null || !isTouched ? null : `${task.id} ${range.base} ${range.head} ${file.path}`;
  const found = useResource(key, (client, signal) =>
    client.reviews.patch(
      { task: task.id, mergeBase: range?.base ?? '', head: range?.head ?? '', paths: [file.path] },
      { signal },
    ),
  );
  return (
    <section className="contest-side" aria-label={`${nameOf(compared)}: ${cleanLine(file.path)}`}>
      <p className="contest-side-head">
        {head} <code className="ellipsis">{cleanLine(file.path)}</code>
      </p>
      {key === null ? (
        <p className="quiet">It leaves this file as it was.</p>
      ) : found.value === null ? (
        found.failure === null ? (
          <Skeleton lines={4} />
        ) : (
          <Failed failure={found.failure} again={found.reload} />
        )
      ) : (
        <Hunks patch={hunksOf(found.value.patch)} />
      )}
    </section>
  );
}

function Hunks({ patch }: { readonly patch: string }): ReactNode {
  // A mode that changed, or a file that is empty, has no lines.
  return patch === '' ? <p className="quiet">No line of it differs.</p> : <PatchLines patch={patch} />;
}
