import { app, Notification, nativeTheme } from 'electron';
import type { Client } from '../core/client';
import type { Change } from '../core/contract/change';
import type { Request } from '../core/contract/request';
import type { Task } from '../core/contract/task';
import type { Windows } from './windows';

/** What waits for the person, by task. */
type Waiting = Map<number, readonly Request[]>;

/**
 * Shows on the app's icon how much waits for the person, and says so once when something new does while they look
 * elsewhere. Ends with the signal, or when the runtime does.
 */
export async function watchAttention(options: {
  readonly client: Client;
  readonly windows: Windows;
  readonly signal: AbortSignal;
}): Promise<void> {
  const waiting: Waiting = new Map();
  const shown = new Set<Notification>();
  for await (const change of await options.client.changes.follow(undefined, { signal: options.signal })) {
    const fresh = note(waiting, change);
    app.setBadgeCount([...waiting.values()].flat().length);
    if (change.type === 'snapshot' || change.type === 'settings.changed')
      nativeTheme.themeSource = change.settings.theme;
    if (options.windows.focused() || !Notification.isSupported()) continue;
    for (const request of fresh) notify(request, options.windows, shown);
  }
}

/** Takes a change in and gives back the requests that are new by it. */
export function note(waiting: Waiting, change: Change): readonly Request[] {
  if (change.type === 'snapshot') {
    waiting.clear();
    for (const task of change.tasks) take(waiting, task);
    return [];
  }
  return change.type === 'task.changed' ? take(waiting, change.task) : [];
}

function take(waiting: Waiting, task: Task): readonly Request[] {
  const before = new Set((waiting.get(task.id) ?? []).map((request) => request.id));
  if (task.requests.length === 0) waiting.delete(task.id);
  else waiting.set(task.id, task.requests);
  return task.requests.filter((request) => !before.has(request.id));
}

function notify(request: Request, windows: Windows, shown: Set<Notification>): void {
  const notification = new Notification({ title: request.taskTitle.slice(0, 100), body: request.title.slice(0, 200) });
  // Kept until it is gone: one that is collected no longer hears its click.
  shown.add(notification);
  notification.once('close', () => shown.delete(notification));
  notification.once('click', () => {
    shown.delete(notification);
    windows.command(`show-task:${request.task}`);
  });
  notification.show();
}
