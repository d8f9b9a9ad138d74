/** A program's absolute path and its arguments. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

/** The programs that put another one into a pid namespace of its own, by their absolute paths. */
export interface Namespace {
  /** Bubblewrap. */
  readonly bwrap: string;
  /** GNU env, which says what becomes of signals. */
  readonly env: string;
  /** What starts a program whose path env would take for a variable. */
  readonly nice: string;
}

/** What is sent to a whole group to ask it to end: for the program to act on, and not for what holds its namespace. */
const politeSignals = 'HUP,INT,QUIT,TERM';
const options = ['--unshare-pid', '--die-with-parent', '--dev-bind', '/', '/', '--proc', '/proc', '--'];

/**
 * What to start so that the program runs in a pid namespace of its own: it and all it ever starts are killed by the
 * kernel when whoever starts this ends, however either of them ends. Without a namespace, the program itself.
 *
 * The process started stands for the program: it exits with its code (128 and the signal when that was ended by one), and
 * what is sent to its group reaches the program. What is sent to it alone does not, but for SIGKILL.
 */
export function enclose(namespace: Namespace | null, program: Program): Program {
  if (namespace === null) return program;
  const { bwrap, env, nice } = namespace;
  const inside = program.command.includes('=') ? [nice, '-n', '0', program.command] : [program.command];
  const held = [bwrap, ...options, env, `--default-signal=${politeSignals}`, ...inside, ...program.args];
  return { command: env, args: [`--ignore-signal=${politeSignals}`, ...held] };
}

/** Whether a process with this command line only holds a namespace for the program in it. */
export function holdsNamespace(command: string): boolean {
  const [program = '', ...rest] = command.split(' ', options.length + 1);
  return program.endsWith('/bwrap') && rest.join(' ') === options.join(' ');
}
