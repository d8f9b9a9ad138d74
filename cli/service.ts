import { CodedError } from '../core/contract/errors';
import type { ServiceStand } from '../core/contract/service';
import type { Command } from './command';
import { ago, counted } from './text';

const restart: Command = {
  words: ['service', 'restart'],
  usage: 'SERVICE',
  summary: 'Start a service of up anew, also one that ended too often to be started again; waits until it is ready',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['service restart database'],
  more: '  status names the services there are and how each stands. See docs/services.md.\n',
  async run(given, around) {
    // One that would be started for this has no services, and would take tasks in hand without them.
    const connection = await around.attach();
    if (connection === null)
      throw new CodedError(
        'NOT_STARTED',
        'No runtime is running, so there is no service to start anew. `switchyard up` starts one with its services.',
      );
    try {
      const service = await connection.client.services.restart({ name: given.name(0) });
      return { json: service, text: `Service ${serviceText(service)}.\n` };
    } finally {
      connection.close();
    }
  },
};

/** What `up` started: starting one of it anew. */
export const serviceCommands: readonly Command[] = [restart];

/** How a service stands, since when, and how often it was started again, on one line. */
export function serviceText({ name, state, since, restarts }: ServiceStand): string {
  const again = restarts === 0 ? '' : `, started again ${counted(restarts, 'time')}`;
  return `${name}: ${stateWords[state]}, for ${ago(since)}${again}`;
}

const stateWords: Readonly<Record<ServiceStand['state'], string>> = {
  running: 'running',
  elsewhere: 'was started and runs elsewhere',
  ended: 'ended, and is started again in a moment',
  'given-up': 'given up',
};
