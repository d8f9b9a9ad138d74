import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Agent, agentGone, type Question } from '../../core/agents/agent';
import { findLeftovers } from '../../core/agents/leftovers';
import type { Answer } from '../../core/contract/request';
import { allow, makeTurn, saidBy, type TurnOptions } from '../support/turn';

/** One test's agent and surroundings. */
export interface Bench {
  readonly agent: Agent;
  /** The whole environment of the agent's turns. */
  readonly environment: Readonly<Record<string, string>>;
  /** How many different messages the agent was given back (answers, denials) that hold the text. */
  told(text: string): number;
  /** Whether what was said so far lies on the disk, so that a killed agent can go on with it. */
  kept(): boolean;
  close(): Promise<void>;
}

/** A kind of failure an agent hides, and what must be said of it. */
export interface Failure {
  readonly name: string;
  readonly prompt: string;
  readonly says: RegExp;
  /** How it ends: a failure that may pass or not, or a provider that refuses for now. */
  readonly end: 'passing' | 'lasting' | 'limit' | 'overload';
}

const endsAs = {
  passing: { kind: 'failed', retryable: true },
  lasting: { kind: 'failed', retryable: false },
  limit: { kind: 'limited', limit: { kind: 'limit' } },
  overload: { kind: 'limited', limit: { kind: 'overload' } },
} as const;

/** What the suite needs to know of an agent. Prompts are in the words of test/support/model-script.ts, which echo shares. */
export interface AgentExercise {
  readonly name: string;
  /** A bench in a fresh folder; the suite closes it. */
  make(folder: string): Promise<Bench>;
  readonly failures: readonly Failure[];
  /** Whether turns have a process of their own that can be killed. */
  readonly process: boolean;
  /** Which question of a turn that runs a command is about the command; other leave the agent asks is given. */
  readonly isPermission?: (question: Question) => boolean;
}

const canaries = { OPENAI_SECRET_CANARY: 'canary-one', AWS_SECRET_ACCESS_KEY: 'canary-two', GH_TOKEN: 'canary-three' };

/** What every agent promises the runner. */
export function exerciseAgent(exercise: AgentExercise): void {
  const { name, make } = exercise;
  const isPermission = exercise.isPermission ?? ((question: Question) => question.kind === 'permission');
  const endings: (() => Promise<void> | void)[] = [];

  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });

  async function bench() {
    const root = realpathSync(mkdtempSync(join(tmpdir(), `switchyard-agent-`)));
    endings.push(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
    const directory = join(root, 'work tree');
    execFileSync('git', ['init', '-q', '-b', 'main', directory]);
    const made = await make(root);
    endings.push(() => made.close());
    const marker = `suite-${process.pid}-${root.slice(-6)}`;
    const environment = { ...made.environment, SWITCHYARD_TASK: marker };
    const leftovers = () => findLeftovers({ group: null, marker });
    const take = async (options: Partial<TurnOptions> & { prompt: string }) => {
      const { turn, happened } = makeTurn({ directory, environment, ...options });
      return { end: await made.agent.take(turn), happened };
    };
    const file = (path: string) => join(directory, path);
    const kept = () => made.kept();
    return { ...made, kept, directory, environment, leftovers, take, file };
  }

  const answering =
    (decide: (question: Question) => Answer | undefined) =>
    (question: Question): Answer =>
      decide(question) ?? allow;

  describe(`agent ${name}`, () => {
    test('is found, with a version when it is a program of its own', async () => {
      const { agent, environment } = await bench();
      const status = await agent.locate(environment);
      expect(status).toMatchObject({ name: agent.name, found: true });
      if (exercise.process) expect(status.version).toMatch(/^\d+\.\d+\.\d+/);
    });

    test('makes the change in the worktree and completes', async () => {
      const { take, file, leftovers } = await bench();
      const { end, happened } = await take({
        prompt: `Write it down.\n[write: ${file('notes/a.md')} | hello there]`,
      });
      expect(end).toMatchObject({ kind: 'completed' });
      expect(readFileSync(file('notes/a.md'), 'utf8').trim()).toBe('hello there');
      expect(saidBy(happened)).not.toBe('');
      expect(happened.transcript.some((body) => body.type === 'tool' && body.status === 'completed')).toBe(true);
      expect(leftovers()).toEqual([]);
    });

    test('tells its session id once and before the first question', async () => {
      const { take } = await bench();
      const { happened } = await take({ prompt: 'Ask first.\n[permission: printf x > asked.txt]' });
      expect(happened.sessions).toHaveLength(1);
      expect(happened.questions.length).toBeGreaterThan(0);
      expect(happened.sessionsAtQuestion[0]).toEqual(happened.sessions);
    });

    test('asks for leave with the exact command, and goes on once it is given', async () => {
      const { take, file } = await bench();
      const command = "printf '%s' made > by-command.txt";
      const { end, happened } = await take({
        prompt: `Run it.\n[permission: ${command}]\n[write: ${file('after.txt')} | after]`,
      });
      const asked = happened.questions.find(isPermission);
      expect(asked?.tool?.command ?? asked?.tool?.input).toContain(command);
      expect(end).toMatchObject({ kind: 'completed' });
      expect(existsSync(file('after.txt'))).toBe(true);
    });

    test('an agent that is denied is told so and why, and the turn is no failure', async () => {
      const { take, file, told } = await bench();
      const { end } = await take({
        prompt: `Run it.\n[permission: printf made > denied.txt]\n[write: ${file('after.txt')} | after]`,
        answer: answering((question) =>
          isPermission(question) && question.tool !== null && /denied\.txt/.test(question.tool.input)
            ? { decision: 'deny', rule: null, options: [], text: 'not on a-friday' }
            : undefined,
        ),
      });
      expect(end).toMatchObject({ kind: 'completed' });
      expect(existsSync(file('denied.txt'))).toBe(false);
      expect(existsSync(file('after.txt'))).toBe(true);
      expect(told('not on a-friday')).toBe(1);
    });

    test('an autonomous task is never asked for leave, but its questions still are', async () => {
      const { take, file } = await bench();
      const { end, happened } = await take({
        prompt: `Do it.\n[permission: echo run]\n[ask: Which database? | SQLite | Postgres]\n[write: ${file('done.txt')} | done]`,
        permissionLevel: 'autonomous',
      });
      expect(end).toMatchObject({ kind: 'completed' });
      expect(existsSync(file('done.txt'))).toBe(true);
      expect(happened.questions.map((question) => question.kind)).toEqual(['clarification']);
    });

    test("a person's choice reaches the agent exactly once", async () => {
      const { take, file, told } = await bench();
      const { end, happened } = await take({
        prompt: `Choose.\n[ask: Which database? | SQLite | Postgres]\n[write: ${file('choice.txt')} | {answer}]`,
        answer: answering((question) =>
          question.kind === 'clarification' ? { decision: null, rule: null, options: [1], text: null } : undefined,
        ),
      });
      expect(end).toMatchObject({ kind: 'completed' });
      const asked = happened.questions.filter((question) => question.kind === 'clarification');
      expect(asked).toHaveLength(1);
      expect(`${asked[0]?.title}\n${asked[0]?.body}`).toContain('Which database?');
      expect(asked[0]?.options.map((option) => option.label)).toEqual(['SQLite', 'Postgres']);
      expect(readFileSync(file('choice.txt'), 'utf8')).toContain('Postgres');
      expect(told('Postgres')).toBe(1);
    });

    test("a person's own words reach the agent as the answer", async () => {
      const { take, file } = await bench();
      await take({
        prompt: `Choose.\n[ask: Which database? | SQLite | Postgres]\n[write: ${file('choice.txt')} | {answer}]`,
        answer: answering((question) =>
          question.kind === 'clarification'
            ? { decision: null, rule: null, options: [], text: 'a plain-text-file' }
            : undefined,
        ),
      });
      expect(readFileSync(file('choice.txt'), 'utf8')).toContain('a plain-text-file');
    });

    test('a cancelled turn ends as cancelled and leaves no process', async () => {
      const { take, leftovers } = await bench();
      const stop = new AbortController();
      const { end } = await take({
        prompt: 'Never end.\n[say: one moment]\n[hang]',
        signal: stop.signal,
        onRecord: (body) => body.type === 'text' && stop.abort('cancelled'),
      });
      expect(end.kind).toBe('cancelled');
      expect(leftovers()).toEqual([]);
    });

    test('a turn cancelled while a tool runs leaves no process', async () => {
      const { take, leftovers, file } = await bench();
      const stop = new AbortController();
      const { end } = await take({
        prompt: `Take long.\n[permission: touch ${file('began').replace(/ /g, '\\ ')}; sleep 20; echo over]\n[wait: 20s]`,
        signal: stop.signal,
        permissionLevel: 'autonomous',
        onRecord: (body) => {
          if (body.type === 'tool' && exercise.process) abortOnceThere(file('began'), stop);
          else if (body.type === 'tool') stop.abort('cancelled');
        },
      });
      expect(end.kind).toBe('cancelled');
      expect(leftovers()).toEqual([]);
    });

    test('a turn cancelled while a question is open withdraws the question', async () => {
      const { take, leftovers } = await bench();
      const stop = new AbortController();
      const { end, happened } = await take({
        prompt: 'Ask.\n[permission: printf x > asked.txt]',
        signal: stop.signal,
        answer: () => {
          stop.abort('cancelled');
          return new Promise(() => {});
        },
      });
      expect(end.kind).toBe('cancelled');
      expect(happened.withdrawn).toHaveLength(1);
      expect(leftovers()).toEqual([]);
    });

    test('a turn that was cancelled before it began starts nothing', async () => {
      const { take } = await bench();
      const { end, happened } = await take({ prompt: 'Too late.\n[nothing]', signal: AbortSignal.abort('cancelled') });
      expect(end.kind).toBe('cancelled');
      expect(happened.processes).toEqual([]);
    });

    test('a later turn keeps the session id and remembers the earlier one', async () => {
      const { take, file } = await bench();
      const first = await take({ prompt: `Remember the marmalade.\n[write: ${file('one.txt')} | one]` });
      const session = first.happened.sessions[0] as string;
      const second = await take({
        prompt: `Please make it two.\n[write: ${file('two.txt')} | {first}]`,
        resume: session,
      });
      expect(second.end).toMatchObject({ kind: 'completed' });
      expect(second.happened.sessions).toEqual([session]);
      expect(readFileSync(file('two.txt'), 'utf8')).toContain('marmalade');
    });

    test('a finished conversation that is told to go on completes without doing its work again', async () => {
      const { take, file } = await bench();
      const prompt = `Write it down.\n[write: ${file('one.txt')} | one]`;
      const first = await take({ prompt });
      const second = await take({ prompt: '', opening: prompt, resume: first.happened.sessions[0] as string });
      expect(second.end).toMatchObject({ kind: 'completed' });
      expect(second.happened.sessions).toEqual(first.happened.sessions);
      expect(second.happened.questions).toEqual([]);
    });

    test('a conversation that is gone is begun anew with the whole task and what is new, and the transcript says so', async () => {
      const { take, file } = await bench();
      const { end, happened } = await take({
        prompt: `A mere comment.\n[write: ${file('comment.txt')} | comment]`,
        opening: `The whole task.\n[write: ${file('whole.txt')} | whole]`,
        resume: '00000000-0000-4000-8000-000000000000',
      });
      expect(end).toMatchObject({ kind: 'completed' });
      expect(existsSync(file('whole.txt'))).toBe(true);
      expect(existsSync(file('comment.txt'))).toBe(true);
      expect(happened.sessions).toHaveLength(1);
      expect(happened.sessions[0]).not.toBe('00000000-0000-4000-8000-000000000000');
      expect(happened.transcript.some((body) => body.type === 'notice')).toBe(true);
    });

    test.each(exercise.failures)('$name is told with the real reason', async ({ prompt, says, end: expected }) => {
      const { take, leftovers } = await bench();
      const { end } = await take({ prompt });
      expect(end).toMatchObject({ ...endsAs[expected], error: expect.stringMatching(says) });
      expect(leftovers()).toEqual([]);
    });

    test('an agent that falls silent is ended, and the turn may be tried again', async () => {
      const { take, leftovers } = await bench();
      const { end } = await take({ prompt: 'Fall silent.\n[hang]', silenceMs: exercise.process ? 6000 : 300 });
      expect(end).toMatchObject({ kind: 'failed', retryable: true, error: expect.stringMatching(/silent|nothing/i) });
      expect(leftovers()).toEqual([]);
    });

    test('silence while the person thinks is no fault', async () => {
      const { take } = await bench();
      const { end, happened } = await take({
        prompt: 'Ask.\n[permission: printf x > asked.txt]',
        silenceMs: exercise.process ? 3000 : 1000,
        // That nothing happens can only be seen by waiting: half as long again as the silence allowed, which must be
        // long enough for a real program to start in.
        answer: () => new Promise((resolve) => setTimeout(() => resolve(allow), exercise.process ? 4500 : 1500)),
      });
      expect(end.kind).toBe('completed');
      expect(happened.questions).not.toEqual([]);
    });

    if (exercise.process) {
      test('a killed agent is a failure that may be tried again, and its question is not left waiting', async () => {
        const { take, leftovers } = await bench();
        let pid = 0;
        let letGo: AbortSignal | undefined;
        const { end, happened } = await take({
          prompt: 'Ask.\n[permission: printf x > asked.txt]',
          onProcess: (started) => {
            pid = started;
          },
          answer: (_, withdrawn) => {
            letGo = withdrawn;
            process.kill(pid, 'SIGKILL');
            return new Promise(() => {});
          },
        });
        expect(end).toMatchObject({ kind: 'failed', retryable: true });
        expect(happened.withdrawn).toHaveLength(1);
        // Whoever died took nothing back: the person can still answer.
        expect(letGo?.reason).toBe(agentGone);
        expect(leftovers()).toEqual([]);
      });

      test('a killed agent goes on where it was, and asks again', async () => {
        const { take, file, kept } = await bench();
        let pid = 0;
        const prompt = `Ask.\n[permission: echo asked > asked.txt]\n[write: ${file('after.txt')} | after]`;
        const first = await take({
          prompt,
          onProcess: (started) => {
            pid = started;
          },
          answer: async () => {
            await expect.poll(kept, { timeout: 20_000 }).toBe(true);
            process.kill(pid, 'SIGKILL');
            return new Promise(() => {});
          },
        });
        const session = first.happened.sessions[0] as string;
        const second = await take({ prompt: '', opening: prompt, resume: session });
        expect(second.end).toMatchObject({ kind: 'completed' });
        expect(second.happened.sessions).toEqual([session]);
        expect(existsSync(file('after.txt'))).toBe(true);
        const again = second.happened.questions.find(isPermission);
        expect(again?.tool?.input).toBe(first.happened.questions.find(isPermission)?.tool?.input);
      });

      test('the agent sees exactly the environment it was given', async () => {
        Object.assign(process.env, canaries);
        endings.push(() => {
          for (const each of Object.keys(canaries)) delete process.env[each];
        });
        const { take, file, environment } = await bench();
        let seen: Readonly<Record<string, string>> = {};
        await take({
          prompt: 'Run it.\n[permission: env -0 > seen.env]',
          onProcess: (pid) => {
            seen = environmentOf(pid);
          },
        });
        // The agent's own process got what it was given, and the tools it starts got no secret of ours.
        expect(Object.entries(seen).filter(([key]) => key in canaries)).toEqual([]);
        for (const [key, value] of Object.entries(environment)) expect(seen[key]).toBe(value);
        const tool = readFileSync(file('seen.env'), 'utf8');
        for (const canary of Object.values(canaries)) expect(tool).not.toContain(canary);
      });

      test('what a tool leaves in the background does not outlive the turn', async () => {
        const { take, leftovers, file } = await bench();
        const { end } = await take({
          prompt: 'Leave one.\n[permission: (setsid sleep 300 >/dev/null 2>&1 </dev/null & echo $! > left.pid)]',
        });
        expect(end.kind).toBe('completed');
        expect(leftovers()).toEqual([]);
        const pid = Number(readFileSync(file('left.pid'), 'utf8'));
        expect(pid).toBeGreaterThan(1);
        expect(isRunning(pid)).toBe(false);
      });
    }
  });
}

/** Aborts once a tool has made the file that says it began. */
function abortOnceThere(path: string, stop: AbortController): void {
  const timer = setInterval(() => {
    if (!existsSync(path) && !stop.signal.aborted) return;
    clearInterval(timer);
    stop.abort('cancelled');
  }, 20);
}

function environmentOf(pid: number): Readonly<Record<string, string>> {
  if (!existsSync(`/proc/${pid}`)) return {};
  const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  return Object.fromEntries(entries.filter((entry) => entry.includes('=')).map((entry) => cut(entry)));
}

function cut(entry: string): [string, string] {
  const at = entry.indexOf('=');
  return [entry.slice(0, at), entry.slice(at + 1)];
}

function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
