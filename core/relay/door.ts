import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Caller } from '../contract/caller';
import type { ErrorCode } from '../contract/errors';
import { whoMayConnect } from '../contract/key';
import { eventsSubject, isOwnSession, isRelayName } from '../contract/relay';
import { type AgentLine, serveAgent } from './agent-line';
import { type Bounds, bounds as ownBounds } from './bounds';
import type { Address, Relay, RelayDoor } from './bus';
import { type Connection, createTurn, type Hear, openConnection } from './connection';
import { serveFollower } from './follower-line';

/** Somebody who asks for a WebSocket, whose token, Host and Origin were looked at already. */
export interface Arrival {
  readonly request: IncomingMessage;
  readonly stream: Duplex;
  readonly head: Buffer;
  /** `/agent` or `/relay`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly caller: Caller;
  /** Whether they may do something: `relay.connect:<role>`, `relay.follow` or `relay.send`. */
  readonly may: (verb: string) => boolean;
  /** Aborted when they are let in no more. */
  readonly ended: AbortSignal;
}

/** The relay's door for WebSockets. */
export interface SocketDoor extends RelayDoor {
  /** Makes a WebSocket of a request, or refuses it with the reason. */
  upgrade(arrival: Arrival): void;
  /** Says goodbye to everybody, and resolves when they are gone. */
  close(): Promise<void>;
}

/** Why a connection is ended, by its code. An agent that hears one of the first two stays away. */
const goodbyes = {
  tookOver: { code: 4001, reason: 'Another connection took over.' },
  stopped: { code: 4002, reason: 'Stopped. Do not come back.' },
  revoked: { code: 1008, reason: 'You are let in no more.' },
  stopping: { code: 1001, reason: 'Switchyard stops.' },
} as const;

/** Who sits at this machine, and may take all there is. */
const person = 'person';

interface Connected {
  readonly by: string;
  readonly connection: Connection;
  readonly gone: Promise<void>;
}

interface ConnectedAgent extends Connected {
  readonly agent: Address;
  readonly since: number;
  readonly line: AgentLine;
}

/** Why somebody is not let in. */
interface Refusal {
  readonly status: 400 | 403 | 404 | 409 | 503;
  readonly code: ErrorCode;
  readonly reason: string;
}

/**
 * Opens the relay to agents, one connection for each session and role, and to followers. A newer connection of the same key takes
 * the place of an older one: after the network was lost, that one is there in name only.
 */
export function openDoor(options: {
  readonly relay: Relay;
  readonly log: (line: string) => void;
  readonly bounds?: Partial<Bounds>;
  /** The clock, in epoch milliseconds. */
  readonly now?: () => number;
}): SocketDoor {
  const { relay, log } = options;
  const bounds: Bounds = { ...ownBounds, ...options.bounds };
  const now = options.now ?? Date.now;
  const turn = createTurn();
  const everybody = new Set<Connected>();
  const agents = new Map<string, ConnectedAgent>();
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: bounds.frame,
    maxFragments: 1024,
    maxBufferedChunks: 64 * 1024,
    perMessageDeflate: false,
    // What a client offers beside it is its token, which is not said back.
    handleProtocols: (offered) => (offered.has('switchyard') ? 'switchyard' : false),
  });
  let closing = false;
  const heart = setInterval(() => {
    for (const { connection } of everybody) connection.beat();
  }, bounds.beatMs);
  heart.unref();

  /** The connection whose place an agent would take. */
  function olderOf(asked: Asked | null): ConnectedAgent | undefined {
    return asked === null ? undefined : agents.get(nameOf(asked));
  }

  function connectionsOf(by: string): number {
    return [...everybody].filter((one) => one.by === by).length;
  }

  function refusalOf({ path, query, may, caller }: Arrival): Refusal | null {
    if (closing) return { status: 503, code: 'CANCELLED', reason: 'Switchyard stops. Try again when it has started.' };
    if (everybody.size >= bounds.connections) {
      const reason = `${bounds.connections} are connected to the relay, which is as many as may be. Try again later.`;
      return { status: 503, code: 'LIMIT', reason };
    }
    const older = path === '/agent' ? olderOf(askedOf(query)) : undefined;
    if (caller.by !== person && older?.by !== caller.by && connectionsOf(caller.by) >= bounds.connectionsOfKey) {
      const reason = `${bounds.connectionsOfKey} of this key are connected to the relay, which is as many as may be. End some of them, or use another key.`;
      return { status: 503, code: 'LIMIT', reason };
    }
    if (path === '/relay') return null;
    if (path !== '/agent') return { status: 404, code: 'NOT_FOUND', reason: 'The relay is at /agent and /relay.' };
    const asked = askedOf(query);
    if (asked === null) {
      const reason =
        'Ask for /agent?session_id=NAME&role=NAME, names of 1 to 64 letters, digits, dashes and underscores, and, where it is said, after=N, the number of a message.';
      return { status: 400, code: 'BAD_INPUT', reason };
    }
    const { session, role } = asked;
    if (isOwnSession(session)) {
      const reason = `Session ${session} is one of Switchyard's own, whose agent it runs itself. Choose a name that is not a number.`;
      return { status: 403, code: 'NOT_ALLOWED', reason };
    }
    if (!may(`relay.connect:${role}`)) {
      const others = whoMayConnect(role);
      return { status: 403, code: 'NOT_ALLOWED', reason: `Your key may not connect as ${role}. ${others}` };
    }
    if (older === undefined || older.by === caller.by) return null;
    const reason = `Another key's agent is connected as ${role} of session ${session}. Stop that one first: agent stop --session ${session} --role ${role}`;
    return { status: 409, code: 'CONFLICT', reason };
  }

  function letIn(socket: WebSocket, arrival: Arrival): void {
    const { stream, caller, ended, path, query } = arrival;
    let onEnd = () => {};
    let hear: Hear = (_text, done) => done();
    const gone = new Promise<void>((resolve) => {
      onEnd = resolve;
    });
    const connection = openConnection({
      ...{ socket, stream, turn, bounds },
      hear: (text, done) => hear(text, done),
      onEnd: () => onEnd(),
    });
    const revoke = () => connection.close(goodbyes.revoked.code, goodbyes.revoked.reason);
    ended.addEventListener('abort', revoke, { once: true });
    const connected: Connected = { by: caller.by, connection, gone };
    everybody.add(connected);
    const asked = path === '/agent' ? askedOf(query) : null;
    const line = asked === null ? follow(connected, arrival) : connect(connected, asked);
    hear = line.hear;
    void gone.then(() => {
      ended.removeEventListener('abort', revoke);
      everybody.delete(connected);
      line.leave();
    });
    if (ended.aborted) revoke();
  }

  function follow({ connection }: Connected, { caller, may }: Arrival) {
    return serveFollower({ ...{ relay, connection, may, log }, by: caller.by, patterns: bounds.patterns });
  }

  function connect(connected: Connected, asked: Asked): AgentLine {
    const { by, connection, gone } = connected;
    const agent: Address = { session: asked.session, role: asked.role };
    const name = nameOf(agent);
    const older = agents.get(name);
    older?.connection.close(goodbyes.tookOver.code, goodbyes.tookOver.reason);
    const line = serveAgent({ bus: relay.bus, agent, connection, after: asked.after, log });
    const entry: ConnectedAgent = { ...connected, agent, since: now(), line };
    agents.set(name, entry);
    if (older === undefined) tell(agent, 'agent.connected', by);
    void gone.then(() => {
      if (agents.get(name) !== entry) return;
      agents.delete(name);
      tell(agent, 'agent.disconnected', by);
    });
    return line;
  }

  /** Whoever follows the session hears who comes and goes. */
  function tell({ session, role }: Address, type: string, by: string): void {
    const message = { id: `${type}:${role}`, type, payload: { role, by } };
    relay.bus.publish(eventsSubject(session), message).catch((error: unknown) => {
      if (!closing) log(`That ${role} of session ${session} came or left could not be published: ${error}`);
    });
  }

  const door: RelayDoor = {
    agents: () =>
      [...agents.values()].map(({ agent, since, by, line }) => ({
        ...agent,
        ...{ since, by, sent: line.sent(), received: line.received() },
      })),
    connections: () => everybody.size,
    disconnect(agent) {
      const there = agents.get(nameOf(agent));
      there?.connection.close(goodbyes.stopped.code, goodbyes.stopped.reason);
      return there !== undefined;
    },
  };
  const shut = relay.open(door);

  return {
    ...door,
    upgrade(arrival) {
      const { request, stream, head } = arrival;
      const refusal = refusalOf(arrival);
      if (refusal !== null) return refuse(stream, refusal);
      sockets.handleUpgrade(request, stream, head, (socket) => letIn(socket, arrival));
    },
    async close() {
      closing = true;
      clearInterval(heart);
      const { code, reason } = goodbyes.stopping;
      for (const { connection } of everybody) connection.close(code, reason);
      await Promise.all([...everybody].map(({ gone }) => gone));
      shut();
    },
  };
}

interface Asked extends Address {
  readonly after: number;
}

/** The agent an address asks to be; null when it does not say that. */
function askedOf(query: URLSearchParams): Asked | null {
  const session = query.get('session_id') ?? '';
  const role = query.get('role') ?? '';
  const after = query.get('after') ?? '0';
  if (!isRelayName(session) || !isRelayName(role) || !/^\d{1,15}$/.test(after)) return null;
  return { session, role, after: Number(after) };
}

function nameOf({ session, role }: Address): string {
  return `${session}.${role}`;
}

function refuse(stream: Duplex, { status, code, reason }: Refusal): void {
  const body = JSON.stringify({ error: { code, message: reason } });
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'connection: close',
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  stream.on('error', () => stream.destroy());
  stream.end(`${lines.join('\r\n')}\r\n\r\n${body}`, () => stream.destroy());
}
