import type { MessagePortMain } from 'electron';
import { portClosed } from '../core/contract/bridge';
import type { OpenRuntime } from '../core/open';

/** What a runtime speaks on. */
type Line = Parameters<OpenRuntime['serve']>[0];

/** The longest message a window may send. Patches and prompts fit many times over. */
const messageLimit = 8 * 1024 * 1024;

/** A window's port as a line. Whatever is not text of a sensible length ends it: no page of ours says such a thing. */
export function portLine(port: MessagePortMain): Line {
  let open = true;
  port.once('close', () => {
    open = false;
  });
  const close = () => {
    if (!open) return;
    port.postMessage(portClosed);
    port.close();
  };
  return {
    async send(message) {
      if (open) port.postMessage(message);
    },
    onMessage(hear) {
      port.on('message', (event) => {
        if (typeof event.data === 'string' && event.data.length <= messageLimit) hear(event.data);
        else close();
      });
      port.start();
    },
    onClose: (hear) => void port.once('close', () => hear()),
    close,
  };
}
