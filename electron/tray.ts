import { app, Menu, type MenuItemConstructorOptions, type NativeImage, nativeImage, nativeTheme, Tray } from 'electron';
import type { WindowCommand } from '../core/contract/bridge';
import { drawGlyph, type Ink, type TrayGlyph } from './glyph';
import type { Tasks } from './seen';
import { type TrayEntry, type TrayLook, trayEntries, trayLook } from './tray-menu';

/** The app's place in the system's tray or menu bar. */
export interface TrayPlace {
  /** Shows how things stand now; nothing happens where nothing has changed. */
  show(tasks: Tasks): void;
}

/** Makes the tray's icon when there is first something to show. Where the system has no tray nothing is seen of it. */
export function createTray(send: (command: WindowCommand) => void, open: () => void): TrayPlace {
  let tray: Tray | null = null;
  let drawn = '';
  let listed = '';
  let newest: Tasks = new Map();

  function show(tasks: Tasks): void {
    newest = tasks;
    const look = trayLook(tasks);
    const ink = inkOf(look.glyph);
    const picture = JSON.stringify([look, ink]);
    if (picture !== drawn) {
      drawn = picture;
      const image = imageOf(look, ink);
      if (tray === null) tray = place(image, open);
      else tray.setImage(image);
      tray.setToolTip(`Switchyard: ${look.words}`);
      if (process.platform === 'darwin') tray.setTitle(look.count === 0 ? '' : ` ${look.count}`);
    }
    // A menu that is open closes when it is replaced, so only another one replaces it.
    const entries = trayEntries(tasks, Date.now());
    const list = JSON.stringify(entries);
    if (list === listed) return;
    listed = list;
    tray?.setContextMenu(Menu.buildFromTemplate(template(entries, send, open)));
  }

  nativeTheme.on('updated', () => {
    if (tray !== null) show(newest);
  });
  return { show };
}

/** A picture of how many wait, to be laid over the app's button in the task bar. */
export function countImage(count: number): NativeImage {
  return imageOf({ glyph: 'waiting', count, words: '' }, amber);
}

const amber: Ink = [0xef, 0xb3, 0x49];
const amberOnLight: Ink = [0x8f, 0x54, 0x00];
const onDark: Ink = [0xe6, 0xe8, 0xea];
const onLight: Ink = [0x3c, 0x40, 0x46];
/** Seen on black and on white: Linux does not say which its panel is. */
const onEither: Ink = [0x86, 0x8b, 0x94];

function inkOf(glyph: TrayGlyph): Ink {
  // macOS takes the shape alone and colours it as its menu bar is.
  if (process.platform === 'darwin') return [0, 0, 0];
  if (process.platform === 'linux') return glyph === 'waiting' ? amber : onEither;
  const isDark = nativeTheme.shouldUseDarkColorsForSystemIntegratedUI ?? nativeTheme.shouldUseDarkColors;
  if (glyph === 'waiting') return isDark ? amber : amberOnLight;
  return isDark ? onDark : onLight;
}

function imageOf({ glyph, count }: TrayLook, ink: Ink): NativeImage {
  const size = process.platform === 'linux' ? 22 : 16;
  // The menu bar of macOS writes the count beside the icon.
  const inside = process.platform === 'darwin' ? 0 : count;
  const image = nativeImage.createEmpty();
  for (const scaleFactor of [1, 2]) {
    const buffer = drawGlyph({ glyph, count: inside, size: size * scaleFactor, ink });
    image.addRepresentation({ scaleFactor, buffer });
  }
  image.setTemplateImage(process.platform === 'darwin');
  return image;
}

function place(image: NativeImage, open: () => void): Tray {
  const tray = new Tray(image);
  // On macOS a click opens the menu.
  if (process.platform !== 'darwin') tray.on('click', open);
  return tray;
}

function template(
  entries: readonly TrayEntry[],
  send: (command: WindowCommand) => void,
  open: () => void,
): MenuItemConstructorOptions[] {
  return [
    ...entries.map(({ label, command }) => ({
      // A single & would underline the next letter instead of being seen.
      label: label.replaceAll('&', '&&'),
      enabled: command !== null,
      click: () => {
        if (command !== null) send(command);
      },
    })),
    { type: 'separator' },
    { label: 'Open Switchyard', click: open },
    { label: 'New task…', click: () => send('new-task') },
    { type: 'separator' },
    { label: 'Quit Switchyard', click: () => app.quit() },
  ];
}
