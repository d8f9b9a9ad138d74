import { CodedError } from './contract/errors';
import type { ServiceStand } from './contract/service';
import { inTurn } from './git/in-turn';
import type { PlacedService } from './service-manifest';
import { endingWords, type ServiceProgram, type ServiceSurroundings, startServiceProgram } from './service-program';
import { isTaken, NotReady, untilReady } from './service-ready';

/** A service that was started. */
export interface StartedService {
  stand(): ServiceStand;
  /** Why it does not run and is not started again; null where it is. */
  problem(): string | null;
  /** Ends it where it runs, and starts it anew. Throws when it cannot be started or is not ready in time; then it does not run. */
  restart(): Promise<void>;
  /** Never throws. */
  stop(): Promise<void>;
}

/** Milliseconds that only grow: the clock may be set while it runs. */
const passed = () => performance.now();

/** One that ends so often within so long is not started again. */
const mostEnds = { count: 5, withinMs: 60_000 };
const firstPauseMs = 1_000;

/**
 * Starts a service and keeps it running: one that ends is started again, a few times. Throws when it cannot be started, is not ready in
 * time, or the signal is aborted; then it does not run.
 */
export async function keepService(
  service: PlacedService,
  around: ServiceSurroundings & { readonly wait: (ms: number, signal: AbortSignal) => Promise<unknown> },
  signal: AbortSignal,
): Promise<StartedService> {
  const { name, command, ready } = service;
  const { say, wait } = around;
  const closing = new AbortController();
  let stand: ServiceStand = { name, state: 'running', since: Date.now(), restarts: 0 };
  let problem: string | null = null;

  async function begin(stopped: AbortSignal): Promise<ServiceProgram> {
    if (ready !== undefined && 'port' in ready && (await isTaken(ready.port))) {
      const todo = 'End what listens there, or give the service another port.';
      const what = `Service ${name} was not started: port ${ready.port} is taken already. ${todo}`;
      throw new CodedError('CONFLICT', what);
    }
    const program = await startServiceProgram(service, command, around);
    try {
      if (ready !== undefined) await untilReady({ ...service, ready }, program, stopped);
      stopped.throwIfAborted();
      return program;
    } catch (error) {
      await program.end();
      throw error;
    }
  }

  /** Watches over a program of it, and those that come after it, until that is stopped or it has ended too often. */
  function supervise(first: ServiceProgram): { end(): Promise<void> } {
    const stopped = new AbortController();
    let program = first;
    const supervising = (async () => {
      const ends: number[] = [];
      while (!stopped.signal.aborted) {
        const ended = await program.ended;
        if (stopped.signal.aborted) return;
        await program.end();
        ends.push(passed());
        const lately = ends.filter((at) => at > passed() - mostEnds.withinMs).length;
        const what = `Service ${name} ${endingWords(ended)}`;
        if (lately >= mostEnds.count)
          return giveUp(`${what}, for the ${lately}th time within a minute: it is not started again. ${byHand(name)}`);
        const pauseMs = firstPauseMs * 2 ** (lately - 1);
        say(`${what}. It is started again in ${pauseMs / 1000} s.`);
        stand = { ...stand, state: 'ended', since: Date.now() };
        await wait(pauseMs, stopped.signal);
        program = await startServiceProgram(service, command, around);
        stand = { ...stand, state: 'running', since: Date.now(), restarts: stand.restarts + 1 };
      }
    })().catch((error: unknown) => {
      if (!stopped.signal.aborted) giveUp(notAgainWords(name, error));
    });
    return {
      async end() {
        stopped.abort();
        await program.end();
        await supervising;
        // It may have been started while it was told to stop.
        await program.end();
      },
    };
  }

  function giveUp(why: string): void {
    problem = why;
    stand = { ...stand, state: 'given-up', since: Date.now() };
    say(why);
  }

  let life = supervise(await begin(signal));
  const restart = async () => {
    closing.signal.throwIfAborted();
    await life.end();
    try {
      const program = await begin(closing.signal);
      problem = null;
      stand = { ...stand, state: 'running', since: Date.now(), restarts: stand.restarts + 1 };
      life = supervise(program);
    } catch (error) {
      if (!closing.signal.aborted) giveUp(notAgainWords(name, error));
      throw error;
    }
  };
  return {
    stand: () => stand,
    problem: () => problem,
    restart: () => inTurn(turnOf(around, name), restart),
    stop() {
      closing.abort();
      return inTurn(turnOf(around, name), () => life.end());
    },
  };
}

/** What is done with a service is done in this turn: of two restarts at once the second would find what the first began. */
export function turnOf({ owner }: Pick<ServiceSurroundings, 'owner'>, name: string): string {
  return `service ${name} of ${owner}`;
}

/** That a service could not be started again, and is not until somebody asks. What it printed is not said: any key may read this. */
export function notAgainWords(name: string, error: unknown): string {
  const why = error instanceof NotReady ? error.what : wordsOf(error);
  return `Service ${name} could not be started again: ${why.replace(/\.?$/, '.')} ${byHand(name)}`;
}

function byHand(name: string): string {
  return `Mend it, then start it anew (in the terminal: service restart ${name}).`;
}

/** What went wrong, as it was said. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
