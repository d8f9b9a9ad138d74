import type { Bridge } from '../core/contract/bridge';

declare global {
  interface Window {
    /** What the preload gives the page; missing only in a plain browser. */
    readonly switchyard?: Bridge;
  }
}
