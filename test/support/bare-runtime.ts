import { createRouterClient } from '@orpc/server';
import { foldersOf } from '../../core/config';
import { createRuntime } from '../../core/index';
import type { RuntimeOptions } from '../../core/runtime';
import { layStore } from './laid-store';

/** What a runtime under test is opened with: next to no environment, and nothing a shell supplies but what is given. */
export function bareOptions(
  given: Partial<Pick<RuntimeOptions, 'askHuman' | 'host'>> & {
    readonly data: string;
    readonly home: string;
    readonly shell?: string;
    /** Beyond the search path and the home; agents see it too. */
    readonly environment?: Readonly<Record<string, string>>;
  },
): RuntimeOptions {
  const { data, home, shell = null, environment = {}, askHuman = null, host = null } = given;
  return {
    config: {
      folders: foldersOf(data),
      nativeBinding: null,
      environment: { PATH: process.env.PATH ?? '', HOME: home, ...environment },
      passEnvironment: Object.keys(environment),
      home,
      shell,
    },
    ...{ owner: 'background', askHuman, host, desktop: null, onStopRequested: () => {} },
  };
}

/** A runtime opened like that, not yet started, with its calls as the person makes them. */
export async function openBare(given: Parameters<typeof bareOptions>[0]) {
  const options = bareOptions(given);
  layStore(options.config.folders.database);
  const runtime = await createRuntime(options);
  return { runtime, calls: createRouterClient(runtime.router, { context: { by: 'person' } }) };
}
