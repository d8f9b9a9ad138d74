import type { Executed, Execution } from '../../core/starter/process';
import { createStarter } from '../../core/starter/starter';
import { starterProgram } from './host';

const starter = createStarter({
  program: starterProgram,
  environment: {},
  onUnusable(reason) {
    throw new Error(reason);
  },
});

/**
 * What git answers by its program alone, by the bytes it is given, or by where the system's configuration is said to be. Each of
 * many hundred runtimes asks for it anew.
 */
const settled = [
  ['version'],
  ['config', '--list', '-z', '--no-includes', '--file', '-'],
  ['var', 'GIT_CONFIG_SYSTEM'],
  ['config', '--system', '--edit'],
].map((args) => JSON.stringify(args));

const answers = new Map<string, Promise<Executed>>();

/**
 * Runs programs from one small process for all tests of this worker, which is large. It ends with the worker. What git answers by
 * nothing but itself and its input it is asked once.
 */
export function execute(what: Execution): Promise<Executed> {
  const { program, args, input = '', environment } = what;
  const asked = args[0] === '--no-pager' ? args.slice(3) : args;
  if (!settled.includes(JSON.stringify(asked))) return starter.execute(what);
  const bytes = Buffer.from(input).toString('latin1');
  const name = JSON.stringify([program, args, bytes, environment.GIT_CONFIG_SYSTEM, environment.GIT_CONFIG_NOSYSTEM]);
  const answer = answers.get(name) ?? starter.execute(what);
  answers.set(name, answer);
  answer.catch(() => answers.delete(name));
  return answer;
}
