import type { Quirks } from './acp-quirks';

/** How to start the tool server by which an agent without questions of its own asks a person. */
export interface AskHuman {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A program that speaks the Agent Client Protocol over stdio. */
export interface AcpProgram {
  readonly name: string;
  readonly label: string;
  /** Its name on the PATH, or its absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  /** How to install it, one line. */
  readonly install: string;
  /** What to type when it is not signed in. */
  readonly signIn?: string;
  readonly askHuman: AskHuman | null;
  readonly quirks?: Quirks;
  /** Things worth knowing about it in this version, one line each. */
  readonly notes?: (version: string | null) => readonly string[];
}
