import type { Size } from './protocol';

/** A program this host holds, however it is connected. */
export interface Program {
  readonly pid: number;
  /** Gives it something to read. On pipes it throws when it was not given `after` texts before this one. */
  write(text: string, after?: number): void;
  /** Tells it that nothing more comes. Throws for a program on a terminal. */
  closeInput(): void;
  /** Says how large its terminal is now; nothing to a program on pipes. */
  resize(size: Size): void;
  /** Holds the program up: it waits in its own writing until `resume`. Nothing is lost. */
  pause(): void;
  resume(): void;
}

/** Who hears what a program prints and how it ends; every byte is told before the end is. */
export interface Hearing {
  readonly onBytes: (bytes: Buffer) => void;
  readonly onEnd: (end: { readonly exitCode: number | null; readonly signal: number | null }) => void;
}
