import { execFile as execFileCallback } from 'node:child_process';
import { readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Settings } from '../contract/settings';
import { findProgram } from './locate';
import { enclose, type Namespace } from './namespace';

const execFile = promisify(execFileCallback);

/** What became of trying a pid namespace on this machine. */
export type NamespaceTrial =
  /** With `ownUsers` it needs a user namespace too: inside, the files of others and of root look like nobody's. */
  | { readonly kind: 'works'; readonly namespace: Namespace; readonly version: string; readonly ownUsers: boolean }
  | { readonly kind: 'fails'; readonly reason: string; readonly hint: string | null };

const trialMs = 5000;

/**
 * Tries it once, for `limitMs` milliseconds at most: what is installed may still be forbidden by the kernel, or by the
 * container this runs in. Never throws.
 */
export async function tryNamespace(
  environment: Readonly<Record<string, string>>,
  limitMs = trialMs,
): Promise<NamespaceTrial> {
  if (process.platform !== 'linux') return fails('only Linux has it');
  const find = (name: string) => findProgram(name, environment);
  const [bwrap, env, nice, see] = await Promise.all([find('bwrap'), find('env'), find('nice'), find('readlink')]);
  if (bwrap === null) return fails('bubblewrap is not installed', installBubblewrap);
  if (env === null || nice === null || see === null) return fails('env, nice or readlink is not on the PATH');
  const namespace = { bwrap, env, nice };
  // What holds a namespace takes no gentler signal.
  const given = { timeout: limitMs, killSignal: 'SIGKILL', env: { ...environment, LC_ALL: 'C' } } as const;
  try {
    const { command, args } = enclose(namespace, { command: see, args: kinds });
    const [inside, version] = await Promise.all([
      execFile(command, args, given),
      execFile(bwrap, ['--version'], given),
    ]);
    const [ourPids, ourUsers] = await Promise.all(kinds.map((kind) => readlink(kind)));
    const [pids, users] = inside.stdout.trim().split('\n');
    if (pids === undefined || users === undefined || pids === ourPids) return fails(`${bwrap} made none`);
    return { kind: 'works', namespace, version: version.stdout.trim(), ownUsers: users !== ourUsers };
  } catch (cause) {
    if ((cause as { readonly killed?: boolean }).killed) return fails(`${bwrap} took longer than ${limitMs} ms`);
    return fails(`${bwrap} could not make one: ${lastLine(cause)}`);
  }
}

/** What programs are put into, by what the person set; null for nothing. */
export function chosenNamespace(trial: NamespaceTrial, wanted: Settings['pidNamespace']): Namespace | null {
  if (trial.kind === 'fails' || wanted === 'never') return null;
  return trial.ownUsers && wanted !== 'always' ? null : trial.namespace;
}

const kinds = ['/proc/self/ns/pid', '/proc/self/ns/user'];
const installBubblewrap = 'Install bubblewrap, for example with: sudo apt-get install -y bubblewrap';

function fails(reason: string, hint: string | null = null): NamespaceTrial {
  return { kind: 'fails', reason, hint };
}

function lastLine(cause: unknown): string {
  const { stderr = '' } = cause as { readonly stderr?: string };
  const said = stderr.trim() === '' ? String(cause) : stderr;
  return said.trim().split('\n').at(-1) ?? '';
}
