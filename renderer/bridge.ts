import type { Bridge } from '../core/contract/bridge';

declare global {
  interface Window {
    /** What the preload gives the page; missing only in a plain browser. */
    readonly switchyard?: Bridge;
  }
}

/** What the preload gave this page, or null in a plain browser. */
export function bridgeOf(page: Window): Bridge | null {
  return page.switchyard ?? null;
}
