import { memo, type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import type { Task } from '../../core/contract/task';
import { Glyph } from '../parts/glyph';
import { Icon } from '../parts/icon';
import { Note } from '../parts/note';
import { PatchLines } from '../parts/patch';
import { askingOf } from '../requests/answers';
import { useKeysHere } from '../requests/keys-here';
import { RequestForm } from '../requests/request-form';
import { useApp } from '../state/app';
import { useStore } from '../state/store';
import { count, exactly } from '../text/amounts';
import { clean, cleanLine } from '../text/clean';
import { Prose } from '../text/prose';
import type { Row } from './row-kinds';
import { Behind, TurnMark, WentBack } from './turn-mark';

interface Props {
  readonly row: Row;
  readonly task: Task;
  readonly newest: boolean;
  /** The worktree is at the checkpoint of this row. */
  readonly here: boolean;
  /** A row that folds is opened. */
  readonly open: boolean;
  /** All of a long text is shown: what was found may be anywhere in it. */
  readonly whole: boolean;
  readonly onToggle: (key: string) => void;
}

/** One row of a conversation. */
export const RowView = memo(
  function RowView({ row, task, newest, here, open, whole, onToggle }: Props): ReactNode {
    switch (row.kind) {
      case 'prompt':
        return (
          <article className="said said-person" title={exactly(row.at)}>
            <h2 className="said-by">{row.by === 'person' ? 'You' : 'Switchyard'}</h2>
            <Prose text={row.text} all={whole} />
          </article>
        );
      case 'text':
        return (
          <article className="said" title={exactly(row.at)}>
            <Prose text={row.text} all={whole} />
          </article>
        );
      case 'thought':
        return (
          <details
            className="thought fold"
            open={open}
            onToggle={(event) => event.currentTarget.open !== open && onToggle(row.key)}
          >
            <summary>
              Thought{newest && task.state === 'running' ? ' (thinking…)' : ` · ${firstLine(row.text)}`}
            </summary>
            <Prose text={row.text} all={whole} />
          </details>
        );
      case 'tool':
        return <Tool row={row} open={open} whole={whole} onToggle={onToggle} />;
      case 'plan':
        return <Plan entries={row.entries} />;
      case 'request':
        return <Asked row={row} task={task} />;
      case 'notice':
        return (
          <Note kind={row.level === 'error' ? 'failed' : row.level}>
            <span className="prose">{clean(row.text)}</span>
          </Note>
        );
      case 'commit':
        return (
          <p className="fact selectable">
            <Glyph look="review" /> Committed <code>{row.oid.slice(0, 9)}</code> {cleanLine(row.subject)}{' '}
            <span className="quiet">{count(row.files, 'file')}</span>
          </p>
        );
      case 'check':
        return (
          <p className="fact selectable">
            <Glyph look={row.passed ? 'done' : 'failed'} /> {row.name !== row.command && `${cleanLine(row.name)} `}
            <code>{cleanLine(row.command)}</code> {row.passed ? 'passed' : 'failed'}
          </p>
        );
      case 'checkpoint':
        return <TurnMark row={row} task={task} here={here} />;
      case 'back':
        return <WentBack row={row} task={task} newest={newest} />;
      case 'behind':
        return <Behind row={row} onToggle={onToggle} />;
      case 'move':
        return <Moved row={row} />;
    }
  },
  (old, next) =>
    old.row === next.row &&
    old.newest === next.newest &&
    old.here === next.here &&
    old.open === next.open &&
    old.whole === next.whole &&
    old.onToggle === next.onToggle &&
    (next.row.kind !== 'request' || old.task.requests === next.task.requests) &&
    ((next.row.kind !== 'checkpoint' && next.row.kind !== 'back') || old.task.worktree === next.task.worktree) &&
    ((next.row.kind !== 'thought' && next.row.kind !== 'checkpoint') || old.task.state === next.task.state),
);

/** How the task moved between two steps: there to be read, and quieter than any of them. */
function Moved({ row: { at, line } }: { readonly row: Extract<Row, { kind: 'move' }> }): ReactNode {
  const { level, text, reason } = line;
  return (
    <p className={`fact moved selectable ${level === 'error' ? 'moved-failed' : 'quiet'}`} title={exactly(at)}>
      <span>
        {cleanLine(text)}
        {reason !== null && (
          <>
            : <bdi className="quiet">{cleanLine(reason)}</bdi>
          </>
        )}
      </span>
    </p>
  );
}

function Tool(
  props: Pick<Props, 'open' | 'whole' | 'onToggle'> & { readonly row: Extract<Row, { kind: 'tool' }> },
): ReactNode {
  const { row, open, whole, onToggle } = props;
  const { call } = row;
  // An agent that was denied may still say the call was done some other way; then it was.
  const look = row.denied && call.status !== 'completed' ? 'denied' : row.cutOff ? 'interrupted' : call.status;
  return (
    <div className={`tool tool-${look}`}>
      <button
        type="button"
        className="tool-line"
        aria-expanded={open}
        title={exactly(row.at)}
        onClick={() => onToggle(row.key)}
      >
        <span className={open ? 'tool-chevron tool-open' : 'tool-chevron'}>
          <Icon name="chevron" />
        </span>
        <span className="tool-kind">{toolWords[call.kind] ?? 'Tool'}</span>
        <span className="tool-title ellipsis mono" dir="auto">
          {cleanLine(call.title)}
        </span>
        <span className="tool-status">{statusWords[look]}</span>
      </button>
      {open && (
        <div className="tool-inside">
          {call.diff !== undefined && <PatchLines patch={call.diff} />}
          {call.input !== undefined && <Lines name="Input" text={call.input} all={whole} />}
          {call.output !== undefined && <Lines name="Output" text={call.output} all={whole} />}
          {call.diff === undefined && call.input === undefined && call.output === undefined && (
            <p className="quiet">The agent gave no details of this call.</p>
          )}
        </div>
      )}
    </div>
  );
}

const statusWords = {
  completed: '',
  pending: 'waiting',
  running: 'running',
  failed: 'failed',
  denied: 'denied, not run',
  interrupted: 'interrupted',
} as const;

const longestOutput = 20_000;

function Lines(props: { readonly name: string; readonly text: string; readonly all: boolean }): ReactNode {
  const { name, text, all } = props;
  const [whole, setWhole] = useState(false);
  const isLong = text.length > longestOutput && !whole && !all;
  return (
    <figure>
      <figcaption className="quiet small">{name}</figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <pre className="code tool-text" tabIndex={0}>
        {clean(isLong ? text.slice(0, longestOutput) : text)}
      </pre>
      {isLong && (
        <button type="button" className="link" onClick={() => setWhole(true)}>
          Show {(text.length - longestOutput).toLocaleString()} more characters
        </button>
      )}
    </figure>
  );
}

const toolWords: Readonly<Record<string, string>> = {
  read: 'Read',
  edit: 'Edit',
  delete: 'Delete',
  search: 'Search',
  execute: 'Run',
  fetch: 'Fetch',
  think: 'Think',
};

function Plan({ entries }: { readonly entries: Extract<Row, { kind: 'plan' }>['entries'] }): ReactNode {
  const done = entries.filter(({ status }) => status === 'completed').length;
  return (
    <section className="plan" aria-label="Plan">
      <h2 className="said-by">
        Plan{' '}
        <span className="quiet tabular">
          {done}/{entries.length}
        </span>
      </h2>
      <ol>
        {entries.map((entry, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a plan's entries have no other name.
          <li key={index} className={`plan-${entry.status}`}>
            <Glyph look={entry.status === 'completed' ? 'done' : entry.status === 'pending' ? 'queued' : 'running'} />
            <span dir="auto">{cleanLine(entry.text)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Asked({ row, task }: { readonly row: Extract<Row, { kind: 'request' }>; readonly task: Task }): ReactNode {
  const request = row.again ? undefined : task.requests.find(({ id }) => id === row.request);
  const isFirst = request !== undefined && task.requests[0]?.id === request.id;
  const section = useAskedFocus(task.id, isFirst);
  const keysHere = useKeysHere(section);
  if (request === undefined) {
    return (
      <p className="fact selectable">
        <Icon name="person" /> {cleanLine(row.title)} <span className="quiet">{becameWords(row)}</span>
      </p>
    );
  }
  return (
    <section ref={section} className="card asked" aria-label="Request" aria-current={isFirst || undefined}>
      <h2 className="card-title" dir="auto">
        <span className="card-asking">{askingOf(request)}</span> {cleanLine(request.title)}
      </h2>
      <RequestForm request={request} active={isFirst && keysHere} />
    </section>
  );
}

function becameWords({ again, answer }: Extract<Row, { kind: 'request' }>): string {
  if (again) return 'asked again below';
  return answer === null ? 'no longer asked' : `→ ${cleanLine(answer)}`;
}

/** Puts the focus on the first answer of the request the person went to; never away from a field they write in. */
function useAskedFocus(task: number, isFirst: boolean): RefObject<HTMLElement | null> {
  const app = useApp();
  const wish = useStore(app.asked, (place) => (isFirst && place?.task === task && place.takesFocus ? place : null));
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    if (wish === null) return;
    app.asked.update((place) => (place === wish ? { ...wish, takesFocus: false } : place));
    if (document.activeElement?.closest('input, textarea, select') != null) return;
    const first = section.current?.querySelector<HTMLElement>('.choice') ?? section.current?.querySelector('textarea');
    first?.focus();
  }, [app, wish]);
  return section;
}

function firstLine(text: string): string {
  const line = cleanLine(text.trimStart().split('\n', 1)[0] ?? '');
  return line.length > 90 ? `${line.slice(0, 90)}…` : line;
}
