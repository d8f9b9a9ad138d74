import { setTimeout as delay } from 'node:timers/promises';
import { CodedError } from './contract/errors';
import type { ServiceStand } from './contract/service';
import { beginElsewhere } from './service-elsewhere';
import { keepService, type StartedService } from './service-kept';
import type { PlacedService } from './service-manifest';
import type { ServiceSurroundings } from './service-program';

/** The services of a runtime. */
export interface Services {
  /**
   * Starts them one after the other, each once the one before is ready. Throws when one cannot be started, is not ready in time, or the signal
   * is aborted; then none of them runs.
   */
  start(signal: AbortSignal): Promise<void>;
  /** Stops them, the last first. Never throws. */
  stop(): Promise<void>;
  /** Those that were started, in their order. */
  stands(): readonly ServiceStand[];
  /**
   * Starts one anew, also one that was given up. Throws NOT_FOUND where there is none of that name, CANCELLED while they stop, and what
   * keeps it from being ready.
   */
  restart(name: string): Promise<ServiceStand>;
  /** Those that ended too often to be started again, a sentence for each. */
  problems(): readonly string[];
}

/** Keeps services running that a manifest names. It starts none by itself. */
export function createServices(
  manifest: readonly PlacedService[],
  given: ServiceSurroundings & {
    /** Waits; rejects when the signal is aborted. */
    readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  },
): Services {
  const { say } = given;
  const around = { wait: (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }), ...given };
  const started: StartedService[] = [];

  let stops = false;
  async function stop(): Promise<void> {
    stops = true;
    for (const one of started.splice(0).reverse()) await one.stop();
  }

  return {
    async start(signal) {
      try {
        for (const service of manifest) {
          signal.throwIfAborted();
          say(`Starting service ${service.name}.`);
          const { stop: stopLine } = service;
          started.push(
            stopLine === undefined
              ? await keepService(service, around, signal)
              : await beginElsewhere(service, { stopLine, around, signal }),
          );
        }
      } catch (error) {
        await stop();
        throw withoutWork(error);
      }
    },
    stop,
    stands: () => started.map((one) => one.stand()),
    async restart(name) {
      const stopping = () => new CodedError('CANCELLED', `Service ${name} was not started again: Switchyard stops.`);
      if (stops) throw stopping();
      const one = started.find((each) => each.stand().name === name);
      if (one === undefined) throw notThere(name, started);
      say(`Starting service ${name} again, as asked.`);
      await one.restart().catch((error: unknown) => {
        throw stops ? stopping() : error;
      });
      return one.stand();
    },
    problems: () => started.flatMap((one) => one.problem() ?? []),
  };
}

function notThere(name: string, started: readonly StartedService[]): CodedError {
  const names = started.map((one) => one.stand().name);
  const has =
    names.length === 0 ? 'It was started without any: `switchyard up` starts them.' : `It has ${names.join(', ')}.`;
  return new CodedError('NOT_FOUND', `This runtime has no service ${name}. ${has}`, { facts: { service: name } });
}

/** What kept a service from being ready before any task was taken in hand, which is said with it. */
function withoutWork(error: unknown): unknown {
  if (!(error instanceof CodedError) || error.code !== 'NOT_STARTED') return error;
  const { code, facts, message } = error;
  return new CodedError(code, `No task was taken in hand. ${message}`, { facts, cause: error });
}
