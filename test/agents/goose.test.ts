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
import { createGoose } from '../../core/agents/goose';
import { findLeftovers } from '../../core/agents/leftovers';
import { exerciseAgent } from '../suites/agent';
import { agentTestEnvironment } from '../support/agents-environment';
import { askHumanProgram } from '../support/host';
import { hasSteps } from '../support/model-script';
import { startModelServer } from '../support/model-server';
import { allow, makeTurn, type TurnOptions } from '../support/turn';

async function makeBench(root: string) {
  const home = join(root, 'home');
  mkdirSync(home);
  const model = await startModelServer();
  return {
    model,
    agent: createGoose({ askHuman: askHumanProgram }),
    environment: {
      ...agentTestEnvironment('goose', model.url),
      HOME: home,
      // Its waits between tries are not what these tests are about.
      GOOSE_PROVIDER_SKIP_BACKOFF: 'true',
    },
    told(text: string) {
      // A reason for a refusal is a message of its own here, not a tool result.
      const said = model.exchanges.flatMap((exchange) => exchange.prompts).filter((prompt) => !hasSteps(prompt));
      return model.told(text) + new Set(said.filter((prompt) => prompt.includes(text))).size;
    },
    kept: () => storedIn(home).some((text) => text.includes('[permission')),
    close: () => model.close(),
  };
}

/** Goose's conversations lie in a database; the newest lines are in the file beside it. */
function storedIn(home: string): readonly string[] {
  const folder = join(home, '.local', 'share', 'goose', 'sessions');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
}

exerciseAgent({
  name: 'goose',
  process: true,
  // Goose asks for leave before every tool; the writes around the command are not what a test is about.
  isPermission: (question) => question.kind === 'permission' && question.tool?.name === 'shell',
  make: makeBench,
  failures: [
    { name: 'a provider over its limit', prompt: '[error: 429]', says: /Rate limit/i, end: 'limit' },
    { name: 'a provider in trouble', prompt: '[error: 500]', says: /500/, end: 'passing' },
    { name: 'a request the provider refuses', prompt: '[error: 400]', says: /Bad request/i, end: 'lasting' },
    { name: 'a key that is not accepted', prompt: '[error: 401]', says: /goose configure/, end: 'lasting' },
    { name: 'a connection that is refused', prompt: '[refuse]', says: /Network error/, end: 'passing' },
  ],
});

describe('goose alone', () => {
  const endings: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });

  async function bench() {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-goose-')));
    endings.push(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
    const directory = join(root, 'tree');
    execFileSync('git', ['init', '-q', '-b', 'main', directory]);
    const made = await makeBench(root);
    endings.push(() => made.close());
    const environment = { ...made.environment, SWITCHYARD_TASK: `goose-${process.pid}-${root.slice(-6)}` };
    const take = async (options: Partial<TurnOptions> & { prompt: string }) => {
      const { turn, happened } = makeTurn({ directory, environment, ...options });
      const end = await made.agent.take(turn);
      expect(findLeftovers({ group: null, marker: environment.SWITCHYARD_TASK })).toEqual([]);
      return { end, happened };
    };
    return { ...made, directory, environment, take };
  }

  function bringPlugin(directory: string): void {
    const plugin = join(directory, '.agents', 'plugins', 'theirs');
    mkdirSync(join(plugin, 'hooks'), { recursive: true });
    writeFileSync(join(plugin, 'plugin.json'), JSON.stringify({ name: 'theirs', version: '1.0.0' }));
    const command = `touch ${join(directory, 'hooked')}`;
    const hooks = { SessionStart: [{ hooks: [{ type: 'command', command, timeout: 5 }] }] };
    writeFileSync(join(plugin, 'hooks', 'hooks.json'), JSON.stringify({ hooks }));
  }

  test("an untrusted repository's hooks never run: the files are named and trust is asked for", async () => {
    const { directory, take } = await bench();
    bringPlugin(directory);
    const { end, happened } = await take({ prompt: 'Hello.\n[nothing]', trusted: false });
    expect(end).toMatchObject({ kind: 'failed', retryable: false });
    expect(end.kind === 'failed' && end.error).toMatch(/\.agents\/plugins\/theirs.*not trusted.*trust the repository/s);
    expect(happened.processes).toEqual([]);
    expect(existsSync(join(directory, 'hooked'))).toBe(false);
  });

  test("a trusted repository's hooks run, as its owner expects", async () => {
    const { directory, take } = await bench();
    bringPlugin(directory);
    const { end } = await take({ prompt: 'Hello.\n[nothing]' });
    expect(end.kind).toBe('completed');
    expect(existsSync(join(directory, 'hooked'))).toBe(true);
  });

  test('an untrusted repository without them is worked in', async () => {
    const { take } = await bench();
    const { end } = await take({ prompt: 'Hello.\n[nothing]', trusted: false });
    expect(end.kind).toBe('completed');
  });

  test('the person is asked a question once, and not for leave to ask it', async () => {
    const { take } = await bench();
    const { happened } = await take({ prompt: 'Ask.\n[ask: Which database? | SQLite | Postgres]' });
    expect(happened.questions).toHaveLength(1);
    expect(happened.questions[0]).toMatchObject({ kind: 'clarification', title: 'Which database?', allowsText: true });
  });

  test("a person may take longer to answer than Goose's own limit for a tool, whatever it is set to", async () => {
    const { take, told, environment } = await bench();
    const { end } = await take({
      prompt: 'Ask.\n[ask: Which database? | SQLite | Postgres]',
      environment: { ...environment, GOOSE_DEFAULT_EXTENSION_TIMEOUT: '1' },
      // That a limit passes can only be seen by letting it pass.
      answer: () => new Promise((resolve) => setTimeout(() => resolve({ ...allow, decision: null }), 2500)),
    });
    expect(end.kind).toBe('completed');
    expect(told('SQLite')).toBe(1);
    expect(told('timeout')).toBe(0);
  });

  test('a question without options takes any text', async () => {
    const { take, told } = await bench();
    await take({
      prompt: 'Ask.\n[ask: What is it called?]',
      answer: () => ({ decision: null, rule: null, options: [], text: 'quince' }),
    });
    expect(told('quince')).toBe(1);
  });

  test('what a command prints is seen while it runs', async () => {
    const { take } = await bench();
    const { happened } = await take({
      prompt: 'Run.\n[permission: echo early; sleep 1.5; echo late]',
      permissionLevel: 'autonomous',
    });
    const outputs = happened.transcript.flatMap((body) => (body.type === 'tool' && body.output ? [body] : []));
    expect(outputs[0]).toMatchObject({ status: 'running', kind: 'execute', output: 'early\n' });
    expect(outputs.at(-1)).toMatchObject({ status: 'completed', output: 'early\nlate' });
  });

  test('a conversation begun as autonomous asks again once the task is supervised', async () => {
    const { take } = await bench();
    const first = await take({ prompt: 'Hello.\n[nothing]', permissionLevel: 'autonomous' });
    const [session = null] = first.happened.sessions;
    const { happened } = await take({ prompt: 'Run.\n[permission: echo now]', resume: session, answer: () => allow });
    expect(happened.questions).toHaveLength(1);
  });

  test('what is spent is told, and a provider that fails once and then works is no failure', async () => {
    const { take } = await bench();
    const { end, happened } = await take({ prompt: 'Hello.\n[error-once: 500]\n[nothing]' });
    expect(end).toMatchObject({ kind: 'completed', usage: { inputTokens: 100, outputTokens: 20 } });
    const contexts = happened.transcript.filter((body) => body.type === 'context');
    expect(contexts.at(-1)).toMatchObject({ used: expect.any(Number), size: expect.any(Number) });
  });
});
