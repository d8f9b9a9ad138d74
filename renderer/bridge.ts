import type { Bridge } from '../core/contract/bridge';

declare global {
  interface Window {
    /** What the preload gives the page; missing only in a plain browser. */
    readonly switchyard?: Bridge;
  }
}

/** What the page has around it: the app's window, or a plain browser. */
export interface PageBridge extends Pick<Bridge, 'platform' | 'openLink' | 'flush' | 'onCommand'> {
  /** Keys are written as on a Mac. */
  readonly mac: boolean;
  /** What the app's window can do with folders of this machine; null in a browser. */
  readonly folders: Pick<Bridge, 'pathForFile' | 'pickFolder' | 'showFolder'> | null;
  /** Ends the sign-in and leaves the page; null in the app's window, which needs none. */
  readonly signOut: (() => void) | null;
}

/** What the preload gave this page, or null in a plain browser. */
export function bridgeOf(page: Window): Bridge | null {
  return page.switchyard ?? null;
}
