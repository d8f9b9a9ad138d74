import { memo, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
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

/** More files than these nobody compares one by one; each change has all of its own. */
const most = 500;

/** The files the changes of a contest touch, and two changes of the chosen one beside each other. */
export function ComparedFiles(props: { readonly comparison: Comparison; readonly focused: number }): ReactNode {
  const { tasks, files: all } = props.comparison;
  const files = all.slice(0, most);
  const [path, setPath] = useState<string | null>(null);
  const changed = tasks.filter(({ range }) => range !== null);
  const columns = changed.map(({ task }) => task.id).join();
  const choose = useCallback((one: ComparedFile) => setPath(one.path), []);
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
            {count(all.length, 'file')} touched <kbd className="keys">[</kbd> <kbd className="keys">]</kbd>
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
              <Row key={one.path} file={one} columns={columns} isOn={one === file} choose={choose} />
            ))}
          </tbody>
        </table>
        {all.length > most && (
          <p className="quiet">
            {count(all.length - most, 'more file')} not shown here: each change, opened, has all of its own.
          </p>
        )}
      </div>
      <Sides key={file.path} file={file} changed={changed} focused={props.focused} />
    </>
  );
}

/** One file and what each of the tasks in `columns`, by comma, makes of it. Kept as it is while another one is chosen. */
const Row = memo(function Row(props: {
  readonly file: ComparedFile;
  readonly columns: string;
  readonly isOn: boolean;
  readonly choose: (file: ComparedFile) => void;
}): ReactNode {
  const { file, isOn } = props;
  const path = cleanLine(file.path);
  // Of a long one the folders are cut, and not what tells it from its neighbours.
  const name = path.lastIndexOf('/') + 1;
  const own = useRef<HTMLTableRowElement>(null);
  const tasks = useMemo(() => props.columns.split(',').map(Number), [props.columns]);
  useEffect(() => {
    const [row, room] = [own.current, own.current?.closest('.contest-files')];
    if (!isOn || row == null || room == null) return;
    // Within its own list only: the page stays where it is read.
    const [{ top, bottom }, { top: from, bottom: to }] = [row.getBoundingClientRect(), room.getBoundingClientRect()];
    const head = room.querySelector('thead')?.clientHeight ?? 0;
    if (top < from + head) room.scrollTop += top - from - head;
    else if (bottom > to) room.scrollTop += bottom - to;
  }, [isOn]);
  return (
    <tr ref={own} className={isOn ? 'contest-file-on' : ''}>
      <th scope="row">
        <div className="contest-file">
          <button
            type="button"
            className="link mono"
            title={path}
            aria-pressed={isOn}
            onClick={() => props.choose(file)}
          >
            <span className="ellipsis">{path.slice(0, name)}</span>
            <span className="ellipsis">{path.slice(name)}</span>
          </button>
          {file.alike && <span className="quiet"> all alike</span>}
        </div>
      </th>
      {tasks.map((task) => (
        <td key={task}>
          <Cell file={file} task={task} />
        </td>
      ))}
    </tr>
  );
});

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
        {head} <code>{cleanLine(file.path)}</code>
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
