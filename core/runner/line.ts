import type { TranscriptBody } from '../contract/transcript';
import type { Claim } from '../sources/source';
import type { TaskWork } from '../store/task-work';
import type { Transcript } from '../store/transcript';
import type { Answers } from './answers';
import type { Deps } from './deps';
import type { HeldTurn } from './held-turn';
import type { OpenSession } from './session';

/** A claimed task, with all that the line from its claim to its review is handed. */
export interface Line {
  readonly deps: Deps;
  readonly answers: Answers;
  readonly claim: Claim;
  readonly signal: AbortSignal;
  readonly task: TaskWork;
  readonly session: OpenSession;
  readonly transcript: Transcript;
  /** The turn to go on with, when an earlier runtime left its agent at work. */
  readonly held: HeldTurn | null;
}

/** Writes into the conversation, whatever the agent says there. */
export function recorder({ deps, transcript }: Line) {
  const record = (body: TranscriptBody) => void transcript.append(body, deps.now());
  return { record, note: (text: string) => record({ type: 'notice', level: 'info', text }) };
}

/** A failure that trying again would not mend. */
export const final = { retryable: false } as const;
