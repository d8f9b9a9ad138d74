import { readSync } from 'node:fs';
import type { ReadStream } from 'node:tty';
import { type IPty, spawn } from '@lydell/node-pty';
import type { Hearing, Program } from './program';
import type { NewChild, Size } from './protocol';

/** How long a terminal may be silent after its program ended before what still holds it open is given up on. */
const lingerMs = 300;

/**
 * Starts a program on a terminal. Every byte it printed is told before its end is. Throws when the terminal cannot be
 * made; a program that is not there ends with exit code 1 or 127 instead, as it does in any terminal.
 */
export function startPty(
  child: Pick<NewChild, 'command' | 'args' | 'directory' | 'environment'> & { readonly size: Size },
  hear: Hearing,
): Program {
  const { columns, rows } = child.size;
  const pty = spawn(child.command, [...child.args], {
    name: child.environment.TERM ?? 'xterm-256color',
    cols: columns,
    rows,
    cwd: child.directory,
    env: { ...child.environment },
    // Bytes, not text: a chunk may end in the middle of a character.
    encoding: null,
  });
  const flow = keepUntilRead(pty, hear.onBytes);
  pty.onData((data) => {
    flow.heard();
    hear.onBytes(data as unknown as Buffer);
  });
  pty.onExit(({ exitCode, signal }) => hear.onEnd({ exitCode, signal: signal || null }));
  return {
    pid: pty.pid,
    write: (text) => pty.write(text),
    closeInput() {
      throw new Error('A terminal has no input to close; what it is typed ends with the program.');
    },
    resize(size) {
      try {
        pty.resize(size.columns, size.rows);
      } catch {
        // The program ended a moment ago, and its terminal with it.
      }
    },
    pause() {
      flow.paused(true);
      pty.pause();
    },
    resume() {
      flow.paused(false);
      pty.resume();
    },
  };
}

/**
 * node-pty throws away what was not read 200 ms after the program ended: on a busy machine, or while it is paused, that
 * is output. Its socket is therefore closed only after it has been silent for a while with somebody reading. And the Node of
 * some Electrons takes it for the end when the program has closed its side while more lies there than one read gives, so
 * what is left is read and told right before the socket is closed.
 */
function keepUntilRead(pty: IPty, onRest: (bytes: Buffer) => void): { heard(): void; paused(now: boolean): void } {
  const { _socket: socket, fd } = pty as unknown as { readonly _socket?: ReadStream; readonly fd: number };
  let heardAt = 0;
  let paused = false;
  if (process.platform !== 'win32' && socket !== undefined) {
    const close = socket.destroy.bind(socket);
    const destroy = (error?: Error) => {
      if (!socket.destroyed) readRest(fd, onRest);
      return close(error);
    };
    let waiting: NodeJS.Timeout | undefined;
    const whenSilent = () => {
      const silent = Date.now() - heardAt;
      if (paused || silent < lingerMs) {
        waiting = setTimeout(whenSilent, paused ? lingerMs : lingerMs - silent);
        return;
      }
      // On a busy machine the time may have passed with nothing read at all, so what is there now is read first.
      const before = heardAt;
      setImmediate(() => (heardAt === before && !paused ? destroy() : whenSilent()));
    };
    socket.destroy = (error) => {
      // The end of the terminal itself comes as an error, after its last byte.
      if (error !== undefined && error !== null) return destroy(error);
      if (waiting === undefined) {
        heardAt = Date.now();
        whenSilent();
      }
      return socket;
    };
    socket.once('close', () => clearTimeout(waiting));
  }
  return {
    heard() {
      heardAt = Date.now();
    },
    paused(now) {
      paused = now;
      heardAt = Date.now();
    },
  };
}

/** The most the system keeps of what was printed on a terminal and not read yet, with room to spare. */
const mostUnread = 256 * 1024;

/** Tells what lies unread on a terminal whose program has ended. */
function readRest(fd: number, tell: (bytes: Buffer) => void): void {
  for (let read = 0; read < mostUnread; ) {
    const buffer = Buffer.alloc(16 * 1024);
    let count: number;
    try {
      count = readSync(fd, buffer);
    } catch {
      // Nothing is there any more: that is how the end of a terminal is told.
      return;
    }
    if (count === 0) return;
    read += count;
    tell(buffer.subarray(0, count));
  }
}
