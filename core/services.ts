import { setTimeout as delay } from 'node:timers/promises';
import { within } from './agents/child';
import { CodedError } from './contract/errors';
import type { Readiness } from './contract/service';
import type { PlacedService } from './service-manifest';
import { endingWords, type ServiceProgram, type ServiceSurroundings, startServiceProgram } from './service-program';
import { isReady, isTaken, readyWords } from './service-ready';

/** The services of a runtime. */
export interface Services {
  /**
   * Starts them one after the other, each once the one before is ready. Throws when one cannot be started, is not ready in time, or the signal
   * is aborted; then none of them runs.
   */
  start(signal: AbortSignal): Promise<void>;
  /** Stops them, the last first. Never throws. */
  stop(): Promise<void>;
  /** Those that ended too often to be started again, a sentence for each. */
  problems(): readonly string[];
}

/** One that was started. */
interface Running {
  problem(): string | null;
  stop(): Promise<void>;
}

/** Milliseconds that only grow: the clock may be set while a service is waited for. */
const passed = () => performance.now();

const lookMs = 100;
const stopCommandMs = 60_000;
/** One that ends so often within so long is not started again. */
const mostEnds = { count: 5, withinMs: 60_000 };
const firstPauseMs = 1_000;

/** Keeps services running that a manifest names. It starts none by itself. */
export function createServices(
  manifest: readonly PlacedService[],
  around: ServiceSurroundings & {
    /** Waits; rejects when the signal is aborted. */
    readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  },
): Services {
  const { say } = around;
  const wait = around.wait ?? ((ms, signal) => delay(ms, undefined, { signal }));
  const running: Running[] = [];

  async function stop(): Promise<void> {
    for (const one of running.splice(0).reverse()) await one.stop();
  }

  /** Waits until a service is ready, or throws why it will not be. */
  async function untilReady(
    { name, ready, seconds }: PlacedService & { readonly ready: Readiness },
    program: ServiceProgram | null,
    signal: AbortSignal,
  ): Promise<void> {
    const until = passed() + seconds * 1000;
    while (!(await isReady(ready))) {
      signal.throwIfAborted();
      const ended = await Promise.race([...(program === null ? [] : [program.ended]), delay(lookMs, null)]);
      if (ended !== null) throw await failed(`Service ${name} ${endingWords(ended)} before it was ready.`, program);
      if (passed() > until)
        throw await failed(
          `Service ${name} was not ready: ${seconds} s were waited for ${readyWords(ready)}.`,
          program,
        );
    }
  }

  /** Runs a command that starts something elsewhere, to its end. */
  async function begin(service: PlacedService, stopLine: string, signal: AbortSignal): Promise<Running> {
    const { name, command, ready, seconds } = service;
    const endElsewhere: Running = { problem: () => null, stop: () => endOf(service, stopLine) };
    const program = await startServiceProgram(service, command, around, true);
    try {
      const ended = await within(Promise.race([program.ended, aborted(signal)]), seconds * 1000);
      if (ended === null) throw await failed(`What starts service ${name} did not end within ${seconds} s.`, program);
      if (ended.code !== 0) throw await failed(`What starts service ${name} ${endingWords(ended)}.`, program);
      if (ready !== undefined) await untilReady({ ...service, ready }, null, signal);
      return endElsewhere;
    } catch (error) {
      await program.end();
      // It may have started some of it.
      await endElsewhere.stop();
      throw error;
    }
  }

  async function endOf(service: PlacedService, line: string): Promise<void> {
    const { name } = service;
    try {
      const program = await startServiceProgram(service, line, around, true);
      const ended = await within(program.ended, stopCommandMs);
      if (ended === null) await program.end();
      if (ended?.code === 0) return;
      say(`What stops service ${name} ${ended === null ? 'did not end within a minute' : endingWords(ended)}.`);
    } catch (error) {
      say(`Service ${name} could not be stopped: ${wordsOf(error)}`);
    }
  }

  /** Starts a service and keeps it running: one that ends is started again, a few times. */
  async function keep(service: PlacedService, signal: AbortSignal): Promise<Running> {
    const { name, command, ready } = service;
    if (ready !== undefined && 'port' in ready && (await isTaken(ready.port))) {
      const todo = 'End what listens there, or give the service another port.';
      throw new CodedError('CONFLICT', `Service ${name} was not started: port ${ready.port} is taken already. ${todo}`);
    }
    let program = await startServiceProgram(service, command, around);
    try {
      if (ready !== undefined) await untilReady({ ...service, ready }, program, signal);
      signal.throwIfAborted();
    } catch (error) {
      await program.end();
      throw error;
    }
    const stopped = new AbortController();
    let problem: string | null = null;
    const supervise = async () => {
      const ends: number[] = [];
      while (!stopped.signal.aborted) {
        const ended = await program.ended;
        if (stopped.signal.aborted) return;
        await program.end();
        ends.push(passed());
        const lately = ends.filter((at) => at > passed() - mostEnds.withinMs).length;
        const what = `Service ${name} ${endingWords(ended)}`;
        if (lately >= mostEnds.count) {
          problem = `${what}, for the ${lately}th time within a minute: it is not started again.`;
          return say(problem);
        }
        const pauseMs = firstPauseMs * 2 ** (lately - 1);
        say(`${what}. It is started again in ${pauseMs / 1000} s.`);
        await wait(pauseMs, stopped.signal);
        program = await startServiceProgram(service, command, around);
      }
    };
    const supervised = supervise().catch((error: unknown) => {
      if (stopped.signal.aborted) return;
      problem = `Service ${name} could not be started again: ${wordsOf(error)}`;
      say(problem);
    });
    return {
      problem: () => problem,
      async stop() {
        stopped.abort();
        await program.end();
        await supervised;
        // It may have been started while it was told to stop.
        await program.end();
      },
    };
  }

  return {
    async start(signal) {
      try {
        for (const service of manifest) {
          signal.throwIfAborted();
          say(`Starting service ${service.name}.`);
          const { stop: line } = service;
          running.push(line === undefined ? await keep(service, signal) : await begin(service, line, signal));
        }
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
    problems: () => running.flatMap((one) => one.problem() ?? []),
  };
}

async function failed(what: string, program: ServiceProgram | null): Promise<CodedError> {
  const said = (await program?.lastWords()) ?? '';
  const words = said === '' ? 'It printed nothing.' : `Its last words:\n${said}`;
  return new CodedError('NOT_STARTED', `${what} No task was taken in hand. ${words}`);
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
