import { app, Notification, nativeTheme } from 'electron';
import type { Client } from '../core/client';
import type { Request } from '../core/contract/request';
import { note, type Waiting } from './waiting';
import type { Windows } from './windows';

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
