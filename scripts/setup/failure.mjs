/** Why a script cannot go on, in the three things a person wants to know: what was tried, why it failed, what to type. */
export class SetupFailure extends Error {
  /** @param {{ tried: string, because: string, type: string | string[], cause?: unknown }} facts */
  constructor({ tried, because, type, cause }) {
    super(`${tried}: ${because}`, { cause });
    this.name = 'SetupFailure';
    this.tried = tried;
    this.because = because;
    this.type = [type].flat();
  }

  /**
   * The failure as lines for a terminal.
   * @override
   */
  toString() {
    const indented = this.because.trimEnd().replaceAll('\n', '\n          ');
    return [`  Tried:  ${this.tried}`, `  Why:    ${indented}`, ...this.type.map((line) => `  Type:   ${line}`)].join(
      '\n',
    );
  }
}

/**
 * Runs a script's main function and turns what it throws into lines on stderr and exit code 1.
 * @param {() => Promise<number | undefined>} main gives the exit code; none means 0
 * @param {string} [about] what the script does, for one that takes no arguments: said for --help, and where it is given others
 */
export async function runScript(main, about) {
  colourOnlyTerminals(process.env, process.stdout.isTTY === true);
  const [argument] = process.argv.slice(2);
  if (about !== undefined && argument !== undefined) {
    const isHelp = argument === '--help' || argument === '-h';
    if (isHelp) console.log(about);
    else console.error(`"${argument}" means nothing here: this takes no arguments. ${about}`);
    process.exitCode = isHelp ? 0 : 2;
    return;
  }
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    const lines = error instanceof SetupFailure ? `Switchyard cannot go on.\n${error}` : error;
    console.error(lines);
    process.exitCode = 1;
  }
}

/**
 * Colours are for a terminal. What is written into a file or a pipe is text alone, in every program started from here too,
 * unless the person asked for colours by FORCE_COLOR.
 * @param {NodeJS.ProcessEnv} env changed in place
 * @param {boolean} terminal
 */
export function colourOnlyTerminals(env, terminal) {
  if (terminal || (env.FORCE_COLOR && env.FORCE_COLOR !== '0')) return;
  env.NO_COLOR = '1';
  // Node warns of the two together.
  delete env.FORCE_COLOR;
}
