import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createClaude } from '../../core/agents/claude';
import { exerciseAgent } from '../suites/agent';
import { agentTestEnvironment } from '../support/agents-environment';
import { startModelServer } from '../support/model-server';
import { makeTurn, type TurnOptions } from '../support/turn';

exerciseAgent({
  name: 'claude',
  process: true,
  failures: [
    { name: 'a wrong key', prompt: 'Try.\n[error: 401]', says: /401|authenticat|API key/i, end: 'lasting' },
    { name: 'a bad request', prompt: 'Try.\n[error: 400]', says: /400/, end: 'lasting' },
    { name: 'a limit', prompt: 'Try.\n[error: 429]', says: /429|rate limit/i, end: 'limit' },
    { name: 'a broken provider', prompt: 'Try.\n[error: 500]', says: /500/, end: 'passing' },
    { name: 'an overloaded provider', prompt: 'Try.\n[error: 529]', says: /529|overloaded/i, end: 'overload' },
    { name: 'a refused connection', prompt: 'Try.\n[refuse]', says: /connect/i, end: 'passing' },
  ],
  async make(root) {
    const model = await startModelServer();
    return {
      agent: createClaude(),
      environment: environmentIn(root, model.url),
      told: model.told,
      kept: () => conversations(root).some((text) => text.includes('"tool_use"')),
      close: model.close,
    };
  },
});

/** A home of its own, and one try of a request more at the most. */
function environmentIn(root: string, modelUrl: string): Record<string, string> {
  const HOME = join(root, 'home');
  mkdirSync(HOME, { recursive: true });
  return { ...agentTestEnvironment('claude', modelUrl), HOME, CLAUDE_CODE_MAX_RETRIES: '1' };
}

/** What Claude Code has written down of its conversations. */
function conversations(root: string): readonly string[] {
  const folder = join(root, 'home', '.claude', 'projects');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}

describe('claude alone', () => {
  const endings: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });

  async function scene() {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-claude-')));
    endings.push(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
    const model = await startModelServer();
    endings.push(() => model.close());
    const directory = join(root, 'tree');
    execFileSync('git', ['init', '-q', directory]);
    const environment = environmentIn(root, model.url);
    const take = async (options: Partial<TurnOptions> & { prompt: string }) => {
      const { turn, happened } = makeTurn({ directory, environment, ...options });
      return { end: await createClaude().take(turn), happened };
    };
    return { root, directory, model, take };
  }

  test('leave is given once each time, and nothing is kept where nobody sees it', async () => {
    const { root, directory, take } = await scene();
    const { happened } = await take({
      prompt: `Write two.\n[write: ${directory}/a.txt | a]\n[write: ${directory}/b.txt | b]`,
      answer: () => ({ decision: 'allow', rule: null, options: [], text: null }),
    });
    expect(happened.questions).toHaveLength(2);
    expect(readFileSync(join(directory, 'b.txt'), 'utf8')).toBe('b');
    expect(existsSync(join(directory, '.claude'))).toBe(false);
    const settings = join(root, 'home', '.claude', 'settings.json');
    expect(existsSync(settings) ? readFileSync(settings, 'utf8') : '').not.toContain('allow');
  });

  test('a tool is shown with its title, its kind and the file it touches, relative to the worktree', async () => {
    const { directory, take } = await scene();
    const { happened } = await take({ prompt: `Write it.\n[write: ${directory}/a.txt | one]` });
    const told = happened.transcript.filter((body) => body.type === 'tool');
    expect(told.map((body) => body.status)).toEqual(['pending', 'running', 'completed']);
    expect(told[0]).toMatchObject({ title: 'Write a.txt', kind: 'edit', paths: ['a.txt'] });
    expect(told[0]?.diff).toContain('+one');
    expect(happened.questions[0]?.tool?.diff).toContain('+one');
  });

  // The hook would create a file; the allow rule would let a command run unasked.
  async function repositoryWithSettings() {
    const made = await scene();
    mkdirSync(join(made.directory, '.claude'));
    const canary = join(made.root, 'hook-ran');
    writeFileSync(
      join(made.directory, '.claude', 'settings.json'),
      JSON.stringify({
        permissions: { allow: ['Bash'] },
        hooks: { UserPromptSubmit: [{ hooks: [{ type: 'command', command: `touch ${canary}` }] }] },
      }),
    );
    return { ...made, canary };
  }

  test('an untrusted repository brings neither hooks nor allow rules', async () => {
    const { take, canary } = await repositoryWithSettings();
    const { happened } = await take({ prompt: 'Run.\n[permission: sh -c "printf x > asked.txt"]', trusted: false });
    expect(existsSync(canary)).toBe(false);
    expect(happened.questions.map((question) => question.kind)).toEqual(['permission']);
  });

  test("a trusted repository's hooks run", async () => {
    const { take, canary } = await repositoryWithSettings();
    await take({ prompt: 'Run.\n[nothing]', trusted: true });
    expect(existsSync(canary)).toBe(true);
  });

  test('a resumed turn costs what it used and not what came before', async () => {
    const { take } = await scene();
    const first = await take({ prompt: 'One.\n[nothing]' });
    const second = await take({ prompt: 'Two.\n[nothing]', resume: first.happened.sessions[0] as string });
    expect(second.end.usage).toEqual(first.end.usage);
    expect(second.end.usage.inputTokens).toBe(100);
    expect(second.end.usage.costUsd).toBeGreaterThan(0);
    // What its one model call read and wrote, and what the model says at the end that it can hold.
    const contexts = second.happened.transcript.filter((body) => body.type === 'context');
    expect(contexts.at(-1)).toMatchObject({ used: expect.any(Number), size: expect.any(Number) });
    expect(contexts.at(-1)?.used).toBeGreaterThanOrEqual(100);
  });

  test('many megabytes of text end the turn well and are not all kept', async () => {
    const { take } = await scene();
    const { end, happened } = await take({ prompt: `Print.\n[print: ${12 * 1024 * 1024}]` });
    expect(end.kind).toBe('completed');
    const size = happened.transcript.reduce((sum, body) => sum + (body.type === 'text' ? body.text.length : 0), 0);
    expect(size).toBeLessThan(9 * 1024 * 1024);
  });

  test('a missing program is said to be missing, with how to install it', async () => {
    const { directory } = await scene();
    const environment = { PATH: '/nowhere', HOME: '/nowhere' };
    expect(await createClaude().locate(environment)).toMatchObject({ found: false, path: null, loggedIn: null });
    const { turn } = makeTurn({ directory, environment, prompt: 'x' });
    expect(await createClaude().take(turn)).toMatchObject({
      kind: 'failed',
      retryable: false,
      error: expect.stringContaining('npm install -g @anthropic-ai/claude-code'),
    });
  });
});
