import { mkdtemp, rmdir, statfs } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { dirname, join, parse } from 'node:path';
import { chosenNamespace, type NamespaceTrial, tryNamespace } from './agents/namespace-trial';
import { type Config, natsServer } from './config';
import type { AgentStatus } from './contract/agent';
import type { DecisionRecord } from './contract/decision';
import { type DoctorReport, desktopFinding, type Finding } from './contract/doctor';
import { assertNever } from './contract/errors';
import { type Settings, settingsSchema } from './contract/settings';
import type { ServerState } from './contract/status';
import { findGit, type Git } from './git/git';
import { fallbackIdentity, readIdentity } from './git/identity';
import { makeFolder } from './make-folder';
import { natsFinding } from './nats-finding';
import type { Outage } from './relay-outage';
import type { NamedVariables } from './roster';
import { openForReading } from './store/database';
import { checkDecisions } from './store/decisions';
import { readSettings } from './store/settings';

/** Below this much free space a worktree or a commit may fail half-way. */
const lowBytes = 1024 ** 3;

/**
 * Looks at everything the main job needs on this machine: git and whose name commits get, Node, the desktop runtime, the
 * agents, free space, the data folder, the record of decisions, and what agents are given of the environment. Changes
 * nothing but making the data folder.
 */
export async function diagnose(subject: {
  readonly config: Config;
  readonly agents: readonly AgentStatus[];
  /** Where the desktop runtime is, or null when the caller does not know of one. */
  readonly desktop: string | null;
  /** Whether the record of decisions is whole; null when there is none yet. */
  readonly decisions: DecisionRecord | null;
  /** What becomes of the variables named for agents beyond the allow-list. */
  readonly variables: NamedVariables;
  readonly pidNamespace: Settings['pidNamespace'];
  /** The setting `natsUrl`. */
  readonly natsUrl?: string;
  /** How the runtime's server stands; none where no runtime runs. */
  readonly server?: ServerState;
  /** The services that the runtime gave up, a sentence for each. */
  readonly services?: readonly string[];
  /** Since when the relay is away, and why; null while it is there. */
  readonly relay?: Outage | null;
}): Promise<DoctorReport> {
  const nats = natsServer(subject.config.environment, subject.natsUrl ?? '');
  const findings = [
    ...(await gitFindings(subject.config)),
    nodeFinding(),
    desktopFinding(process.versions.electron ?? null, subject.desktop),
    ...subject.agents.map(agentFinding),
    await spaceFinding(subject.config.folders.data),
    await folderFinding(subject.config.folders),
    ...(subject.decisions === null ? [] : [decisionsFinding(subject.decisions)]),
    variablesFinding(subject.variables),
    ...(await namespaceFindings(subject)),
    ...serverFindings(subject.server),
    ...(subject.services ?? []).map(serviceFinding),
    ...(nats === null ? [] : [await natsFinding(nats)]),
    ...(subject.relay == null ? [] : [relayFinding(subject.relay)]),
  ];
  return { ok: findings.every((finding) => finding.state !== 'missing' || !finding.required), findings };
}

/** Reads what the store of a data folder nobody need own says: its settings and the state of its record, if it has one. */
export async function readStore(
  config: Config,
): Promise<{ readonly settings: Settings; readonly decisions: DecisionRecord | null }> {
  const db = openForReading({ file: config.folders.database, nativeBinding: config.nativeBinding });
  if (db === null) return { settings: settingsSchema.parse({}), decisions: null };
  try {
    return { settings: readSettings(db), decisions: await checkDecisions(db) };
  } finally {
    db.close();
  }
}

async function gitFindings(config: Config): Promise<readonly Finding[]> {
  try {
    const git = await findGit(config.environment);
    const detail = `${git.version} at ${git.program}`;
    return [{ name: 'git', state: 'ok', required: true, detail, hint: null }, await identityFinding(git)];
  } catch (cause) {
    const hint = 'Install git 2.38 or newer.';
    return [{ name: 'git', state: 'missing', required: true, detail: messageOf(cause), hint }];
  }
}

/** Whose name commits get in a repository that says nothing of its own. */
async function identityFinding(git: Git): Promise<Finding> {
  const found = { name: 'git identity', required: false } as const;
  try {
    const known = await readIdentity({ git, directory: parse(process.cwd()).root });
    if (known !== null) return { ...found, state: 'ok', detail: `${known.name} <${known.email}>`, hint: null };
    const instead = fallbackIdentity(userInfo().username, hostname());
    const detail = `git knows no name and address for you, so commits are by ${instead.name} <${instead.email}>`;
    const hint = 'git config --global user.name "Your Name"\ngit config --global user.email "you@example.com"';
    return { ...found, state: 'warning', detail, hint };
  } catch (cause) {
    return { ...found, state: 'warning', detail: messageOf(cause), hint: null };
  }
}

function nodeFinding(): Finding {
  const { node, electron, napi } = process.versions;
  const detail = electron === undefined ? `${node} (Node-API ${napi})` : `${node} inside Electron ${electron}`;
  return { name: 'node', state: 'ok', required: true, detail, hint: null };
}

function agentFinding(agent: AgentStatus): Finding {
  const name = `agent ${agent.name}`;
  if (!agent.found)
    return { name, state: 'warning', required: false, detail: 'not found on PATH', hint: agent.install };
  if (agent.path === null)
    return {
      name,
      state: 'ok',
      required: false,
      detail: 'built in, needs nothing',
      hint: agent.notes.join(' ') || null,
    };
  const login = agent.loggedIn === null ? '' : agent.loggedIn ? ', logged in' : ', not logged in';
  const detail = `${agent.version ?? 'version unknown'} at ${agent.path}${login}`;
  return { name, state: 'ok', required: false, detail, hint: agent.notes.join(' ') || null };
}

async function spaceFinding(folder: string): Promise<Finding> {
  try {
    makeFolder(folder);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const detail = `${(free / 1024 ** 3).toFixed(1)} GiB free at ${folder}`;
    return free < lowBytes
      ? {
          name: 'disk',
          state: 'warning',
          required: false,
          detail,
          hint: 'Worktrees need space: free some, or set SWITCHYARD_HOME to a larger disk.',
        }
      : { name: 'disk', state: 'ok', required: false, detail, hint: null };
  } catch (cause) {
    return { name: 'disk', state: 'warning', required: false, detail: messageOf(cause), hint: null };
  }
}

async function folderFinding({ data: folder, logs }: Config['folders']): Promise<Finding> {
  try {
    // Who may do everything may not write everywhere, and only writing tells.
    await rmdir(await mkdtemp(join(folder, 'doctor-')));
    return { name: 'data folder', state: 'ok', required: true, detail: `${folder}, the logs in ${logs}`, hint: null };
  } catch (cause) {
    const hint = `Make ${dirname(folder)} writable, or set SWITCHYARD_HOME to a folder that is.`;
    return { name: 'data folder', state: 'missing', required: true, detail: messageOf(cause), hint };
  }
}

function decisionsFinding({ count, newest, broken }: DecisionRecord): Finding {
  const found = { name: 'decisions', required: false } as const;
  if (broken === null) {
    const detail = count === 0 ? 'none recorded yet' : `${count} recorded, unbroken; the newest is ${newest}`;
    return { ...found, state: 'ok', detail, hint: null };
  }
  const detail = `the record is broken at decision ${broken.number}: ${broken.reason}`;
  const hint =
    'Something other than Switchyard changed the database. Compare `switchyard audit export` with one you kept from before.';
  return { ...found, state: 'warning', detail, hint };
}

function variablesFinding({ passed, unset, refused }: NamedVariables): Finding {
  const list = (what: string, names: readonly string[]) => (names.length === 0 ? [] : [`${what}: ${names.join(', ')}`]);
  const parts = [
    ...(passed.length === 0 ? ['agents see the allow-list only'] : list('agents also see', passed)),
    ...list('named but not set', unset),
    ...list('named but never passed', refused),
  ];
  const hint = 'Name more with the setting passEnvironment or SWITCHYARD_PASS_ENV.';
  const state = refused.length === 0 ? 'ok' : 'warning';
  return { name: 'environment', state, required: false, detail: parts.join('; '), hint };
}

function serverFindings(state: ServerState | undefined): readonly Finding[] {
  const found = { name: 'server', required: false } as const;
  switch (state?.kind) {
    case undefined:
    case 'starting':
      return [];
    case 'off':
      return [{ ...found, state: 'ok', detail: 'closed: the setting server is false', hint: null }];
    case 'listening':
      return [{ ...found, state: 'ok', detail: `open at ${state.url}, for this machine only`, hint: null }];
    case 'failed': {
      const detail = `could not be opened: ${state.reason}. Everything but the web monitor and programs that ask it works`;
      const hint = 'To try again, set the setting server to false, then to true.';
      return [{ ...found, state: 'warning', detail, hint }];
    }
    default:
      return assertNever(state);
  }
}

function serviceFinding(detail: string): Finding {
  const hint = 'Tasks go on without it. What it printed is in the terminal of `switchyard up`.';
  return { name: 'service', state: 'warning', required: false, detail, hint };
}

function relayFinding({ since, why }: Outage): Finding {
  const detail = `away since ${new Date(since).toISOString()}: ${why}`;
  const hint = 'It is looked for every few seconds. What sessions of tasks tell on it is kept until it is back.';
  return { name: 'relay', state: 'warning', required: false, detail, hint };
}

/** Whether what tasks start dies with Switchyard at once, or why only its next start ends what is left. */
async function namespaceFindings({
  config,
  pidNamespace: wanted,
}: {
  readonly config: Config;
  readonly pidNamespace: Settings['pidNamespace'];
}): Promise<readonly Finding[]> {
  if (process.platform !== 'linux') return [];
  const trial = await tryNamespace(config.environment);
  const found = { name: 'pid namespace', required: false } as const;
  if (chosenNamespace(trial, wanted) !== null && trial.kind === 'works') {
    const users = trial.ownUsers ? ', in a user namespace as well' : '';
    const detail = `${trial.version} at ${trial.namespace.bwrap}${users}: agents end at once with whatever holds them`;
    return [{ ...found, state: 'ok', detail, hint: null }];
  }
  const { reason, hint, state } = unused(trial, wanted);
  const detail = `not used: ${reason}. What agents leave running after a crash is ended at the next start`;
  return [{ ...found, state, detail, hint }];
}

function unused(
  trial: NamespaceTrial,
  wanted: Settings['pidNamespace'],
): Pick<Finding, 'state' | 'hint'> & { reason: string } {
  if (wanted === 'never') return { state: 'ok', reason: 'the setting pidNamespace is never', hint: null };
  if (trial.kind === 'fails') {
    return { state: wanted === 'always' ? 'warning' : 'ok', reason: trial.reason, hint: trial.hint };
  }
  return {
    state: 'ok',
    reason: 'here it takes a user namespace too, in which sudo and some set-ups of ssh refuse to work',
    hint: 'If agents need neither, set pidNamespace to always (in the terminal: settings set pidNamespace always).',
  };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
