import type { HostConnection } from './connection';
import { HostFailure } from './failure';
import { type Ending, type Held, type HostRecord, type NewChild, protocol, type Size } from './protocol';
import { reachHost } from './reach';
import { lives, readRecords, removeRecord } from './records';
import { type HostProgram, startHost } from './start';

/** What the runtime is told of the programs its hosts hold. */
export interface HostsNews {
  grew(child: Held): void;
  ended(id: string, ending: Ending): void;
  /** Its host is gone and nobody holds it any more. */
  lost(id: string, pid: number): void;
  /** Its host does not answer. It may yet come back; if not, `lost` is told in half a minute. */
  silent?(id: string, pid: number): void;
}

/** The hosts of this data folder: the one new programs go to, and older ones that still hold some. */
export interface Hosts {
  /**
   * Attaches to the hosts an earlier runtime left and gives what they hold. A host that is dead is forgotten; one that
   * does not answer, or speaks another protocol, is ended with what it holds; one that cannot be reached now is left alone.
   * Asked again it says the same. Never throws.
   */
  adopt(): Promise<readonly Adopted[]>;
  /**
   * Starts a program, and a host for it when there is none. Throws with the reason, which is a HostFailure when there was
   * no host, or it hung up for good or fell silent before it answered: then it may have started the program.
   */
  start(child: NewChild): Promise<Held>;
  /** Each rejects with a HostFailure when nobody holds the program; writing also when one on pipes was given another number of texts before. */
  write(id: string, text: string, after?: number): Promise<void>;
  closeInput(id: string): Promise<void>;
  resize(id: string, size: Size): Promise<void>;
  end(id: string, graceMs: number): Promise<void>;
  /** Lets go of every host; what they hold goes on, and one that holds nothing ends. */
  detach(): void;
}

/** A program an earlier runtime left. */
export interface Adopted extends Held {
  /** Its host is of this version; one of another only keeps what it holds. */
  readonly current: boolean;
}

interface Attached {
  readonly connection: HostConnection;
  readonly held: Map<string, Held>;
  /** It takes nothing new: it is of another version, or it has been silent. */
  leaving: boolean;
  /** Rejects when it does not answer; never resolves. */
  readonly silent: Promise<never>;
  readonly fellSilent: (failure: HostFailure) => void;
  readonly since: number;
  /** How often in a row it hung up soon after it was attached to. */
  readonly hungUp: number;
}

/** How long a host that is silent may take to come back before it is ended with what it holds. */
const usualPatienceMs = 30_000;
const greetingMs = 10_000;
/** A host that hangs up this often, each time within this time, is given up. */
const mostHangUps = 3;
const soonMs = 10_000;

/** Makes the keeper of this runtime's hosts. It starts none by itself. */
export function createHosts(options: {
  /** Null where the shell cannot start one; then nothing can be held. */
  readonly program: HostProgram | null;
  readonly run: string;
  readonly outputs: string;
  readonly logs: string;
  readonly version: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly news: HostsNews;
  readonly log: (message: string, facts: Readonly<Record<string, unknown>>) => void;
  /** How often a host is asked for a sign of life. */
  readonly everyMs?: number;
  readonly patienceMs?: number;
}): Hosts {
  const { program, run, news, log, everyMs = 5000, patienceMs = usualPatienceMs } = options;
  const attached = new Set<Attached>();
  /** Hosts that hung up and are being attached to again. */
  const returning = new Set<Promise<void>>();
  let detached = false;
  let adopting: Promise<readonly Adopted[]> | undefined;
  let starting: Promise<Attached> | null = null;

  async function attach(record: HostRecord, patience: number, hungUp = 0): Promise<Attached | null> {
    const held = new Map<string, Held>();
    const connection = await reachHost({
      ...{ record, version: options.version, protocol, patienceMs: patience },
      news: {
        grew(child) {
          held.set(child.id, child);
          news.grew(child);
        },
        ended(id, ending) {
          held.delete(id);
          news.ended(id, ending);
        },
      },
    });
    if (connection === 'dead') {
      removeRecord(run, record);
      return null;
    }
    if (connection === 'out of reach') {
      log('A terminal host could not be reached.', { pid: record.pid });
      return null;
    }
    if (connection === 'silent') {
      log('A terminal host did not answer and was ended.', { pid: record.pid });
      kill(record);
      return null;
    }
    if (connection.protocol !== protocol) {
      log('A terminal host speaks another protocol and was ended.', { pid: record.pid, theirs: connection.protocol });
      connection.close();
      kill(record);
      return null;
    }
    const leaving = connection.version !== options.version;
    let fellSilent: Attached['fellSilent'] = () => {};
    const silent = new Promise<never>((_, reject) => {
      fellSilent = reject;
    });
    silent.catch(() => {});
    const host: Attached = { connection, held, leaving, silent, fellSilent, since: Date.now(), hungUp };
    for (const child of await connection.ask({ type: 'list' })) held.set(child.id, child);
    if (host.leaving) connection.drain();
    attached.add(host);
    watch(host);
    return host;
  }

  function watch(host: Attached): void {
    const { connection, held } = host;
    let patience: NodeJS.Timeout | undefined;
    const tell = (heldUp: string | null) => {
      for (const child of held.values()) news.grew({ ...child, heldUp: heldUp ?? child.heldUp });
    };
    connection.watch(everyMs, {
      onSilent() {
        log('A terminal host does not answer.', { pid: connection.record.pid });
        host.leaving = true;
        host.fellSilent(new HostFailure('The process that holds it does not answer.'));
        tell('The process that holds this terminal does not answer. It is ended if that goes on.');
        for (const child of held.values()) news.silent?.(child.id, child.pid);
        patience = setTimeout(() => {
          log('A terminal host was ended because it did not answer.', { pid: connection.record.pid });
          kill(connection.record);
        }, patienceMs);
      },
      onBack() {
        clearTimeout(patience);
        connection.drain();
        tell(null);
      },
    });
    void connection.closed.then(() => {
      clearTimeout(patience);
      attached.delete(host);
      if (detached) return;
      const back = comeBack(host).finally(() => returning.delete(back));
      returning.add(back);
    });
  }

  /** A connection may end while its host lives, and to forget that one would end all it holds. */
  async function comeBack(before: Attached): Promise<void> {
    const { held, since, hungUp } = before;
    const { record } = before.connection;
    const times = Date.now() - since < soonMs ? hungUp + 1 : 1;
    const again =
      lives(record.pid) && times <= mostHangUps
        ? await attach(record, patienceMs, times).catch((cause) => {
            log('A terminal host hung up again.', { pid: record.pid, cause: String(cause) });
            return null;
          })
        : null;
    if (detached) return again?.connection.close();
    if (again === null) removeRecord(run, record);
    else if (before.leaving && !again.leaving) {
      again.leaving = true;
      again.connection.drain();
    }
    for (const child of held.values()) if (!again?.held.has(child.id)) news.lost(child.id, child.pid);
    // What they printed meanwhile nobody was told of.
    for (const child of again?.held.values() ?? []) news.grew(child);
  }

  function kill(record: HostRecord): void {
    // Whoever listens at this host's own path in a folder nobody else can enter is that host.
    try {
      process.kill(record.pid, 'SIGKILL');
    } catch {
      // It ended by itself meanwhile.
    }
    removeRecord(run, record);
  }

  async function adoptAll(): Promise<readonly Adopted[]> {
    const found = await Promise.all(
      readRecords(run).map((record) =>
        attach(record, greetingMs).catch((cause) => {
          log('A terminal host could not be attached to.', { pid: record.pid, cause: String(cause) });
          return null;
        }),
      ),
    );
    return found.flatMap((host) =>
      host === null ? [] : [...host.held.values()].map((child) => ({ ...child, current: !host.leaving })),
    );
  }

  async function taking(): Promise<Attached> {
    for (const host of attached) if (!host.leaving) return host;
    starting ??= startAnother().finally(() => {
      starting = null;
    });
    return starting;
  }

  async function startAnother(): Promise<Attached> {
    if (program === null) throw new Error('This build has no program that holds terminals. Build it: npm run build');
    const record = await startHost({ ...options, program }).catch((cause: unknown) => {
      throw new HostFailure(cause instanceof Error ? cause.message : String(cause), { cause });
    });
    const host = await attach(record, greetingMs);
    if (host === null) throw new HostFailure('The process that holds terminals did not answer.');
    return host;
  }

  /** The same host when it hung up and was attached to again; undefined when it is gone or only silent. */
  async function backAgain({ connection }: Attached): Promise<Attached | undefined> {
    await Promise.all(returning);
    return [...attached].find(
      (host) => host.connection !== connection && host.connection.record.id === connection.record.id && !host.leaving,
    );
  }

  async function holder(id: string): Promise<HostConnection> {
    const now = holderNow(id);
    if (now !== undefined) return now;
    await Promise.all(returning);
    const then = holderNow(id);
    if (then === undefined) throw new HostFailure(`Nothing holds ${id}; it has ended.`);
    return then;
  }

  function holderNow(id: string): HostConnection | undefined {
    return [...attached].find(({ held }) => held.has(id))?.connection;
  }

  return {
    adopt() {
      adopting ??= adoptAll();
      return adopting;
    },
    async start(child) {
      let host = await taking();
      for (let left = mostHangUps; ; left -= 1) {
        try {
          // The host tells of it as it tells of growth, before it answers, so that it is held before it can end.
          const [started] = await Promise.race([host.connection.ask({ type: 'start', child }), host.silent]);
          if (started === undefined) throw new Error(`The terminal host did not say whether ${child.id} started.`);
          return started;
        } catch (cause) {
          // A connection may end while its host lives, and asked again that gives what it has started already.
          const back = cause instanceof HostFailure && left > 1 ? await backAgain(host) : undefined;
          if (back === undefined) throw cause;
          host = back;
        }
      }
    },
    async write(id, text, after) {
      await (await holder(id)).ask({ type: 'write', id, text, ...(after === undefined ? {} : { after }) });
    },
    async closeInput(id) {
      await (await holder(id)).ask({ type: 'close', id });
    },
    async resize(id, size) {
      await (await holder(id)).ask({ type: 'resize', id, size });
    },
    async end(id, graceMs) {
      await (await holder(id)).ask({ type: 'end', id, graceMs });
    },
    detach() {
      detached = true;
      for (const { connection, held } of attached) held.size === 0 ? connection.dismiss() : connection.close();
    },
  };
}
