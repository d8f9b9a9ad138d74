import type { AgentStatus } from '../contract/agent';
import type { Change } from '../contract/change';
import type { DoctorReport } from '../contract/doctor';
import type { MemoryHold } from '../contract/process';
import type { ServiceStand } from '../contract/service';
import type { Settings } from '../contract/settings';
import type { SignInCode } from '../contract/sign-in';
import type { ServerState, Status } from '../contract/status';
import type { StopManner } from '../contract/stop';
import type { Tokens } from '../forge/tokens';
import type { Git } from '../git/git';
import type { Deps } from '../runner/deps';
import type { Ledger } from '../runner/ledger';
import type { Pool } from '../runner/pool';
import type { PullRequestDeps } from '../runner/pull-requests';
import type { Runner } from '../runner/runner';
import type { Sizes } from '../runner/sizes';
import type { Terminals } from '../runner/terminals';
import type { Database } from '../store/database';
import type { SearchIndex } from '../store/search-index';
import type { Writer } from '../store/writer';
import type { Pushes } from './pushes';
import type { RelayDesk } from './relay';
import type { Trains } from './train-driver';

/** What calls are handed to do their work. */
export interface Room {
  readonly db: Database;
  readonly writer: Writer;
  readonly runner: Runner;
  readonly ledger: Ledger;
  /** Why tasks that are due do not start; null while they may. */
  readonly held: () => MemoryHold | null;
  readonly terminals: Terminals;
  /** Looks at once where changes meet, and resolves when that is kept. */
  readonly lookForOverlaps: () => Promise<void>;
  /** Worktrees made ahead of need. */
  readonly pool: Pool;
  /** How large worktrees are. */
  readonly sizes: Sizes;
  readonly git: Git;
  readonly settings: () => Settings;
  readonly folders: { readonly data: string; readonly transcripts: string; readonly worktrees: string };
  /** Tells followers; called after the commit. */
  readonly publish: (change: Change) => void;
  readonly follow: (signal: AbortSignal | undefined) => AsyncIterableIterator<Change>;
  readonly announce: (task: number) => void;
  readonly closeTerminals: Deps['closeTerminals'];
  readonly retirements: Deps['retirements'];
  readonly takes: Deps['takes'];
  readonly screens: Deps['screens'];
  readonly checks: Deps['checks'];
  readonly namespace: Deps['namespace'];
  readonly agentEnvironment: Deps['agentEnvironment'];
  readonly agents: Deps['agents'];
  readonly forgeOf: PullRequestDeps['forgeOf'];
  readonly announcePullRequest: PullRequestDeps['announcePullRequest'];
  readonly pushes: Pushes;
  readonly trains: Trains;
  readonly tokens: Tokens;
  readonly relay: RelayDesk;
  readonly announceRequest: (request: number) => void;
  readonly announceMessages: Deps['announceMessages'];
  readonly announceComments: Deps['announceComments'];
  readonly stopWork: Deps['stopWork'];
  /** The names of the agents there are. */
  readonly agentNames: () => readonly string[];
  /** What was found to be installed; none while the first look is under way, which a change then ends. */
  readonly knownAgents: () => readonly AgentStatus[];
  /** What is installed; looks again when `refresh` is set. */
  readonly locateAgents: (refresh: boolean) => Promise<readonly AgentStatus[]>;
  /** Takes a new settings value into use. */
  readonly settingsChanged: (settings: Settings) => void;
  readonly status: () => Status;
  /** The server by which other programs and browsers ask, once it does not start any more. */
  readonly server: () => Promise<ServerState>;
  /** Who is let in from the network. */
  readonly admissions: {
    newCode(url: string | null): Omit<SignInCode, 'url'>;
    /** Hangs up on somebody who is let in no more. */
    end(who: { readonly key: number } | { readonly signIn: number }): void;
  };
  readonly doctor: () => Promise<DoctorReport>;
  readonly search: Pick<SearchIndex, 'find' | 'state'>;
  /** Starts a service of the runtime anew. */
  readonly restartService: (name: string) => Promise<ServiceStand>;
  /** Asks the owner of the runtime to stop it. */
  readonly requestStop: (manner: StopManner) => void;
  readonly log: Deps['log'];
  /** Tells our processes from another runtime's. */
  readonly owner: Deps['owner'];
  readonly now: () => number;
}
