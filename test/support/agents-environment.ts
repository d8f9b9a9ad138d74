import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The variable that names each real agent's program under test. */
const programVariables = { claude: 'SWITCHYARD_TEST_CLAUDE', goose: 'SWITCHYARD_TEST_GOOSE' } as const;

type RealAgent = keyof typeof programVariables;

/** The program of a real agent. Throws when nobody said where it is. */
function agentProgram(agent: RealAgent): string {
  const variable = programVariables[agent];
  const program = process.env[variable];
  if (program !== undefined) return program;
  throw new Error(`${variable} is not set. Set it to what \`node scripts/agents.mjs\` prints.`);
}

/** The environment in which real agents and the scripted model are found, and which calls nobody else. */
export function agentTestEnvironment(
  agents: RealAgent | readonly RealAgent[],
  modelUrl: string,
): Record<string, string> {
  const programs = [agents].flat().map((agent) => dirname(agentProgram(agent)));
  return {
    PATH: [...programs, process.env.PATH].join(':'),
    LANG: 'C.UTF-8',
    DISABLE_TELEMETRY: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_ERROR_REPORTING: '1',
    CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: '1',
    GOOSE_DISABLE_KEYRING: '1',
    GOOSE_TELEMETRY_OFF: '1',
    ANTHROPIC_BASE_URL: modelUrl,
    ANTHROPIC_API_KEY: key,
    GOOSE_PROVIDER: 'openai',
    GOOSE_MODEL: 'gpt-4o',
    OPENAI_HOST: modelUrl,
    OPENAI_API_KEY: 'made-up',
  };
}

const key = 'sk-made-up-for-tests';

/**
 * Lets Claude Code believe that its person has been through its first questions, also the one about this folder; without
 * them it calls home.
 */
export function seedClaude(home: string, folder: string): void {
  mkdirSync(home, { recursive: true });
  const seen = {
    hasCompletedOnboarding: true,
    customApiKeyResponses: { approved: [key.slice(-20)] },
    projects: { [folder]: { hasTrustDialogAccepted: true } },
  };
  writeFileSync(join(home, '.claude.json'), JSON.stringify(seen));
}
