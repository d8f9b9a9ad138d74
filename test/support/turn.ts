import { randomUUID } from 'node:crypto';
import type { Question, Turn } from '../../core/agents/agent';
import { startChild } from '../../core/agents/child';
import type { Answer } from '../../core/contract/request';
import type { Usage } from '../../core/contract/task';
import type { TranscriptBody } from '../../core/contract/transcript';

/** What happened in a turn, in the order in which it happened. */
export interface Happened {
  readonly transcript: TranscriptBody[];
  readonly sessions: string[];
  /** The places the conversation came to. */
  readonly points: string[];
  readonly processes: number[];
  readonly questions: Question[];
  /** Questions the agent took back. */
  readonly withdrawn: Question[];
  /** The session ids known when each question was asked. */
  readonly sessionsAtQuestion: string[][];
  /** What the agent told of its usage while it worked. */
  readonly usage: Usage[];
}

/** How a turn under test differs from the plain one. `answer` decides on each question; it may wait for ever. */
export interface TurnOptions
  extends Partial<Omit<Turn, 'ask' | 'record' | 'onSession' | 'onPoint' | 'onProcess' | 'onUsage'>> {
  readonly prompt: string;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly answer?: (question: Question, withdrawn: AbortSignal) => Answer | Promise<Answer>;
  readonly onRecord?: (body: TranscriptBody) => void;
  readonly onProcess?: (pid: number) => void;
}

/** Allows whatever is asked and takes the first option. */
export const allow: Answer = { decision: 'allow', rule: null, options: [0], text: null };

/** A turn as the runner would give it, and what became of it. */
export function makeTurn(options: TurnOptions): { readonly turn: Turn; readonly happened: Happened } {
  const happened: Happened = {
    transcript: [],
    sessions: [],
    points: [],
    processes: [],
    questions: [],
    withdrawn: [],
    sessionsAtQuestion: [],
    usage: [],
  };
  const { answer, onRecord, onProcess, ...given } = options;
  const turn: Turn = {
    id: randomUUID(),
    start: startChild,
    opening: options.prompt,
    resume: null,
    resumeAt: null,
    model: null,
    permissionLevel: 'supervised',
    trusted: true,
    silenceMs: 60_000,
    budgetUsd: null,
    namespace: null,
    review: null,
    costBefore: null,
    signal: new AbortController().signal,
    ...given,
    onSession: (session) => happened.sessions.push(session),
    onPoint: (point) => happened.points.push(point),
    onProcess: (process) => {
      happened.processes.push(process.pid);
      onProcess?.(process.pid);
    },
    onUsage: (usage) => happened.usage.push(usage),
    record: (body) => {
      happened.transcript.push(body);
      onRecord?.(body);
    },
    ask: (question, withdrawn) => {
      happened.questions.push(question);
      happened.sessionsAtQuestion.push([...happened.sessions]);
      return new Promise<Answer>((resolve, reject) => {
        withdrawn.addEventListener('abort', () => {
          happened.withdrawn.push(question);
          reject(new DOMException('The agent took the question back.', 'AbortError'));
        });
        Promise.resolve(answer === undefined ? allow : answer(question, withdrawn)).then(resolve, reject);
      });
    },
  };
  return { turn, happened };
}

/** All text the agent said, joined. */
export function saidBy(happened: Happened): string {
  return happened.transcript.map((body) => (body.type === 'text' ? body.text : '')).join('');
}
