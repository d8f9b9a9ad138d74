import { RPCHandler } from '@orpc/server/message-port';
import type { Bridge, WindowCommand } from '../../../core/contract/bridge';
import { type Amount, createFakeCore } from './core';

const query = new URLSearchParams(window.location.search);
const core = createFakeCore((query.get('amount') ?? 'little') as Amount);
let cut: (() => void) | null = null;
let dead = false;
const hearers = new Set<(command: WindowCommand) => void>();

const bridge: Bridge = {
  platform: query.get('platform') ?? 'linux',
  pathForFile: (file) => `/home/ada/${file.name}`,
  pickFolder: async () => '/home/ada/work/mobile',
  ready() {
    if (dead) return;
    const { port1, port2 } = new MessageChannel();
    new RPCHandler(core.router).upgrade(port1);
    port1.start();
    cut = () => port1.close();
    window.postMessage('switchyard:port', '*', [port2]);
  },
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
    },
  },
});
void import('../../../renderer/main');
