import type { Bridge } from '../core/contract/bridge';
import { portLines } from './ports';
import { start } from './start';

/** Starts the window of the desktop app. */
export function startInApp(bridge: Bridge, root: HTMLElement): void {
  start({ ...bridge, mac: bridge.platform === 'darwin', folders: bridge, signOut: null }, portLines(bridge), root);
}
