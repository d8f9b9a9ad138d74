import { mayOnRelay } from './contract/key';
import type { Relay } from './relay/bus';
import type { SocketDoor } from './relay/door';
import { unknownToken } from './server/app';
import type { Handshake, Upgrade } from './server/call-upgrade';
import { refuseUpgrade } from './server/replies';

/** The relay's WebSockets in a runtime's server: `/agent` for agents, `/relay` for whoever follows and sends. */
export interface RelayUpgrades {
  readonly upgrades: ReadonlyMap<string, Upgrade>;
  /** Says goodbye to everybody. */
  close(): Promise<void>;
}

/** Whoever is let in no more is hung up on after this long, whether or not they answer the goodbye. */
const goodbyeMs = 500;

/** Opens the relay's door when somebody first comes to it. */
export function relayUpgrades(from: {
  readonly relay: () => Promise<Relay>;
  readonly log: (line: string) => void;
}): RelayUpgrades {
  let opening: Promise<SocketDoor> | undefined;
  const open = () => {
    opening ??= (async () => {
      const [{ openDoor }, relay] = await Promise.all([import('./relay/door'), from.relay()]);
      return openDoor({ relay, log: from.log });
    })().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  const upgradeTo =
    (path: string): Upgrade =>
    (handshake) => {
      const { stream } = handshake;
      const broke = () => stream.destroy();
      stream.on('error', broke);
      const ended = heldUntilEnded(handshake);
      open().then(
        (door) => {
          stream.off('error', broke);
          if (stream.destroyed) return;
          if (ended.aborted) refuseUpgrade(stream, unknownToken);
          else letIn(door, path, handshake, ended);
        },
        (error: unknown) => {
          from.log(`The relay could not be opened: ${error instanceof Error ? error.message : String(error)}`);
          refuseUpgrade(stream, { status: 503, reason: 'The relay could not be opened. The log says why.' });
        },
      );
    };
  return {
    upgrades: new Map(['/agent', '/relay'].map((path) => [path, upgradeTo(path)])),
    close: async () => (await opening?.catch(() => undefined))?.close(),
  };
}

/** Aborted when whoever asked is let in no more, from now on: that may be while the relay is still being opened. */
function heldUntilEnded({ stream, hold }: Handshake): AbortSignal {
  const ended = new AbortController();
  const release = hold(() => {
    ended.abort();
    setTimeout(() => stream.destroy(), goodbyeMs).unref();
  });
  stream.once('close', release);
  return ended.signal;
}

function letIn(
  door: SocketDoor,
  path: string,
  { request, stream, head, query, who }: Handshake,
  ended: AbortSignal,
): void {
  const { caller } = who;
  door.upgrade({
    ...{ request, stream, head, path, query, caller, ended },
    may: (verb) => mayOnRelay(caller, verb),
  });
}
