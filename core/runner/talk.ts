import type { Agent } from '../agents/agent';
import type { PermissionLevel } from '../contract/task';
import type { WorktreePlace } from '../git/checkout';
import type { Claim } from '../sources/source';
import type { Transcript } from '../store/transcript';
import type { Answers } from './answers';
import type { Leave } from './budget';
import type { Deps } from './deps';
import type { OpenSession } from './session';

/** What a conversation is about and where it happens. */
export interface Subject {
  readonly claim: Claim;
  readonly prompt: string;
  /** Who wrote the prompt: Switchyard that of a task which reviews a change. */
  readonly promptBy: 'person' | 'switchyard';
  readonly agent: Agent;
  /** Which of its models the agent is to use; null for its own choice. */
  readonly model: string | null;
  readonly permissionLevel: PermissionLevel;
  /** What of the repository's programs may run, as `mayRunInWorktree` gives it; null for none of them. */
  readonly passed: readonly string[] | null;
  /** The worktree, and the branch it is on. */
  readonly place: WorktreePlace;
  readonly branch: string;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Leave to begin a turn; waits for the person when a budget is reached. */
  readonly mayGoOn: () => Promise<Leave>;
}

/** A conversation at work, with all that it takes. */
export interface Talk {
  readonly deps: Deps;
  readonly answers: Answers;
  readonly subject: Subject;
  readonly session: OpenSession;
  readonly transcript: Transcript;
}
