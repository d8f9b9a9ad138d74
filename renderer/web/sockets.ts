import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { Client, Connected, Lines } from '../client';

/** How long a socket may take to open, and how long until the next one is tried. */
const openMs = 8_000;
const againMs = 1_500;

/** Lines over sockets to the server this page came from. One that cannot be opened is tried again until it can be. */
export function socketLines(options: {
  /** Where calls are answered: `ws://127.0.0.1:4096/rpc`. */
  readonly url: string;
  /** What this browser got when it signed in. */
  readonly token: string;
  /** Whether the server refuses this token. A browser does not say why a socket could not be opened, so it is asked then. */
  readonly isRefused: () => Promise<boolean>;
  /** Told once when the token is refused; no line comes after that. */
  readonly onRefused: () => void;
  readonly againMs?: number;
}): Lines {
  let state: 'idle' | 'opening' | 'asking' | 'pausing' | 'refused' = 'idle';
  let take: (line: Connected) => void = () => {};
  let pause: ReturnType<typeof setTimeout> | undefined;

  const open = (): void => {
    clearTimeout(pause);
    state = 'opening';
    const socket = new WebSocket(options.url, ['switchyard', `token.${options.token}`]);
    const late = setTimeout(() => socket.close(), openMs);
    let opened = false;
    socket.addEventListener('open', () => {
      clearTimeout(late);
      opened = true;
      state = 'idle';
      take(clientOver(socket));
    });
    socket.addEventListener('close', () => {
      clearTimeout(late);
      if (!opened) void tryAgain();
    });
  };
  const tryAgain = async (): Promise<void> => {
    state = 'asking';
    if (await options.isRefused()) {
      state = 'refused';
      options.onRefused();
    } else {
      state = 'pausing';
      pause = setTimeout(open, options.againMs ?? againMs);
    }
  };

  return {
    onLine(hear) {
      take = hear;
    },
    ask() {
      if (state === 'idle' || state === 'pausing') open();
    },
  };
}

/** How the link marks the message that ends a call it made before. */
const abortMessage = 4;

function isLettingGo(message: unknown): boolean {
  return typeof message === 'string' && (JSON.parse(message) as { readonly t?: number }).t === abortMessage;
}

/** As what fails when the core hangs up, so that it is said alike. */
function hungUp(): Error {
  return Object.assign(new Error('The core hung up before it was asked.'), { name: 'AbortError' });
}

/** Makes calls over a socket that is open. */
function clientOver(socket: WebSocket): Connected {
  const leaving: (() => void)[] = [];
  const leave = (): void => {
    for (const hear of leaving.splice(0)) hear();
  };
  const closed = new Promise<void>((resolve) => leaving.push(resolve));
  const client: Client = createORPCClient(
    new RPCLink({
      websocket: {
        readyState: WebSocket.OPEN,
        addEventListener(event: string, hear: (event: never) => void) {
          // Not when the other side has agreed: one that is not there any more never does.
          if (event === 'close') leaving.push(() => hear(undefined as never));
          else socket.addEventListener(event, hear as EventListener);
        },
        removeEventListener: socket.removeEventListener.bind(socket),
        // To let go of a call is done already once the socket is not open; said as a failure it would be nobody's.
        send(message: Parameters<WebSocket['send']>[0]) {
          if (socket.readyState === WebSocket.OPEN) socket.send(message);
          else if (!isLettingGo(message)) throw hungUp();
        },
      } as never,
    }),
  );
  socket.addEventListener('close', leave);
  const close = (): void => {
    socket.close();
    leave();
  };
  return { client, closed, close };
}
