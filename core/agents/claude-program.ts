import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentStatus } from '../contract/agent';
import { findProgram, programVersion } from './locate';

type Environment = Readonly<Record<string, string>>;

/** How to install Claude Code, in one line. */
export const installClaude = 'Install it with: npm install -g @anthropic-ai/claude-code';

/** The path of the person's Claude Code: on the PATH, else where its own installer puts it. */
export async function findClaude(environment: Environment): Promise<string | null> {
  const home = homeOf(environment);
  const known = home === '' ? [] : [join(home, '.local', 'bin', 'claude'), join(home, '.claude', 'local', 'claude')];
  for (const name of ['claude', ...known]) {
    const path = await findProgram(name, environment);
    if (path !== null) return path;
  }
  return null;
}

/** What is known of Claude Code on this machine. */
export async function locateClaude(environment: Environment): Promise<Omit<AgentStatus, 'screen' | 'models'>> {
  const path = await findClaude(environment);
  const version = path === null ? null : await programVersion(path, environment);
  const loggedIn = path === null ? null : await isLoggedIn(environment);
  const notes = [
    ...(path !== null && version === null ? [`${path} did not tell its version.`] : []),
    ...(loggedIn === false
      ? ['Not logged in: run claude once and log in, or pass ANTHROPIC_API_KEY with the setting passEnvironment.']
      : []),
  ];
  return {
    name: 'claude',
    label: 'Claude Code',
    found: path !== null,
    path,
    version,
    loggedIn,
    install: installClaude,
    notes,
  };
}

const keys = [
  ...['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'],
  ...['CLAUDE_CODE_USE_BEDROCK', 'CLAUDE_CODE_USE_VERTEX', 'CLAUDE_CODE_USE_FOUNDRY'],
];

/** Whether there is a login, by what lies about; null when it may lie where it cannot be seen without asking for it. */
async function isLoggedIn(environment: Environment): Promise<boolean | null> {
  if (keys.some((name) => environment[name])) return true;
  const folder = environment.CLAUDE_CONFIG_DIR || join(homeOf(environment), '.claude');
  if (await exists(join(folder, '.credentials.json'))) return true;
  // macOS keeps it in the keychain, and a settings file may name a program that gives the key.
  if (process.platform === 'darwin' || (await readText(join(folder, 'settings.json'))).includes('apiKeyHelper'))
    return null;
  return false;
}

function homeOf(environment: Environment): string {
  return environment.HOME || environment.USERPROFILE || '';
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}
