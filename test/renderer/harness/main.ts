import { RPCHandler } from '@orpc/server/message-port';
import { type Bridge, portClosed, portMessage, type WindowCommand } from '../../../core/contract/bridge';
import { type Agents, type Amount, createFakeCore } from './core';

const query = new URLSearchParams(window.location.search);
// A page opened anew knows nothing of the one before; one that is reloaded does.
const opened = query.get('opened');
if (opened !== null && window.sessionStorage.getItem('opened') !== opened) {
  window.localStorage.clear();
  window.sessionStorage.setItem('opened', opened);
}
const core = createFakeCore(
  (query.get('amount') ?? 'little') as Amount,
  (query.get('agents') ?? 'some') as Agents,
  query.get('stuck'),
);
let cut: (() => void) | null = null;
// With `slow` the core takes until `live` is called to be there, as after a crash.
let dead = query.has('slow');
let asked = false;
const hearers = new Set<(command: WindowCommand) => void>();

const bridge: Bridge = {
  platform: query.get('platform') ?? 'linux',
  pathForFile: (file) => `/home/ada/${file.name}`,
  pickFolder: async () => '/home/ada/work/mobile',
  openLink: () => {},
  showFolder: (path) => void core.called.push({ name: 'showFolder', input: path }),
  ready() {
    asked = true;
    if (dead) return;
    const { port1, port2 } = new MessageChannel();
    new RPCHandler(core.router).upgrade(port1);
    port1.start();
    cut = () => {
      port1.postMessage(portClosed);
      port1.close();
    };
    window.postMessage(portMessage, '*', [port2]);
  },
  flush() {},
  onCommand(hear) {
    hearers.add(hear);
    return () => hearers.delete(hear);
  },
};

Object.assign(window, {
  switchyard: bridge,
  /** What tests reach for: the calls made, the core's tasks, and its death. */
  harness: {
    core,
    command: (command: WindowCommand) => hearers.forEach((hear) => void hear(command)),
    die() {
      dead = true;
      cut?.();
    },
    live() {
      dead = false;
      if (asked && cut === null) bridge.ready();
    },
  },
});
void import('../../../renderer/main');
