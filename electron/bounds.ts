import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserWindow, Rectangle } from 'electron';

/** Where a window was, and whether it filled the screen. */
export interface Bounds extends Rectangle {
  readonly maximized: boolean;
}

/** The bounds the window had last, when they still touch a display; null for the first time. */
export function readBounds(folder: string, displays: readonly Rectangle[]): Bounds | null {
  try {
    const read = JSON.parse(readFileSync(join(folder, 'bounds.json'), 'utf8')) as Record<string, unknown>;
    const { x, y, width, height } = read;
    if (![x, y, width, height].every((value) => Number.isInteger(value) && Math.abs(value as number) < 100_000))
      return null;
    const bounds = { x, y, width, height, maximized: read.maximized === true } as Bounds;
    return displays.some((display) => touches(bounds, display)) ? bounds : null;
  } catch {
    return null;
  }
}

/** Writes a window's bounds down whenever it has been moved, and when it closes. */
export function rememberBounds(window: BrowserWindow, folder: string): void {
  let timer: NodeJS.Timeout | undefined;
  const write = () => {
    clearTimeout(timer);
    if (window.isDestroyed() || window.isMinimized()) return;
    const bounds: Bounds = { ...window.getNormalBounds(), maximized: window.isMaximized() };
    const file = join(folder, 'bounds.json');
    try {
      writeFileSync(`${file}.new`, JSON.stringify(bounds), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch {
      // A place that is not remembered is no reason to disturb anybody.
    }
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(write, 500);
  };
  window.on('resize', soon);
  window.on('move', soon);
  window.on('close', write);
  window.on('closed', () => clearTimeout(timer));
}

/** At least a corner of 100 by 50 must be reachable, or the window could not be moved back. */
function touches(bounds: Rectangle, display: Rectangle): boolean {
  const width = Math.min(bounds.x + bounds.width, display.x + display.width) - Math.max(bounds.x, display.x);
  const height = Math.min(bounds.y + bounds.height, display.y + display.height) - Math.max(bounds.y, display.y);
  return width >= 100 && height >= 50;
}
