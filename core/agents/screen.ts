import type { Answer } from '../contract/request';
import type { PermissionLevel, Usage } from '../contract/task';
import type { TranscriptBody } from '../contract/transcript';
import { type Question, type Turn, unknownUsage } from './agent';

/** How a program is started that passes a hook on, and what it is started with. */
export interface HookProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What the hooks of a screen are listened to with. */
export interface HookDesk {
  readonly directory: string;
  readonly permissionLevel: PermissionLevel;
  /** As in a turn: the row is committed before the wait. Abort `withdrawn` when the question is over otherwise. */
  readonly ask: (question: Question, withdrawn: AbortSignal) => Promise<Answer>;
  /** Says in the conversation that the screen asks for less leave, or for more, than it did. */
  readonly notice: (text: string, level: 'info' | 'warning') => void;
  /** Nothing that was asked before is open on the screen any more, whoever heard it being asked. */
  readonly settled: () => void;
}

/** Hears what the hooks of one screen say. */
export interface HookListener {
  /**
   * Takes what a hook said and gives what it is to answer, or null for nothing. `over` is aborted when nobody waits for
   * the answer any more.
   */
  take(event: unknown, over: AbortSignal): Promise<unknown>;
}

/** Everything an agent's own screen is opened with, as a turn has it: both drives may do the same. */
export interface Seat
  extends Pick<Turn, 'resume' | 'opening' | 'directory' | 'environment' | 'model' | 'permissionLevel' | 'trusted'> {
  /** How what the screen asks reaches us while it is open; null when it cannot. */
  readonly hooks: { readonly program: HookProgram; readonly environment: Readonly<Record<string, string>> } | null;
}

/** What to run in a terminal, or why the screen cannot be opened. */
export type Opened =
  | {
      readonly kind: 'program';
      /** The program's absolute path. */
      readonly command: string;
      readonly args: readonly string[];
      /** Its whole environment, but for what a terminal adds. */
      readonly environment: Readonly<Record<string, string>>;
      /** The conversation the screen is on; null when only its end tells. */
      readonly agentSession: string | null;
      /** How far the agent's own record is now; only the agent knows what it means. */
      readonly mark: string;
    }
  | { readonly kind: 'refused'; readonly error: string };

/** A conversation that was driven on the agent's screen since a mark. */
export interface Driven extends Pick<Seat, 'directory' | 'environment'> {
  readonly agentSession: string | null;
  readonly mark: string;
}

/** What was said on an agent's screen. */
export interface Said {
  /** The conversation it was said in; null when there is none. */
  readonly agentSession: string | null;
  readonly lines: readonly { readonly at: number; readonly body: TranscriptBody }[];
  readonly usage: Usage;
}

/** An agent's own terminal program, on which a person goes on with the agent's conversations. */
export interface Screen {
  /** Says what to start so that the person goes on with a conversation, or begins one with the task's prompt. */
  open(seat: Seat): Promise<Opened>;
  /** Hears what its hooks say while it is open; left out by one that has none. */
  listen?(desk: HookDesk): HookListener;
  /** Reads what was said since the screen was opened from the agent's own record. Throws when that cannot be read. */
  said(driven: Driven): Promise<Said>;
}

/** A screen on which nothing was said. */
export const nothingSaid: Omit<Said, 'agentSession'> = { lines: [], usage: unknownUsage };

/** The most of a prompt that fits into one argument of a program, in bytes; Linux takes 128 KiB with what is around it. */
const longestArgument = 100_000;

/** Why a prompt cannot be handed to a new screen; null when it can. */
export function tooLong(prompt: string): string | null {
  const bytes = Buffer.byteLength(prompt);
  if (bytes <= longestArgument) return null;
  return `The prompt of the task has ${bytes} bytes, which is too long to begin with in a terminal. Let the agent begin, then take over.`;
}
