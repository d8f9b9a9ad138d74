import { join } from 'node:path';
import { app, BrowserWindow, dialog, type NativeImage, nativeTheme, screen, type WebContents } from 'electron';
import type { WindowCommand } from '../core/contract/bridge';
import { readBounds, rememberBounds } from './bounds';

/** The app's one window, made anew when it is gone. */
export interface Windows {
  /** Resolves when the first window has painted. */
  readonly painted: Promise<void>;
  /** Shows the window and gives it the focus, making it when there is none. */
  show(): BrowserWindow;
  focused(): boolean;
  /** Calls back whenever the person turns to the window. */
  onFocus(hear: () => void): void;
  /** Calls back whenever a window has come on the screen: it has nothing of what the one before it was given. */
  onOpen(hear: () => void): void;
  /** Makes the window's button in the task bar flash until the person turns to it. */
  flash(): void;
  stopFlashing(): void;
  /** Lays a picture over the window's button in the task bar, with words for who cannot see it. Windows alone has that. */
  overlay(image: NativeImage | null, words: string): void;
  /** Whether this is one of our windows' own pages. */
  owns(contents: WebContents): boolean;
  /** Sends a word from the menu or a notification to the window, showing it first. A page that still loads hears it then. */
  command(command: WindowCommand): void;
  /** The page says that it listens. */
  ready(page: WebContents): void;
  /** The page of the window there is. */
  page(): WebContents | null;
}

type Place = 'in front' | 'behind' | 'minimized';

/** A page that crashes more often than this within a minute is not made again unasked. */
const crashesAMinute = 3;

/** Makes the keeper of the app's window. It opens none by itself. */
export function createWindows(options: { readonly folder: string; readonly page: string }): Windows {
  let window: BrowserWindow | null = null;
  /** Where the window will be once it has something to show; null when it has. */
  let opening: Place | null = null;
  let listening = false;
  let unheard: WindowCommand[] = [];
  const hearers: (() => void)[] = [];
  const openHearers: (() => void)[] = [];
  let crashes: number[] = [];
  let markPainted = () => {};
  const painted = new Promise<void>((resolve) => {
    markPainted = resolve;
  });

  function open(place: Place): BrowserWindow {
    const made = makeWindow(options.folder);
    window = made;
    listening = false;
    opening = place;
    rememberBounds(made, options.folder);
    made.once('ready-to-show', () => {
      if (opening === 'in front') made.show();
      else if (opening === 'behind') made.showInactive();
      else made.minimize();
      opening = null;
      for (const hear of openHearers) hear();
      markPainted();
    });
    made.on('focus', () => {
      made.flashFrame(false);
      for (const hear of hearers) hear();
    });
    made.webContents.on('did-start-loading', () => {
      if (window === made) listening = false;
    });
    made.on('closed', () => {
      if (window === made) window = null;
    });
    made.webContents.on('render-process-gone', (_event, details) => {
      if (details.reason !== 'clean-exit') void replace(made, details.reason);
    });
    // A page that cannot be loaded must not keep the runtime from starting.
    made.loadURL(options.page).catch(() => markPainted());
    return made;
  }

  /** A crashed page is replaced by a new window; reloading would leave the old one's debugger and ports half dead. */
  async function replace(dead: BrowserWindow, reason: string): Promise<void> {
    const now = Date.now();
    crashes = [...crashes.filter((at) => now - at < 60_000), now];
    if (crashes.length > crashesAMinute) {
      const { response } = await dialog.showMessageBox({
        type: 'error',
        message: 'The window keeps failing',
        detail: `Its page ended ${crashes.length} times within a minute (${reason}). Your tasks are safe and go on in the background of this app until you quit.`,
        buttons: ['Open the window again', 'Quit'],
      });
      if (response === 1) return app.quit();
      crashes = [];
    }
    // It failed by itself: the new one is where the old one was, and takes the focus from nobody.
    const place = dead.isDestroyed() || dead.isFocused() ? 'in front' : dead.isMinimized() ? 'minimized' : 'behind';
    if (window === dead) open(place);
    if (!dead.isDestroyed()) dead.destroy();
  }

  const show = () => {
    const shown = window ?? open('in front');
    if (opening !== null) opening = 'in front';
    else if (shown.isMinimized()) shown.restore();
    else shown.show();
    return shown;
  };
  return {
    painted,
    show,
    focused: () => window?.isFocused() ?? false,
    onFocus: (hear) => void hearers.push(hear),
    onOpen: (hear) => void openHearers.push(hear),
    flash: () => window?.flashFrame(true),
    stopFlashing: () => window?.flashFrame(false),
    overlay(image, words) {
      if (process.platform === 'win32') window?.setOverlayIcon(image, words);
    },
    owns: (contents) => window?.webContents === contents,
    command(command) {
      const { webContents } = show();
      if (listening) webContents.send('switchyard:command', command);
      else unheard.push(command);
    },
    ready(page) {
      if (window?.webContents !== page) return;
      listening = true;
      for (const command of unheard) page.send('switchyard:command', command);
      unheard = [];
    },
    page: () => window?.webContents ?? null,
  };
}

function makeWindow(folder: string): BrowserWindow {
  const last = readBounds(
    folder,
    screen.getAllDisplays().map((display) => display.workArea),
  );
  const { maximized = false, ...bounds } = last ?? { width: 1280, height: 800 };
  const made = new BrowserWindow({
    ...bounds,
    minWidth: 480,
    minHeight: 360,
    show: false,
    title: 'Switchyard',
    // The page's own tone, so that nothing flashes before its first paint.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#0f1216' : '#f8f9fa',
    // A menu bar keeps the system's own colours, white over a dark window; Alt shows it, and its keys work without.
    autoHideMenuBar: true,
    ...(process.platform === 'darwin' ? { titleBarStyle: 'hiddenInset' as const } : {}),
    ...(process.platform === 'linux' ? { icon: join(app.getAppPath(), 'resources', 'icon.png') } : {}),
    webPreferences: {
      preload: join(app.getAppPath(), 'out', 'preload', 'index.js'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  if (maximized) made.maximize();
  return made;
}
