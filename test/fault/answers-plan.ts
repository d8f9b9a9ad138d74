/**
 * Where between a question and its answer a process is killed; `said` is at words of the agent's, `used` where Claude
 * Code has written down that it used its leave, and that it has it for good is not noted.
 */
export type Point = 'said' | 'used' | 'asked' | 'written' | 'answered' | 'handed' | 'given' | 'delivered' | 'marked';

/** Who is killed there, in this order. */
export type Victim = 'agent' | 'app' | 'agent, app' | 'app, agent';

/** What one runtime is to do before it ends, or is ended. */
export interface Plan {
  readonly data: string;
  readonly repository: string;
  /** Tasks to add first. */
  readonly tasks?: readonly { readonly title: string; readonly agent: string; readonly prompt: string }[];
  readonly point: Point | 'none';
  /** How many facts of the point's kind there are before the kill; as many as tasks, or one, when it is left out. */
  readonly count?: number;
  readonly victim: Victim;
  /** The agents' programs are held by a host, which outlives the runtime. */
  readonly held?: true;
  /** What is left out to see that its lack is seen: the note of handing over, or the taking up of stored answers. */
  readonly control?: 'not handed' | 'not taken up';
}
