import { chmodSync, existsSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { createChildren } from './children';
import { NotNow } from './failure';
import { frame, unframe } from './frames';
import {
  type Asked,
  askedSchema,
  type Ending,
  type Held,
  type HostRecord,
  type NewChild,
  protocol,
  type Question,
} from './protocol';
import { removeRecord } from './records';

/** A client that does not read this much is hung up on: it hears the newest sizes when it comes back. */
const unreadLimit = 4 * 1024 * 1024;

/**
 * How long it stays when it holds nothing and nobody is attached: while nobody ever was, long enough for whoever started
 * it to come; afterwards only as long as it takes to come back.
 */
const firstMs = 10_000;
const idleMs = 500;
/** How often it looks whether its record is still there. */
const lookMs = 2000;

/** A host at work. */
export interface ServedHost {
  /** Resolves when it has nothing to hold and nobody attached any more, or its record is gone. */
  readonly over: Promise<void>;
  /** Ends everything it holds, and then itself. */
  close(): void;
}

/**
 * Listens for the runtime on a socket only this user can open and holds programs for it. Ends by itself: when it holds
 * nothing and nobody is attached, and, with all it holds, when its record is taken away, because then nobody could find
 * it again. Throws when it cannot listen.
 */
export async function serveHost(options: {
  readonly record: HostRecord;
  /** The file that says where this host is. */
  readonly recordFile: string;
  /** Where children's outputs go, a folder each. */
  readonly outputs: string;
  readonly version: string;
}): Promise<ServedHost> {
  const { record, recordFile, version } = options;
  const clients = new Set<Socket>();
  let draining = false;
  let attachedOnce = false;
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const children = createChildren({
    folderOf: (id) => join(options.outputs, id),
    told: {
      grew: (child: Held) => tell({ type: 'grew', child }),
      ended(id: string, ending: Ending) {
        tell({ type: 'ended', id, ending });
        look();
      },
    },
  });

  function tell(message: unknown): void {
    if (clients.size === 0) return;
    const bytes = frame(message);
    for (const client of clients) {
      if (client.writableLength > unreadLimit) client.destroy();
      else client.write(bytes);
    }
  }

  let idle: NodeJS.Timeout | undefined;
  function look(): void {
    clearTimeout(idle);
    if (children.list().length > 0 || (clients.size > 0 && !draining)) return;
    idle = setTimeout(stop, draining ? 0 : attachedOnce ? idleMs : firstMs);
  }

  const server = createServer((client) => {
    clients.add(client);
    attachedOnce = true;
    look();
    const read = unframe();
    client.on('error', () => client.destroy());
    client.on('close', () => {
      clients.delete(client);
      look();
    });
    client.on('data', (chunk) => {
      try {
        for (const message of read(chunk)) hear(client, askedSchema.parse(message));
      } catch {
        // It does not speak our language, so nothing it says can be believed.
        client.destroy();
      }
    });
    client.write(frame({ type: 'hello', protocol, version, pid: process.pid }));
  });

  function hear(client: Socket, asked: Asked): void {
    if (asked.type === 'hello') return;
    if (asked.type === 'drain') {
      draining = true;
      look();
      return;
    }
    void answer(asked).then((said) => client.write(frame(said)));
  }

  /** What is asked is carried out before this returns, but for the start of a program, so that the order holds. */
  async function answer(asked: Question) {
    const { number } = asked;
    try {
      const list = asked.type === 'start' ? await startOne(asked.child) : carryOut(asked);
      return { type: 'reply', number, failure: null, ...(list === undefined ? {} : { children: list }) };
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      return { type: 'reply', number, failure, ...(error instanceof NotNow ? { later: true } : {}) };
    }
  }

  async function startOne(child: NewChild): Promise<Held[]> {
    if (draining) throw new Error('This host takes nothing new.');
    await children.start(child);
    clearTimeout(idle);
    return children.list().filter(({ id }) => id === child.id);
  }

  function carryOut(asked: Exclude<Question, { type: 'start' }>): Held[] | undefined {
    switch (asked.type) {
      case 'ping':
        return undefined;
      case 'list':
        return children.list();
      case 'write':
        return void children.write(asked.id, asked.text, asked.after);
      case 'close':
        return void children.closeInput(asked.id);
      case 'resize':
        return void children.resize(asked.id, asked.size);
      case 'end':
        return void children.end(asked.id, asked.graceMs);
    }
  }

  const looking = setInterval(() => {
    if (existsSync(recordFile)) return;
    children.endAll();
    stop();
  }, lookMs);

  function stop(): void {
    clearInterval(looking);
    clearTimeout(idle);
    server.close();
    for (const client of clients) client.destroy();
    removeRecord(dirname(recordFile), record);
    end();
  }

  await listen(server, record.socket);
  // Renaming makes it appear whole, and only once somebody listens.
  writeFileSync(`${recordFile}.new`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${recordFile}.new`, recordFile);
  look();
  return {
    over,
    close() {
      draining = true;
      children.endAll();
      look();
    },
  };
}

async function listen(server: ReturnType<typeof createServer>, path: string): Promise<void> {
  // The folder lets nobody else in, so that the moment before the mode is set is no gap.
  if (process.platform !== 'win32') chmodSync(dirname(path), 0o700);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
  if (process.platform !== 'win32') chmodSync(path, 0o600);
}
