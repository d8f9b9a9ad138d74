import type { WindowCommand } from '../core/contract/bridge';
import type { Request } from '../core/contract/request';
import type { Task } from '../core/contract/task';

/** What is shown of a task outside of the window. */
export type Seen = Pick<
  Task,
  'id' | 'title' | 'agent' | 'repository' | 'state' | 'outcome' | 'stateSince' | 'createdAt' | 'requests' | 'contest'
>;

/** What a notification says, and where it leads. */
export interface Words {
  readonly title: string;
  readonly body: string;
  readonly command: WindowCommand;
}

/** The glyphs of the window, in letters. */
export const glyphs = { waiting: '●', review: '◇', failed: '✕', done: '✓', running: '◐' } as const;

const mostLines = 4;

/** The words for requests that wait, for tasks that are finished, or for both; at least one of either. */
export function wordsFor(requests: readonly Request[], finished: readonly Seen[]): Words {
  const ended = finishedWords(finished);
  if (requests.length === 0) return ended;
  const waits = waitingWords(requests);
  if (finished.length === 0) return waits;
  const also = finished.length === 1 ? `${ended.title}: ${ended.body}` : ended.body;
  return { ...waits, body: `${waits.body}\n${also}`, command: 'inbox' };
}

/** What an agent wants, in a few words that its name goes before: `wants to run npm test`. */
export function wantsOf(request: Request): string {
  const { kind, tool, title } = request;
  switch (kind) {
    case 'permission':
      return tool?.command == null
        ? `wants to use ${tool?.name ?? 'a tool'}: ${title}`
        : `wants to run ${tool.command}`;
    case 'clarification':
      return `asks: ${title}`;
    case 'plan':
      return `has a plan: ${title}`;
    case 'start':
      return 'may begin when you allow it';
    case 'budget':
      return `has stopped: ${title}`;
  }
}

/** One line of text that came from an agent or a person: nothing that controls a terminal, hides or turns its direction, not too long. */
export function line(text: string, longest: number): string {
  const plain = text
    .replace(terminalSequences, '')
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(invisible, '');
  const letters = [...plain.replace(/\s+/g, ' ').trim()];
  return letters.length <= longest ? letters.join('') : `${letters.slice(0, longest - 1).join('')}…`;
}

// In this order: strings with their end, and sequences.
const terminalSequences = new RegExp(
  ['\\u001b\\][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)?', '\\u001b\\[[0-?]*[ -/]*[@-~]'].join('|'),
  'g',
);
const invisible = /[\p{Bidi_Control}\u200b\u2060-\u2064\ufeff\u{e0000}-\u{e007f}]/gu;

function waitingWords(requests: readonly Request[]): Words {
  const [first] = requests as readonly [Request, ...Request[]];
  const tasks = new Set(requests.map(({ task }) => task)).size;
  const command = tasks === 1 ? (`show-task:${first.task}` as const) : 'inbox';
  if (requests.length === 1) {
    const body = `${capital(line(wantsOf(first), 200))}\nin ${nameOf(first.repository)}`;
    return { title: `${glyphs.waiting} ${line(`${first.agent} · ${first.taskTitle}`, 100)}`, body, command };
  }
  const lines = requests.slice(0, mostLines).map((request) => line(sentenceOf(request, tasks === 1), 120));
  const more = requests.length > mostLines ? [`and ${requests.length - mostLines} more`] : [];
  const title = tasks === 1 ? line(`${first.agent} · ${first.taskTitle}`, 100) : `${tasks} agents wait for you`;
  return { title: `${glyphs.waiting} ${title}`, body: [...lines, ...more].join('\n'), command };
}

function sentenceOf(request: Request, isTaskSaid: boolean): string {
  return isTaskSaid ? capital(wantsOf(request)) : `${request.taskTitle}: ${request.agent} ${wantsOf(request)}`;
}

function finishedWords(finished: readonly Seen[]): Words {
  const [first] = finished;
  if (first === undefined) return { title: '', body: '', command: 'inbox' };
  if (finished.length === 1) {
    const { glyph, word } = endOf(first);
    const body = line(`${first.title} · ${nameOf(first.repository)}`, 200);
    return { title: `${glyph} ${capital(word)}`, body, command: `show-task:${first.id}` };
  }
  const ends = finished.map((task) => endOf(task).word);
  const counts = [...new Set(ends)].map((word) => `${ends.filter((each) => each === word).length} ${word}`);
  const glyph = ends.every((word) => word === 'failed') ? glyphs.failed : glyphs.review;
  return { title: `${glyph} ${finished.length} tasks finished`, body: capital(counts.join(', ')), command: 'inbox' };
}

function endOf(task: Seen): { readonly glyph: string; readonly word: string } {
  if (task.state === 'failed') return { glyph: glyphs.failed, word: 'failed' };
  if (task.state === 'review' && task.contest?.picked === null)
    return { glyph: glyphs.review, word: 'ready to compare' };
  if (task.state === 'review') return { glyph: glyphs.review, word: 'ready for review' };
  return { glyph: glyphs.done, word: 'answered' };
}

function nameOf(path: string): string {
  return line(
    path
      .replace(/[/\\]+$/, '')
      .split(/[/\\]/)
      .pop() || path,
    60,
  );
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
