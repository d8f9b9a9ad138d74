import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClaude } from '../../core/agents/claude';
import { exerciseAgent } from '../suites/agent';
import { claudeTestEnvironment } from '../support/claude';
import { startModelServer } from '../support/model-server';

exerciseAgent({
  name: 'claude',
  process: true,
  failures: [
    { name: 'a wrong key', prompt: 'Try.\n[error: 401]', says: /401|authenticat|API key/i, retryable: false },
    { name: 'a bad request', prompt: 'Try.\n[error: 400]', says: /400/, retryable: false },
    { name: 'a limit', prompt: 'Try.\n[error: 429]', says: /429|rate limit/i, retryable: true },
    { name: 'a broken provider', prompt: 'Try.\n[error: 500]', says: /500/, retryable: true },
    { name: 'an overloaded provider', prompt: 'Try.\n[error: 529]', says: /529|overloaded/i, retryable: true },
    { name: 'a refused connection', prompt: 'Try.\n[refuse]', says: /connect/i, retryable: true },
  ],
  async make(root) {
    const model = await startModelServer();
    return {
      agent: createClaude(),
      environment: claudeTestEnvironment(root, model.url),
      told: model.told,
      kept: () => conversations(root).some((text) => text.includes('"tool_use"')),
      close: model.close,
    };
  },
});

/** What Claude Code has written down of its conversations. */
function conversations(root: string): readonly string[] {
  const folder = join(root, 'home', '.claude', 'projects');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}
