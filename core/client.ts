import { connect } from 'node:net';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { WebSocket } from 'ws';
import type { Calls } from './contract/calls';
import { CodedError } from './contract/errors';
import type { OwnerRecord } from './contract/owner';
import { whereItRuns } from './contract/status';
import { readOwner } from './owner-record';
import { joinLines, type Line, messageLimit, socketLine } from './server/line';
import { versionHeader } from './server/socket';

/** Every call of the contract, as a program makes it. Failures come back as ORPCError with the core's code. */
export type Client = ContractRouterClient<Calls>;

/** A connection to the runtime that owns a data folder. */
export interface Connection {
  readonly owner: OwnerRecord;
  readonly client: Client;
  /**
   * Gives the connection to someone else, a window's port: from then on the line speaks with the runtime, and when one
   * ends so does the other. Make no calls on a connection given away.
   */
  giveTo(line: Line): void;
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;
  close(): void;
}

/**
 * Connects to the runtime that owns a data folder; null when none can be reached. Throws OTHER_VERSION when the one
 * there is not of this version.
 */
export async function attach(options: {
  readonly folder: string;
  readonly version: string;
}): Promise<Connection | null> {
  const owner = readOwner(options.folder);
  if (owner === null || owner.socket === null) return null;
  const socket = await open(owner, owner.socket, options.version);
  if (socket === null) return null;
  // One that fails is one that closes; who waits on a call hears it from the call.
  socket.on('error', () => {});
  return {
    owner,
    client: createORPCClient<Client>(new RPCLink({ websocket: linkSocket(socket) as never })),
    giveTo: (line) => joinLines(line, socketLine(socket)),
    closed: new Promise((resolve) => socket.once('close', () => resolve())),
    close: () => socket.close(),
  };
}

/**
 * The socket as the link of the calls sees it. Once it is not open a call fails, but letting go of one that was begun is
 * done already: the link says so from an event listener, where a failure would end the whole program.
 */
function linkSocket(socket: WebSocket) {
  return {
    // What is sent is looked at below; the link itself knows no difference.
    readyState: WebSocket.OPEN,
    addEventListener: socket.addEventListener.bind(socket),
    removeEventListener: socket.removeEventListener.bind(socket),
    send(message: string | Uint8Array): void {
      if (socket.readyState === WebSocket.OPEN) socket.send(message);
      else if (!isLettingGo(message)) throw new Error('The runtime hung up before it was asked.');
    },
  };
}

/** How the link marks the message that ends a call it made before. */
const abortMessage = 4;

function isLettingGo(message: string | Uint8Array): boolean {
  return typeof message === 'string' && (JSON.parse(message) as { readonly t?: number }).t === abortMessage;
}

function open(owner: OwnerRecord, path: string, version: string): Promise<WebSocket | null> {
  return new Promise((resolve, reject) => {
    // Not by an address with the path in it: that is not found where it has blanks or letters that are written otherwise there.
    const socket = new WebSocket('ws://switchyard.invalid/', {
      createConnection: () => connect(path),
      headers: { [versionHeader]: version },
      perMessageDeflate: false,
      maxPayload: messageLimit * 4,
      handshakeTimeout: 5000,
    });
    socket.once('open', () => resolve(socket));
    socket.once('unexpected-response', (_request, response) => {
      const theirs = response.headers[versionHeader];
      socket.terminate();
      if (theirs === undefined || theirs === version) return resolve(null);
      reject(otherVersion(owner, String(theirs), version));
    });
    socket.once('error', () => resolve(null));
  });
}

function otherVersion(owner: OwnerRecord, theirs: string, ours: string): CodedError {
  const what = owner.owner === 'app' ? 'The Switchyard app' : `The Switchyard runtime ${whereItRuns(owner)}`;
  const todo = owner.owner === 'app' ? 'Quit the app' : 'Stop it with `switchyard stop`';
  return new CodedError(
    'OTHER_VERSION',
    `${what} (process ${owner.pid}) is version ${theirs}, this is ${ours}. ${todo}, then try again.`,
    {
      facts: { pid: owner.pid, theirs, ours, owner: owner.owner },
    },
  );
}
