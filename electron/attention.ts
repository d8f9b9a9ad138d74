import { app, Notification, nativeTheme } from 'electron';
import type { Client } from '../core/client';
import { type Attention, attend, type Effect, type Happening, inattentive, type Notice } from './attend';
import { line } from './notice';
import { openRequests } from './seen';
import { countImage, createTray } from './tray';
import type { Windows } from './windows';

/** A time that is far off is looked at again at least this often: a timer sleeps when the computer does. */
const longestNapMs = 60_000;

/**
 * Tells the person outside of the window what needs them: in notifications, in the tray, on the dock and the task bar. What
 * is told is decided by `attend`; here it is only carried out.
 */
export interface Attentive {
  /** Follows the changes of a runtime until the signal is aborted or the runtime ends; another may be followed then. */
  watch(client: Client, signal: AbortSignal): Promise<void>;
}

/** Makes what tells the person. It shows nothing before it has heard something. */
export function createAttention(windows: Windows): Attentive {
  const tray = createTray(windows.command, () => void windows.show());
  const shown = new Map<number, Notification>();
  let attention: Attention = inattentive;
  let nap: NodeJS.Timeout | undefined;
  let counted = -1;

  function happen(happening: Happening): void {
    const now = Date.now();
    const step = attend(attention, happening, { focused: windows.focused(), now });
    const isSame = step.attention.tasks === attention.tasks;
    attention = step.attention;
    for (const effect of step.effects) carryOut(effect);
    if (!isSame) showCounts();
    clearTimeout(nap);
    if (step.wakeAt === null) return;
    nap = setTimeout(() => happen({ type: 'time' }), Math.min(longestNapMs, Math.max(0, step.wakeAt - now)));
  }

  function carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'show':
        if (Notification.isSupported()) show(effect.notice);
        break;
      case 'close': {
        const notification = shown.get(effect.notice);
        // Forgotten first: its closing is not the person's.
        shown.delete(effect.notice);
        notification?.close();
        break;
      }
      case 'call':
        // One bounce, and never the kind that goes on until the app is looked at.
        app.dock?.bounce('informational');
        // Linux desktops tell of a flashing window themselves, so there it stands in for a notification.
        if (process.platform === 'win32' || !Notification.isSupported()) windows.flash();
    }
  }

  function show(notice: Notice): void {
    const notification = new Notification({
      title: notice.title,
      body: process.platform === 'linux' ? withoutMarkup(notice.body) : notice.body,
      silent: notice.silent,
      urgency: notice.requests.length > 0 ? 'normal' : 'low',
    });
    // Kept until it is gone: one that is collected no longer hears its click.
    shown.set(notice.id, notification);
    notification.once('close', () => {
      if (shown.delete(notice.id)) happen({ type: 'dismissed', notice: notice.id });
    });
    notification.once('click', () => {
      if (shown.delete(notice.id)) happen({ type: 'dismissed', notice: notice.id });
      windows.command(notice.command);
    });
    notification.show();
  }

  function showCounts(): void {
    const count = openRequests(attention.tasks).length;
    tray.show(attention.tasks);
    if (count === counted) return;
    counted = count;
    showCount(count);
    if (count === 0) windows.stopFlashing();
  }

  function showCount(count: number): void {
    app.setBadgeCount(count);
    windows.overlay(count === 0 ? null : countImage(count), count === 0 ? '' : line(`${count} wait for you`, 40));
  }

  windows.onFocus(() => happen({ type: 'time' }));
  windows.onOpen(() => showCount(openRequests(attention.tasks).length));
  return {
    async watch(client, signal) {
      for await (const change of await client.changes.follow(undefined, { signal })) {
        if (change.type === 'snapshot' || change.type === 'settings.changed')
          nativeTheme.themeSource = change.settings.theme;
        happen({ type: 'change', change });
      }
    },
  };
}

/** The notification servers of Linux take the text for a kind of HTML, in which an agent must not write. */
function withoutMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
