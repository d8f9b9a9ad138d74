import type { ParseArgsConfig } from 'node:util';
import type { Connection } from '../core/client';
import type { Config } from '../core/config';
import type { OpenOptions } from '../core/open';

/** Where a command writes; process.stdout is one. */
export interface Output {
  write(text: string): void;
  readonly isTTY: boolean;
  /** How wide the terminal is, in characters; undefined of what is none, or does not say. */
  readonly columns?: number | undefined;
}

/** The person's own terminal, for what takes all of it. */
export interface Console {
  /** In characters. */
  size(): { readonly columns: number; readonly rows: number };
  /** Tells every key, Ctrl+C too, until the function it gives is called. */
  listen(hear: { readonly onKeys: (text: string) => void; readonly onSize: () => void }): () => void;
}

/** Something that answers calls, until it is closed. */
export type Looked = Pick<Connection, 'client'> & { close(): void | Promise<void> };

/** How a runtime is started where there is none. */
export interface Reaching {
  /** Without the services that the one before was killed with. */
  readonly withoutServices?: boolean;
}

/** What a command is handed of its surroundings. */
export interface Surroundings {
  /** The person's folder, against which relative paths are resolved. */
  readonly directory: string;
  readonly config: Config;
  readonly out: Output;
  readonly err: Output;
  /** How the person starts this program, for the next step we suggest. */
  readonly program: string;
  readonly readInput: () => Promise<string>;
  /** Null when the input or the output is no terminal. */
  readonly console: Console | null;
  /** Connects to the runtime there is; null when there is none. */
  readonly attach: () => Promise<Connection | null>;
  /**
   * Connects to the runtime there is, or starts one in the background and connects to that; without the services
   * that the one before was killed with only where that is asked for.
   */
  readonly reach: (how?: Reaching) => Promise<Connection>;
  /** The runtime there is, or else what is stored, to be read without one. */
  readonly look: () => Promise<Looked>;
  /** Set while a command that only reads is run: it looks and starts nothing. */
  readonly onlyReads?: boolean;
  /** The tool server by which agents without questions of their own ask a person; null when it was not built. */
  readonly askHuman: OpenOptions['askHuman'];
  readonly hook?: OpenOptions['hook'];
  readonly host?: OpenOptions['host'];
  readonly starter?: OpenOptions['starter'];
  /** The built page, for the web monitor; null when it was not built. */
  readonly page?: OpenOptions['page'];
  /** Opens an address in the person's browser; false when there is none to open it in. */
  readonly browse?: (url: string) => boolean;
  /** The Electron that would open the window, for `doctor`; null when none is known. */
  readonly desktop: string | null;
  /** Aborted when the person presses Ctrl+C. */
  readonly signal: AbortSignal;
}

/** What a command that runs a runtime itself hands it of its surroundings. */
export function suppliedBy({ config, askHuman, hook, host, starter, desktop, page = null, signal }: Surroundings) {
  return { config, askHuman, hook, host, starter, desktop, page, stopped: signal };
}

/** The options and names given on the command line, already checked against the command's own. */
export interface Given {
  readonly json: boolean;
  text(option: string): string | undefined;
  /** Throws a UsageError when the option is missing. */
  needed(option: string): string;
  flag(option: string): boolean;
  many(option: string): readonly string[];
  /** The nth name after the command; throws a UsageError when it is missing. */
  name(index: number): string;
  /** Every name after the command. */
  names(): readonly string[];
  /** The nth name as an id. */
  id(index: number): number;
}

/** What a command has to say: one JSON value, and the same for people. */
export interface Outcome {
  /** Undefined when it was printed already. */
  readonly json: unknown;
  readonly text: string;
  /** For people only, said on stderr after the text, so that a pipe gets the text alone. */
  readonly note?: string;
  /** 1 when the thing asked about has failed, `notPassed` when it is finished and required checks did not pass; 0 unless said. */
  readonly exit?: 0 | 1 | typeof notPassed;
}

/** The exit code of a wait that ended in a change in review which required checks did not pass, so that a script can tell it from a failure. */
export const notPassed = 3;

/** One command of the terminal door. */
export interface Command {
  /** Its words, for example `['task', 'add']`. */
  readonly words: readonly string[];
  /** What it was called before, which is still understood. */
  readonly formerly?: readonly string[];
  /** What follows the words, as the help shows it. */
  readonly usage: string;
  readonly summary: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** What options that take a value are when they are given without one. */
  readonly bare?: Readonly<Record<string, string>>;
  /** How many names it takes. */
  readonly names: { readonly least: number; readonly most: number };
  readonly examples: readonly string[];
  /** What else its help says, after the examples; lines that end with a line end. */
  readonly more?: string;
  /** It only reads, always or when it is called like this, and so starts no runtime. */
  readonly reads?: true | ((given: Given) => boolean);
  /** With --json it prints one value a line, as they come, always or when it is called like this. */
  readonly lines?: true | ((given: Given) => boolean);
  /** Kept out of the overview. */
  readonly hidden?: boolean;
  run(given: Given, around: Surroundings): Promise<Outcome>;
}

/** Something is wrong with how the program was called: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
