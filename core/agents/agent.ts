import type { AgentStatus } from '../contract/agent';
import type { ProviderLimit } from '../contract/park';
import type { Answer, RequestKind, RequestOption, RequestTool } from '../contract/request';
import type { PermissionLevel, Usage } from '../contract/task';
import type { TranscriptBody } from '../contract/transcript';
import type { StartChild } from './child';
import type { Namespace } from './namespace';
import type { ReviewDesk } from './review-tools';
import type { Screen } from './screen';

/** A question as the agent asked it, before it has a row. */
export interface Question {
  readonly kind: Exclude<RequestKind, 'start'>;
  readonly title: string;
  readonly body: string;
  readonly tool: RequestTool | null;
  readonly options: readonly RequestOption[];
  readonly allowsText: boolean;
  readonly multiple: boolean;
  /** The agent's own id of the call it asks leave for, by which its record tells whether that was used; none when it does not. */
  readonly call?: string | null;
}

/** A conversation of an agent's that has its record. */
export interface Conversed extends Pick<Turn, 'environment'> {
  readonly agentSession: string;
}

/** Leave that an agent was given for one of its calls. */
export interface Leave {
  readonly call: string;
  /** Epoch milliseconds. */
  readonly givenAt: number;
}

/** How a turn ended, as the runner must treat it. */
export type TurnEnd =
  | { readonly kind: 'completed'; readonly usage: Usage }
  /** The agent failed. `retryable` when the same turn may well work later (a lost connection, a killed process). */
  | { readonly kind: 'failed'; readonly error: string; readonly retryable: boolean; readonly usage: Usage }
  /** The provider refuses for now: nothing is wrong with the work, and the same turn goes on when the limit is over. */
  | { readonly kind: 'limited'; readonly error: string; readonly limit: ProviderLimit; readonly usage: Usage }
  /** The agent came to the end of the budget it was given, and stopped by itself. */
  | { readonly kind: 'spent'; readonly usage: Usage }
  /** The turn's signal was aborted and the agent is gone. */
  | { readonly kind: 'cancelled'; readonly usage: Usage };

/** Everything an agent needs for one turn. The runner supplies it; the agent owns nothing outside it. */
export interface Turn {
  /** A text no other turn has; the same when the turn is taken up by another runtime. */
  readonly id: string;
  /**
   * Starts the agent's program. It may be held by another process, and then a turn that is taken up again is given the
   * same program: what it has printed from its first byte on, while what it was told already goes nowhere.
   */
  readonly start: StartChild;
  /** What to tell the agent. Empty, with `resume` set, means: go on where the conversation was cut off. */
  readonly prompt: string;
  /** The task's whole prompt, said first when the conversation to resume turns out to be gone. */
  readonly opening: string;
  /** The agent's own session id to go on with, or null for a new conversation. */
  readonly resume: string | null;
  /**
   * A place of that conversation, as `onPoint` told it: the turn goes on from there, in a conversation of its own that
   * leaves the other as it is. Null goes on from its end. Only agents that go back are given one.
   */
  readonly resumeAt: string | null;
  /** What the conversation has cost so far, in US dollars, for agents that tell its cost and not the turn's. */
  readonly costBefore: number | null;
  /** The worktree, absolute. The agent's process starts there. */
  readonly directory: string;
  /** The whole environment of the agent's process; nothing is inherited beside it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The pid namespace the agent's process is put into; null for none. */
  readonly namespace: Namespace | null;
  /** Which of its models to use, in its own words; null for its own choice. Only agents that can be told are given one. */
  readonly model: string | null;
  readonly permissionLevel: PermissionLevel;
  /** False keeps out whatever the repository brings for agents: settings, hooks, MCP servers. */
  readonly trusted: boolean;
  /** An agent silent for this long with no question open is hung: it is ended and the turn fails as retryable. */
  readonly silenceMs: number;
  /** What the turn may cost at the most, in US dollars, for agents that hold themselves to it; null for no cap. */
  readonly budgetUsd: number | null;
  /** Where it leaves what it has to say of another task's change; null unless it reviews one. */
  readonly review: ReviewDesk | null;
  /** Ends the turn: the agent is told, then ended with everything it started. */
  readonly signal: AbortSignal;
  /** Called once, as soon as the agent's session id is known, so that a crash can resume it. */
  readonly onSession: (agentSession: string) => void;
  /** Called with each place the conversation came to that could be gone back to; the last counts. */
  readonly onPoint: (point: string) => void;
  /** Called for the agent's process when it starts, for the ledger of children. */
  readonly onProcess: (process: { readonly pid: number; readonly command: string }) => void;
  /** Called with what the turn has used so far, whenever the agent tells it while it works. */
  readonly onUsage: (usage: Usage) => void;
  /** Adds to the transcript. */
  readonly record: (body: TranscriptBody) => void;
  /**
   * Puts a question to the person and waits without limit. The row is committed before this returns a promise to
   * wait on. Abort `withdrawn` when the agent takes the question back; the promise then rejects with an AbortError.
   * Abort it with `agentGone` when the agent died while it waited: the question is still good, and the next turn of
   * the same conversation asks it again. `name` is the agent's own for this asking, by which it is known when the same
   * program's words are read again.
   */
  readonly ask: (question: Question, withdrawn: AbortSignal, name: string) => Promise<Answer>;
}

/** The program that does the work. Each implementation passes test/suites/agent.ts. */
export interface Agent {
  readonly name: string;
  /** It can go on from an earlier place of a conversation. */
  readonly goesBack?: true;
  /** It can be told which of its models to use. */
  readonly models?: true;
  /** Looks for the program on the given PATH. Never throws for a missing one. */
  locate(environment: Readonly<Record<string, string>>): Promise<Omit<AgentStatus, 'screen' | 'models'>>;
  /** Does one turn: starts or resumes the agent, and resolves when it and all its children are gone. Throws only on a bug. */
  take(turn: Turn): Promise<TurnEnd>;
  /**
   * Which of this leave its own record shows to be used in a conversation, beyond doubt; left out by one whose record does not
   * tell. Throws when that cannot be read.
   */
  used?(conversation: Conversed, given: readonly Leave[]): Promise<readonly Leave[]>;
  /** Its own terminal program, on which a person can go on with its conversations; left out when it has none. */
  readonly screen?: Screen;
}

/** The reason a question is let go of when its agent died; the person may still answer it. */
export const agentGone = 'agent gone';

/** What is said to begin anew when the conversation to resume is gone: the task, and what was to be said now. */
export function openingOf({ opening, prompt }: Pick<Turn, 'opening' | 'prompt'>): string {
  return prompt === '' || prompt === opening ? opening : `${opening}\n\n${prompt}`;
}

/** Usage of an agent that says nothing about it. */
export const unknownUsage: Usage = { inputTokens: null, outputTokens: null, costUsd: null };
