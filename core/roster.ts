import { createAcpAgent } from './agents/acp';
import type { AskHuman } from './agents/acp-program';
import type { Agent } from './agents/agent';
import { createClaude } from './agents/claude';
import { createEcho } from './agents/echo';
import { buildEnvironment, readLoginEnvironment } from './agents/environment';
import { createGoose } from './agents/goose';
import type { Config } from './config';
import type { AgentStatus } from './contract/agent';
import type { Settings } from './contract/settings';
import type { Log } from './log';

/** The agents there are and what they are given. */
export interface Roster {
  /** By name, in the order they are offered. Settings may add some. */
  readonly all: () => ReadonlyMap<string, Agent>;
  /** The environment agents' processes get. The login shell is asked once. */
  readonly environment: () => Promise<Readonly<Record<string, string>>>;
  /** What is installed; looked for once, and again when `refresh` is set. */
  readonly located: (refresh: boolean) => Promise<readonly AgentStatus[]>;
  /** What was found last; none while the first look is under way. */
  readonly known: () => readonly AgentStatus[];
  /** What becomes of the variables named beyond the allow-list. */
  readonly named: () => Promise<NamedVariables>;
}

/** The variables that settings and SWITCHYARD_PASS_ENV name for agents, by what becomes of them. */
export interface NamedVariables {
  /** Agents get these. */
  readonly passed: readonly string[];
  /** Neither this program nor the login shell has these. */
  readonly unset: readonly string[];
  /** These are never passed, whoever names them. */
  readonly refused: readonly string[];
}

/** Puts the agents together from what the configuration and the settings say. */
export function createRoster(options: {
  readonly config: Config;
  readonly askHuman: AskHuman | null;
  readonly settings: () => Settings;
  readonly log: Log;
}): Roster {
  const { config, askHuman, settings, log } = options;
  const builtIn: readonly Agent[] = [
    createClaude(),
    createGoose({ askHuman }),
    createEcho({ folder: config.folders.echo }),
  ];
  const login = lazy(async () => {
    const found = await readLoginEnvironment({ shell: config.shell, home: config.home, process: config.environment });
    if (found.reason !== null) log('warning', 'The login shell was not read.', { reason: found.reason });
    return found.environment;
  });
  const all = () => {
    const custom = settings().acpAgents.map((agent) =>
      createAcpAgent({
        ...agent,
        label: agent.name,
        install: `Install ${agent.command}, or change the setting acpAgents.`,
        askHuman,
      }),
    );
    return new Map([...builtIn, ...custom].map((agent) => [agent.name, agent]));
  };
  const build = async () => {
    const pass = [...new Set([...settings().passEnvironment, ...config.passEnvironment])];
    return { pass, ...buildEnvironment({ login: await login(), process: config.environment, pass }) };
  };
  const environment = async () => {
    const built = await build();
    if (built.refused.length > 0)
      log('warning', 'Variables that agents never get were named.', { names: built.refused });
    return built.environment;
  };
  const named = async () => {
    const { pass, environment: given, refused } = await build();
    const possible = pass.filter((name) => !refused.includes(name));
    const passed = possible.filter((name) => given[name] !== undefined);
    return { passed, unset: possible.filter((name) => !passed.includes(name)), refused };
  };
  let looking: Promise<readonly AgentStatus[]> | undefined;
  let found: readonly AgentStatus[] = [];
  async function look(): Promise<readonly AgentStatus[]> {
    const given = await environment();
    found = await Promise.all(
      [...all().values()].map(async (agent) => ({
        ...(await agent.locate(given)),
        screen: agent.screen !== undefined,
        models: agent.models === true,
      })),
    );
    return found;
  }
  return {
    all,
    environment,
    named,
    known: () => found,
    located(refresh) {
      if (refresh || !looking) {
        looking = look();
      }
      return looking;
    },
  };
}

function lazy<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
