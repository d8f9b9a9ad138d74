import type { WindowCommand } from '../core/contract/bridge';
import { mostUrgentFirst } from '../core/contract/urgency';
import type { TrayGlyph } from './glyph';
import { glyphs, line, type Seen, wantsOf } from './notice';
import { openRequests, type Tasks } from './seen';

/** What the tray shows without being opened. */
export interface TrayLook {
  readonly glyph: TrayGlyph;
  /** How many requests wait. */
  readonly count: number;
  readonly words: string;
}

/** One line of the tray's menu; without a command it only says something. */
export interface TrayEntry {
  readonly label: string;
  readonly command: WindowCommand | null;
}

const mostRequests = 10;
const mostReviews = 5;

/** The one glyph that says most: that somebody waits, else that there is something to review, else that anything runs. */
export function trayLook(tasks: Tasks): TrayLook {
  const count = openRequests(tasks).length;
  const inReview = inState(tasks, 'review').length;
  const running = inState(tasks, 'running').length;
  const words = [
    count === 0 ? 'Nothing waits for you' : counted(count, 'request waits', 'requests wait'),
    ...(inReview === 0 ? [] : [`${inReview} to review`]),
    ...(running === 0 ? [] : [`${running} running`]),
  ].join(', ');
  const glyph = count > 0 ? 'waiting' : inReview > 0 ? 'review' : running > 0 ? 'running' : 'idle';
  return { glyph, count, words };
}

/** What waits, each line leading there, in the order of the inbox; then what is to be reviewed. */
export function trayEntries(tasks: Tasks, now: number): readonly TrayEntry[] {
  const requests = mostUrgentFirst(openRequests(tasks), now);
  const reviews = inState(tasks, 'review').sort((a, b) => a.stateSince - b.stateSince || a.id - b.id);
  return [
    ...(requests.length === 0 ? [{ label: 'Nothing waits for you', command: null }] : []),
    ...requests.slice(0, mostRequests).map((request) => ({
      label: line(`${glyphs.waiting} ${request.taskTitle}: ${request.agent} ${wantsOf(request)}`, 90),
      command: `show-task:${request.task}` as const,
    })),
    ...more(requests.length - mostRequests, 'more in the inbox'),
    ...reviews.slice(0, mostReviews).map(({ id, title }) => ({
      label: line(`${glyphs.review} ${title}: ready for review`, 90),
      command: `show-task:${id}` as const,
    })),
    ...more(reviews.length - mostReviews, 'more to review'),
  ];
}

function more(left: number, words: string): readonly TrayEntry[] {
  return left > 0 ? [{ label: `${left} ${words}`, command: 'inbox' }] : [];
}

function inState(tasks: Tasks, state: Seen['state']): Seen[] {
  return [...tasks.values()].filter((task) => task.state === state);
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many} for you`;
}
