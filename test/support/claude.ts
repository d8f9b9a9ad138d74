import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The real Claude Code that tests drive. */
function testClaude(): string {
  const path = process.env.SWITCHYARD_TEST_CLAUDE;
  if (path !== undefined) return path;
  throw new Error('SWITCHYARD_TEST_CLAUDE is not set. Set it to what `node scripts/agents.mjs` prints.');
}

/**
 * The environment of a Claude Code under test: a fresh home, the scripted model instead of the real one, a made-up key,
 * and nothing that calls anybody else.
 */
export function claudeTestEnvironment(root: string, modelUrl: string): Readonly<Record<string, string>> {
  const home = join(root, 'home');
  mkdirSync(home, { recursive: true });
  return {
    PATH: [dirname(testClaude()), process.env.PATH ?? ''].join(':'),
    HOME: home,
    LANG: 'C.UTF-8',
    ANTHROPIC_BASE_URL: modelUrl,
    ANTHROPIC_API_KEY: 'sk-made-up-for-tests',
    CLAUDE_CODE_MAX_RETRIES: '1',
    DISABLE_TELEMETRY: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_ERROR_REPORTING: '1',
    CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: '1',
  };
}
