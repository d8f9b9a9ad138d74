import { within } from './agents/child';
import type { ServiceStand } from './contract/service';
import { inTurn } from './git/in-turn';
import { notAgainWords, type StartedService, turnOf, wordsOf } from './service-kept';
import type { PlacedService } from './service-manifest';
import { endingWords, type ServiceSurroundings, startServiceProgram } from './service-program';
import { notReady, untilReady } from './service-ready';

const stopCommandMs = 60_000;

/**
 * Runs the command of a service that starts something elsewhere, to its end. Throws when that fails, takes too long, is not ready in
 * time, or the signal is aborted; what stops it has been run then.
 */
export async function beginElsewhere(
  service: PlacedService,
  {
    stopLine,
    around,
    signal,
  }: { readonly stopLine: string; readonly around: ServiceSurroundings; readonly signal: AbortSignal },
): Promise<StartedService> {
  const { name, command, ready, seconds } = service;
  const { say } = around;
  const closing = new AbortController();
  let problem: string | null = null;
  let stand: ServiceStand = { name, state: 'elsewhere', since: Date.now(), restarts: 0 };

  async function begin(stopped: AbortSignal): Promise<void> {
    const program = await startServiceProgram(service, command, around, true);
    try {
      const ended = await within(Promise.race([program.ended, aborted(stopped)]), seconds * 1000);
      if (ended === null) throw await notReady(`What starts service ${name} did not end within ${seconds} s.`, program);
      if (ended.code !== 0) throw await notReady(`What starts service ${name} ${endingWords(ended)}.`, program);
      if (ready !== undefined) await untilReady({ ...service, ready }, null, stopped);
    } catch (error) {
      await program.end();
      // It may have started some of it.
      await end();
      throw error;
    }
  }

  async function end(): Promise<void> {
    try {
      const program = await startServiceProgram(service, stopLine, around, true);
      const ended = await within(program.ended, stopCommandMs);
      if (ended === null) await program.end();
      if (ended?.code === 0) return;
      say(`What stops service ${name} ${ended === null ? 'did not end within a minute' : endingWords(ended)}.`);
    } catch (error) {
      say(`Service ${name} could not be stopped: ${wordsOf(error)}`);
    }
  }

  await begin(signal);
  const restart = async () => {
    closing.signal.throwIfAborted();
    if (problem === null) await end();
    try {
      await begin(closing.signal);
      problem = null;
      stand = { ...stand, state: 'elsewhere', since: Date.now(), restarts: stand.restarts + 1 };
    } catch (error) {
      problem = notAgainWords(name, error);
      stand = { ...stand, state: 'given-up', since: Date.now() };
      throw error;
    }
  };
  return {
    stand: () => stand,
    problem: () => problem,
    restart: () => inTurn(turnOf(around, name), restart),
    stop() {
      closing.abort();
      return inTurn(turnOf(around, name), async () => {
        if (problem === null) await end();
      });
    },
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
