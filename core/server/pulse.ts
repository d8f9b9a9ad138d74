import type { WebSocket } from 'ws';

const everyMs = 20_000;

/** Asks the other side of a WebSocket whether it is there, and hangs up once it has not answered twice. */
export function pulsing(socket: WebSocket): void {
  let unanswered = 0;
  const timer = setInterval(() => {
    if (unanswered >= 2) return socket.terminate();
    unanswered += 1;
    socket.ping();
  }, everyMs);
  timer.unref();
  socket.on('pong', () => {
    unanswered = 0;
  });
  socket.once('close', () => clearInterval(timer));
}
