import type { Agent, TurnEnd } from '../agents/agent';
import type { Namespace } from '../agents/namespace';
import type { Settings } from '../contract/settings';
import type { Git } from '../git/git';
import type { Source } from '../sources/source';
import type { Database } from '../store/database';
import type { Writer } from '../store/writer';
import type { Hooks } from './hooks';
import type { Ledger } from './ledger';
import type { LiveChecks } from './live-checks';
import type { Programs } from './programs';
import type { Screens } from './screens';
import type { Takes } from './takes';
import type { UnderWay } from './under-way';

/** What the runner is handed. It reads nothing else of its surroundings. */
export interface Deps {
  readonly db: Database;
  readonly writer: Writer;
  readonly git: Git;
  readonly source: Source & { notify(): void };
  /** The agents there are, by name; asked anew for each task because settings may add some. */
  readonly agents: () => ReadonlyMap<string, Agent>;
  readonly settings: () => Settings;
  /** A text no other data folder has, by which this one's processes are told apart. */
  readonly owner: string;
  readonly folders: { readonly transcripts: string; readonly worktrees: string };
  /** The environment agents' processes get, before what a task adds. */
  readonly agentEnvironment: () => Promise<Readonly<Record<string, string>>>;
  /** The pid namespace that what a task or a terminal starts is put into; null for none. */
  readonly namespace: () => Promise<Namespace | null>;
  /** Tells followers that a task changed; called after the change is committed. */
  readonly announce: (task: number) => void;
  readonly announceRepository: (repository: number) => void;
  /** Tells followers that a request changed; called after the change is committed. */
  readonly announceRequest: (request: number) => void;
  /** Tells followers that what waits for a task's agent changed; called after the change is committed. */
  readonly announceMessages: (task: number) => void;
  /** Tells followers that the comments on a task's change were changed; called after the change is committed. */
  readonly announceComments: (task: number) => void;
  /** Tells followers that a turn of an agent is over; called after what it left is committed. */
  readonly announceTurn: (ended: EndedTurn) => void;
  /** Ends the work on a task that somebody moved out of its worker's hands, and its agent's screen. */
  readonly stopWork: (task: number) => void;
  /** The agents' programs, which outlive this runtime. */
  readonly programs: Programs;
  /** The checks that run. */
  readonly checks: LiveChecks;
  /** What runs for the tasks. */
  readonly ledger: Ledger;
  /** News of people who want to take a task over. */
  readonly takes: Takes;
  /** What the agents' own screens say while they are open. */
  readonly hooks: Hooks;
  /** The agents' own screens, on terminals. */
  readonly screens: Screens;
  /** Has the pools of worktrees filled up again; called when one was taken. */
  readonly refill: () => void;
  /** The worktrees that are being taken away. */
  readonly retirements: UnderWay;
  /** Ends the programs on the task's terminals and its checks; called before its worktree goes. */
  readonly closeTerminals: (task: number) => Promise<void>;
  readonly log: (
    level: 'info' | 'warning' | 'error',
    message: string,
    facts?: Readonly<Record<string, unknown>>,
  ) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** How a turn of an agent ended. */
export interface EndedTurn {
  readonly session: number;
  /** Its number in the session. */
  readonly turn: number;
  readonly end: TurnEnd['kind'];
  /** What went wrong; null where nothing did. */
  readonly error: string | null;
  /** What was to be done in it is gone on with in a turn to come. */
  readonly goesOn: boolean;
}

/** What the terminals are made of. */
export type DepsWithoutTerminals = Omit<Deps, 'closeTerminals' | 'screens'>;

/**
 * Why work on a task is told to end before it is finished. `spent` ends one turn, because a budget is reached, and so
 * does `taken`, because the person takes over.
 */
export type Stop = 'cancelled' | 'closing' | 'lost' | 'spent' | 'over memory' | 'taken';
