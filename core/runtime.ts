import type { Admissions } from './admissions';
import type { AskHuman } from './agents/acp-program';
import type { HookProgram } from './agents/screen';
import type { Router } from './commands/router';
import type { Config } from './config';
import type { Settings } from './contract/settings';
import type { Status } from './contract/status';
import type { StopManner } from './contract/stop';
import type { Keychain } from './forge/tokens';
import type { HostProgram } from './host/start';
import type { Log } from './log';
import type { Relay } from './relay/bus';
import type { Outage } from './relay-outage';
import type { Health } from './server/state-routes';
import type { ServerStateHolder } from './server-state';
import type { PlacedService } from './service-manifest';
import type { Execute } from './starter/process';

/** What a shell supplies that the core cannot know by itself. */
export interface RuntimeOptions {
  readonly config: Config;
  readonly owner: Status['owner'];
  /** It runs in the foreground of a terminal. */
  readonly foreground?: boolean;
  /** How to start the tool server by which agents without questions of their own ask a person; null for none. */
  readonly askHuman: AskHuman | null;
  /** How to start the program that passes on what an agent's screen asks; without it such questions stay on the screen. */
  readonly hook?: HookProgram | null;
  /** How to start the process that holds programs on terminals; without it there are none. */
  readonly host?: HostProgram | null;
  /** How git and checks are started, where not from this process. */
  readonly execute?: Execute | undefined;
  /** What seals secrets for the person; without it they are kept only while this runs. */
  readonly keychain?: Keychain | null;
  /** What runs beside tasks: started before the first is taken in hand, stopped after the last. */
  readonly services?: ServicesWanted | null;
  /** Where the desktop runtime is, for `doctor`; null when the shell does not know. */
  readonly desktop: string | null;
  /** The machine was started anew since the owner before this one began, and so ended it, whatever that was at. */
  readonly rebooted?: boolean;
  /** Somebody asked over a door that the owner stop, and how. */
  readonly onStopRequested: (manner: StopManner) => void;
}

/** The services a shell wants, and who hears of them. */
export interface ServicesWanted {
  /** The file that names them. */
  readonly file: string;
  readonly manifest: readonly PlacedService[];
  /** Hears what they print and what becomes of them, a line at a time. */
  readonly say: (line: string) => void;
  /** Ends their start, and with it that of the runtime. */
  readonly stopped: AbortSignal;
}

/** A runtime that owns a data folder. */
export interface Runtime {
  readonly router: Router;
  readonly status: () => Status;
  readonly settings: () => Settings;
  /** Hears of settings once they are in use. */
  onSettings(hear: (settings: Settings) => void): () => void;
  readonly admissions: Admissions;
  /** How the server that a shell opens beside it stands. */
  readonly server: ServerStateHolder;
  /** Whether anything has failed for good, or is away. */
  readonly health: () => Health;
  /** The runtime's one log. A second one on the same file would not know when the file is full. */
  readonly log: Log;
  /** How many programs run on terminals. */
  readonly terminals: () => number;
  /** The relay, opened when it is first asked for. Rejects when its bus cannot be opened, and may be asked again. */
  readonly relay: () => Promise<Relay>;
  /** Hears whenever the relay went, or came back, until the function it gives is called. */
  readonly onOutage: (hear: (outage: Outage | null) => void) => () => void;
  /** Recovers what a crash left and begins to claim. */
  start(): Promise<void>;
  /** Parks what is in hand, waits at most `limitMs` for it, and closes the store. */
  stop(limitMs?: number, manner?: StopManner): Promise<void>;
}
