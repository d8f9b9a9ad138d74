import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { CodedError } from '../contract/errors';
import { type Execute, execute } from '../starter/process';

/** The git program of this machine, and the environment it may draw on. */
export interface Git {
  /** The absolute path of the program. */
  readonly program: string;
  readonly version: string;
  /** What the runtime was started with. Commands get a few named variables of it, never all. */
  readonly environment: Readonly<Record<string, string>>;
  /** How it is started, as is every other program that the runtime itself runs to its end. */
  readonly execute: Execute;
}

/** The oldest version that has everything used here: `merge-tree --write-tree` arrived with it. */
const oldest = [2, 38] as const;

/**
 * Finds git on the PATH given, once; it is started from this process unless another way is given. Throws NOT_FOUND when
 * there is none and UNSUPPORTED_REPOSITORY when it is too old.
 */
export async function findGit(environment: Readonly<Record<string, string>>, start: Execute = execute): Promise<Git> {
  const program = await locate(environment);
  if (program === null) {
    throw new CodedError(
      'NOT_FOUND',
      'Looked for the program git in every folder of PATH and found none. Install git 2.38 or newer, then start again.',
      { facts: { path: environment.PATH ?? '' } },
    );
  }
  const { stdout } = await start({ program, args: ['version'], directory: '/', environment: { LC_ALL: 'C' } });
  const version = /(\d+)\.(\d+)(?:\.\d+)*/.exec(stdout.toString('utf8'));
  const [text, major, minor] = [version?.[0] ?? 'unknown', Number(version?.[1]), Number(version?.[2])];
  if (!(major > oldest[0] || (major === oldest[0] && minor >= oldest[1]))) {
    throw new CodedError(
      'UNSUPPORTED_REPOSITORY',
      `Found git ${text} at ${program}, but merging without touching files needs git 2.38 or newer. Update git.`,
      { facts: { program, version: text } },
    );
  }
  return { program, version: text, environment, execute: start };
}

/** The first executable git of the PATH. Relative folders are passed over: they would mean another program elsewhere. */
async function locate(environment: Readonly<Record<string, string>>): Promise<string | null> {
  const names = process.platform === 'win32' ? ['git.exe'] : ['git'];
  for (const folder of (environment.PATH ?? environment.Path ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    for (const name of names) {
      const candidate = join(folder, name);
      const usable = await access(candidate, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (usable) return candidate;
    }
  }
  return null;
}
