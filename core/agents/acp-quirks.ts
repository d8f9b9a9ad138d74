import type { PermissionLevel } from '../contract/task';
import { toolServerName } from './review-tools';

/** What one agent does differently from the protocol's text, and what it needs told outside of it. */
export interface Quirks {
  /** Environment entries the agent gets on top of the turn's; they win. */
  readonly environment: (level: PermissionLevel, model: string | null) => Readonly<Record<string, string>>;
  /** The session mode a permission level asks for, or null to leave the agent in its own. */
  readonly mode: (level: PermissionLevel) => string | null;
  /** What the repository at this path would have the agent run by itself, as paths inside it. */
  readonly repositoryPrograms: (directory: string) => Promise<readonly string[]>;
  /** Matches the text with which the agent tells, as an ordinary message, that its provider failed; null when it never does. */
  readonly failureText: RegExp | null;
  /** The tool's own name and extension, from the `_meta` of a tool call. */
  readonly toolName: (meta: unknown) => string | null;
  /** What a tool has printed since the last update, from the `_meta` of an update. */
  readonly liveOutput: (meta: unknown) => string | null;
  /** What sort of tool it is, for an agent that does not say. */
  readonly kindOf: (toolName: string) => string | null;
  /** The text an edit replaces and the one it puts there, when the agent sends no diff but its input tells. */
  readonly editOf: (toolName: string, input: unknown) => Edit | null;
  /**
   * Whether this version passes on what its tool servers ask. One that does not leaves `ask_human` waiting for ever,
   * so it is not offered there.
   */
  readonly passesQuestions: (introduction: Introduction) => boolean;
  /** How something is said to the agent while its turn runs, or null when it only listens between turns. */
  readonly steer: Steering | null;
  /** The names under which the agent may offer a tool of our own server; it needs no leave for those. */
  readonly toolNames: (tool: string) => readonly string[];
}

/** What an agent says of itself when it is started. */
export interface Introduction {
  readonly agentInfo?: { readonly version: string } | null | undefined;
}

/** A request beyond the protocol that adds a message to a running turn. */
export interface Steering {
  readonly method: string;
  /** The running turn's id, from the `_meta` of a session update; undefined when that says nothing about it. */
  readonly runOf: (meta: unknown) => string | null | undefined;
  readonly params: (session: string, run: string, text: string) => Readonly<Record<string, unknown>>;
}

/** A change of one file, as far as a tool call tells it. */
export interface Edit {
  readonly path: string;
  readonly before: string | null;
  readonly after: string;
}

/** The protocol as written: nothing special. */
export const noQuirks: Quirks = {
  environment: () => ({}),
  mode: () => null,
  repositoryPrograms: async () => [],
  failureText: null,
  toolName: () => null,
  liveOutput: () => null,
  kindOf: () => null,
  editOf: () => null,
  passesQuestions: () => true,
  steer: null,
  toolNames: (tool) => [`${toolServerName}__${tool}`, `mcp__${toolServerName}__${tool}`],
};
