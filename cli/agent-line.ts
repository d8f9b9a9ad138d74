import { WebSocket } from 'ws';
import { CodedError, type ErrorCode } from '../core/contract/errors';
import { mostMessageBytes, type RelayMessage } from '../core/contract/relay';

/** Where a relay is, and what lets one in. */
export interface RelayPlace {
  /** `http://127.0.0.1:8080`, say. */
  readonly url: string;
  readonly token: string;
}

/** A work message as an agent gets it. */
export type Work = RelayMessage & { readonly seq: number };

/** How an agent's time on the relay ended. */
export type LineEnd = 'left' | 'stopped';

/** An agent on the relay, which comes back by itself when the network or the runtime was gone. */
export interface AgentLine {
  /**
   * Sends a message as soon as it is connected; resolves when it has left, with the number of the connection it left by. Once the
   * agent has ended nothing is sent: then with null.
   */
  send(message: RelayMessage): Promise<number | null>;
  /** Resolves when it was stopped, or left. Rejects when it is not let in. */
  readonly ended: Promise<LineEnd>;
  leave(): void;
}

/** A relay hangs up so on an agent that is to stay away. */
const tookOver = 4001;
const stopped = 4002;
const letInNoMore = 1008;

const firstWaitMs = 100;
/** A relay of this machine costs nothing to look for, and one elsewhere is shared with others. */
const longestWaitMs = { here: 1_000, elsewhere: 30_000 };
/** A runtime that was just started is at its port a moment before it says by which token. */
const tokenWaitMs = 250;
/** A relay asks every twenty seconds whether the agent lives: three of that and some. */
const usualSilenceMs = 70_000;
/** One that was connected for so long begins anew with the shortest wait. */
const steadyMs = 10_000;

const nowhere: Attempt = { kind: 'unreachable', why: 'no runtime runs here, or its server is closed' };

type Attempt =
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string; readonly lastedMs: number }
  | { readonly kind: 'refused'; readonly status: number; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'unreachable'; readonly why: string };

/**
 * Connects an agent to a relay and keeps it connected: where that breaks it comes back, after longer and longer waits. What it did
 * not answer it is given again then, by the same id.
 */
export function connectAgent(options: {
  /** Asked before each attempt: a runtime that was started again is somewhere else, and null while there is none. */
  readonly place: () => Promise<RelayPlace | null>;
  /** Whether that is on this machine, where it is looked for every second at least. */
  readonly where: 'here' | 'elsewhere';
  readonly session: string;
  readonly role: string;
  /** Told work, and the number of the connection it came by: its first one is 1. */
  readonly hear: (work: Work, by: number) => void;
  /** Told what happens, for a person. */
  readonly say: (line: string) => void;
  readonly wait: (ms: number) => Promise<void>;
  /** After so long without a word, and without being asked whether it lives, a connection is taken for broken. */
  readonly silentMs?: number;
}): AgentLine {
  const { session, role, hear, say, wait, silentMs = usualSilenceMs } = options;
  let socket: WebSocket | null = null;
  let connections = 0;
  let over = false;
  let waiting: (() => void)[] = [];
  const wake = () => {
    const woken = waiting;
    waiting = [];
    for (const each of woken) each();
  };

  function attempt({ url, token }: RelayPlace): Promise<Attempt> {
    return new Promise((resolve) => {
      const address = new URL(url);
      address.protocol = address.protocol.replace('http', 'ws');
      address.pathname = '/agent';
      address.search = new URLSearchParams({ session_id: session, role }).toString();
      const tried = new WebSocket(address, {
        headers: { authorization: `Bearer ${token}` },
        perMessageDeflate: false,
        maxPayload: 2 * mostMessageBytes,
        handshakeTimeout: 10_000,
      });
      let openedAt = 0;
      let why = 'it hung up';
      let isSilent = false;
      let silence: NodeJS.Timeout | undefined;
      const lives = () => silence?.refresh();
      tried.once('open', () => {
        openedAt = performance.now();
        socket = tried;
        connections += 1;
        if (over) return tried.close();
        // Where the network is gone nobody says so, and who only listens would listen for good.
        silence = setTimeout(() => {
          isSilent = true;
          tried.terminate();
        }, silentMs);
        say(`Connected as ${role} of session ${session}.`);
        wake();
      });
      tried.on('ping', lives);
      tried.on('message', (data) => {
        lives();
        const work = workOf(data.toString());
        if (work !== null) hear(work, connections);
        else say(`The relay says: ${data.toString()}`);
      });
      tried.once('unexpected-response', (_request, response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => {
          if (text.length < 10_000) text += piece;
        });
        response.once('close', () => resolve({ kind: 'refused', ...refusalOf(response.statusCode ?? 0, text) }));
      });
      tried.once('error', (error) => {
        why = error.message;
      });
      tried.once('close', (code, reason) => {
        socket = null;
        clearTimeout(silence);
        if (openedAt === 0) return resolve({ kind: 'unreachable', why });
        const words = isSilent ? 'nothing came from it any more.' : reason.toString();
        resolve({ kind: 'closed', code, reason: words, lastedMs: performance.now() - openedAt });
      });
    });
  }

  async function stay(): Promise<LineEnd> {
    let failures = 0;
    let refusedAt: RelayPlace | null = null;
    let saidGone = '';
    for (;;) {
      const place = await options.place();
      if (over) return 'left';
      // A token that was refused is tried again only where there is another one by now.
      if (refusedAt !== null && refusedAt.token === place?.token) throw notLetIn(refusedAt);
      const end = place === null ? nowhere : await attempt(place);
      if (over) return 'left';
      refusedAt = null;
      if (end.kind === 'closed') {
        if (end.code === stopped) return 'stopped';
        if (end.code === tookOver) throw new CodedError('CONFLICT', takenWords(session, role));
        if (end.code === letInNoMore) {
          refusedAt = place;
          await wait(tokenWaitMs);
          continue;
        }
        saidGone = '';
        if (end.lastedMs > steadyMs) failures = 0;
      } else if (end.kind === 'refused') {
        if (end.status === 401) {
          refusedAt = place;
          await wait(tokenWaitMs);
          continue;
        }
        if (end.status < 500) throw new CodedError(end.code, end.message);
      }
      const waitMs = Math.min(longestWaitMs[options.where], firstWaitMs * 2 ** failures);
      failures += 1;
      const gone = goneWords(end, place);
      // Said once, however often it is tried.
      if (gone !== saidGone) say(`${gone} Trying until it is there.`);
      saidGone = gone;
      // Not all at the same moment, where many were hung up on at once.
      await wait(waitMs * (0.75 + Math.random() / 2));
      if (over) return 'left';
    }
  }

  const ended = stay().finally(() => {
    over = true;
    wake();
  });
  return {
    ended,
    async send(message) {
      const text = JSON.stringify(message);
      while (!over) {
        const there = socket;
        const by = connections;
        if (there === null || there.readyState !== WebSocket.OPEN)
          await new Promise<void>((resolve) => waiting.push(resolve));
        else if (await hasLeft(there, text)) return by;
      }
      return null;
    },
    leave() {
      over = true;
      socket?.close(1000);
      wake();
    },
  };
}

function hasLeft(socket: WebSocket, text: string): Promise<boolean> {
  return new Promise((resolve) => socket.send(text, (error) => resolve(error == null)));
}

/** The work a frame is; null when it is something else the relay says. */
function workOf(text: string): Work | null {
  const { seq, id, type, payload } = JSON.parse(text) as Partial<Work>;
  if (typeof seq !== 'number' || typeof id !== 'string' || typeof type !== 'string') return null;
  return { seq, id, type, payload };
}

function refusalOf(status: number, text: string): { status: number; code: ErrorCode; message: string } {
  try {
    const { error } = JSON.parse(text) as { readonly error: { readonly code: ErrorCode; readonly message: string } };
    return { status, code: error.code, message: error.message };
  } catch {
    return {
      status,
      code: 'NOT_ALLOWED',
      message: `The server refused the connection with ${status}. Is it a Switchyard?`,
    };
  }
}

function goneWords(end: Attempt, place: RelayPlace | null): string {
  const url = place === null ? 'this machine' : place.url;
  if (end.kind === 'unreachable') return `The relay of ${url} cannot be reached: ${end.why}.`;
  if (end.kind === 'refused') return `The relay of ${url} lets nobody in now: ${end.message}`;
  return `The connection to the relay of ${url} ended${end.reason === '' ? '' : `: ${end.reason}`}.`;
}

function notLetIn({ url }: RelayPlace): CodedError {
  return new CodedError(
    'NOT_ALLOWED',
    `The relay at ${url} does not know this key, or does not any more. Ask for another one.`,
  );
}

function takenWords(session: string, role: string): string {
  return `Another connection took over as ${role} of session ${session}, so this one has ended. Only one can be connected.`;
}
