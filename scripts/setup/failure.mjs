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
 */
export async function runScript(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    const lines = error instanceof SetupFailure ? `Switchyard cannot go on.\n${error}` : error;
    console.error(lines);
    process.exitCode = 1;
  }
}
