import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Agent, type Question, type Turn, type TurnEnd, unknownUsage } from '../../../core/agents/agent';
import { noBudget } from '../../../core/contract/budget';
import type { Answer } from '../../../core/contract/request';
import type { Place } from '../../../core/git/checkout';
import { createAnswers } from '../../../core/runner/answers';
import { converse } from '../../../core/runner/conversation';
import type { Deps } from '../../../core/runner/deps';
import { openSession } from '../../../core/runner/session';
import { createTakes } from '../../../core/runner/takes';
import { listCheckpoints } from '../../../core/store/checkpoints';
import { claimTasks } from '../../../core/store/claims';
import { addMessage, pendingMessages } from '../../../core/store/messages';
import { answerRequest, leaveOfCalls, readRequest, undelivered } from '../../../core/store/requests';
import { readSettings, writeSetting } from '../../../core/store/settings';
import { taskSpending } from '../../../core/store/spending';
import { openTranscript } from '../../../core/store/transcript';
import { createWriter } from '../../../core/store/writer';
import { execute } from '../../support/starter';
import { createBench } from '../git/fixture';
import { addTask, temporaryStore } from '../store/store';

const repositories = createBench();

afterEach(() => void vi.useRealTimers());

type Take = (turn: Turn) => Promise<TurnEnd>;

const completed: TurnEnd = { kind: 'completed', usage: unknownUsage };
const cost = (costUsd: number) => ({ inputTokens: null, outputTokens: null, costUsd });
const cap = (usd: number) => ({ ...noBudget, usd });

const git = { program: '/nonexistent/git', version: '0', environment: {}, execute };

/** One claimed task in a real store, and an agent that does one of these turns after the other. */
function bench(kept?: Place) {
  const { db, folder } = temporaryStore();
  const task = addTask(db);
  const writer = createWriter(db);
  const changed = new Set<() => void>();
  let onAsked: ((request: number) => void) | undefined;
  const deps = {
    db,
    writer,
    now: Date.now,
    folders: { transcripts: folder, worktrees: folder },
    settings: () => readSettings(db),
    programs: { version: '1', held: false },
    announce: () => changed.forEach((tell) => void tell()),
    announceMessages: () => {},
    announceTurn: () => {},
    announceRequest: (request: number) => onAsked?.(request),
    takes: createTakes(),
    refill: () => {},
    screens: { closeOf: () => Promise.resolve() },
    log: () => {},
    namespace: async () => null,
  } as unknown as Deps;
  const [claim] = claimTasks(db, { worker: 'w', limit: 1, now: Date.now(), leaseMs: 60_000 });
  if (claim === undefined) throw new Error('The task could not be claimed.');
  const prompts: string[] = [];
  return {
    db,
    task,
    prompts,
    say: (text: string) => addMessage(db, { task, text, by: 'person', at: Date.now() }),
    /** Gives leave to whatever is asked from now on, before anybody waits for it. */
    allowAll: (text: string | null = null) => {
      const answer: Answer = { decision: 'allow', rule: null, options: [], text };
      onAsked = (request) => {
        if (readRequest(db, request).state === 'open')
          answerRequest(db, { request, answer, by: 'person', at: Date.now() });
      };
    },
    /** Resolves at the next change that is told of. */
    change: () => new Promise<void>((resolve) => void changed.add(resolve)),
    async talk(
      takes: readonly Take[],
      signal = new AbortController().signal,
      used: Agent['used'] = async () => [],
    ): Promise<TurnEnd> {
      const left = [...takes];
      const agent: Agent = {
        name: 'claude',
        locate: () => Promise.reject(new Error('Nobody looks for it.')),
        used,
        take(turn) {
          prompts.push(turn.prompt);
          turn.onSession('conversation');
          return left.shift()?.(turn) ?? Promise.reject(new Error('One turn too many was begun.'));
        },
      };
      const session = await openSession(deps, task, 'claude');
      const transcript = openTranscript({ folder, session: session.id });
      const subject = {
        claim: { ...claim, leaseUntil: 0 },
        prompt: 'The task.',
        promptBy: 'person' as const,
        agent,
        permissionLevel: 'supervised' as const,
        model: null,
        passed: [],
        directory: folder,
        // No repository: that nothing can be kept of the files stops no turn.
        place: {
          ...(kept ?? { git, checkout: { gitDir: folder, commonDir: folder, workTree: folder } }),
          trusted: false as const,
        },
        branch: 'switchyard/task',
        environment: {},
        signal,
        mayGoOn: () => Promise.resolve('go on' as const),
      };
      try {
        const end = await converse({ deps, answers: createAnswers(), subject, session, transcript });
        if (end.kind === 'lost') throw new Error(end.error);
        return end;
      } finally {
        transcript.close();
      }
    },
  };
}

const works = (turn: Turn) => turn.record({ type: 'text', message: 'm', text: 'I am at work.' });
const tool = (turn: Turn, status: 'running' | 'completed') =>
  turn.record({ type: 'tool', call: 'a', title: 'Write', kind: 'edit', status });
const aborted = (turn: Turn) =>
  new Promise<TurnEnd>((resolve) => {
    const end = () => resolve({ kind: 'cancelled', usage: unknownUsage });
    turn.signal.addEventListener('abort', end, { once: true });
    if (turn.signal.aborted) end();
  });
const finishes: Take = (turn) => {
  works(turn);
  return Promise.resolve(completed);
};

describe('a turn that was paused at a budget', () => {
  test('goes on when more was allowed before it ended', async () => {
    const { db, change, talk, prompts } = bench();
    writeSetting(db, 'dayBudget', cap(1));
    const paused: Take = async (turn) => {
      tool(turn, 'running');
      const counted = change();
      turn.onUsage(cost(1));
      await counted;
      expect(turn.signal.aborted).toBe(false);
      writeSetting(db, 'dayBudget', cap(5));
      tool(turn, 'completed');
      return aborted(turn);
    };
    expect(await talk([paused, finishes])).toMatchObject({ kind: 'completed' });
    expect(prompts).toEqual(['The task.', '']);
  });

  test('goes on before the agent is told what the person wrote meanwhile', async () => {
    const { db, task, say, change, talk, prompts } = bench();
    writeSetting(db, 'dayBudget', cap(1));
    const paused: Take = async (turn) => {
      works(turn);
      const counted = change();
      say('And another thing.');
      turn.onUsage(cost(1));
      await counted;
      writeSetting(db, 'dayBudget', cap(5));
      return aborted(turn);
    };
    expect(await talk([paused, finishes, finishes])).toMatchObject({ kind: 'completed' });
    expect(prompts).toEqual(['The task.', '', 'And another thing.']);
    expect(pendingMessages(db, task)).toEqual([]);
  });

  test('fails when it is the agent that stopped at a limit nobody set here', async () => {
    const { talk } = bench();
    expect(await talk([() => Promise.resolve({ kind: 'spent', usage: cost(1) })])).toMatchObject({
      kind: 'failed',
      retryable: false,
      error: expect.stringContaining('that no budget here sets'),
    });
  });
});

describe('a turn that was cut off', () => {
  const refused: Take = (turn) => {
    works(turn);
    const limit = { kind: 'limit', until: null } as const;
    return Promise.resolve({ kind: 'limited', error: 'Too much.', limit, usage: unknownUsage });
  };

  test('by a limit goes on first when the task is taken up again', async () => {
    const { say, talk, prompts } = bench();
    expect(await talk([refused])).toMatchObject({ kind: 'limited' });
    say('And another thing.');
    await talk([finishes, finishes]);
    expect(prompts).toEqual(['The task.', '', 'And another thing.']);
  });

  test('still goes on first when the next one ended before the agent was heard', async () => {
    const { say, talk, prompts } = bench();
    await talk([refused]);
    say('And another thing.');
    const closing = new AbortController();
    const silent: Take = (turn) => {
      closing.abort('closing');
      return aborted(turn);
    };
    await talk([silent], closing.signal);
    await talk([finishes, finishes]);
    expect(prompts).toEqual(['The task.', '', '', 'And another thing.']);
  });

  test('by the person is not: what they write is said at once', async () => {
    const { say, talk, prompts } = bench();
    const cancel = new AbortController();
    const stopped: Take = (turn) => {
      works(turn);
      cancel.abort('cancelled');
      return aborted(turn);
    };
    await talk([stopped], cancel.signal);
    say('Not like this.');
    await talk([finishes]);
    expect(prompts).toEqual(['The task.', 'Not like this.']);
  });
});

describe('leave that an agent was handed before it died', () => {
  const died: TurnEnd = { kind: 'failed', error: 'Killed.', retryable: true, usage: unknownUsage };
  const asks = async (turn: Turn) => {
    works(turn);
    await turn.ask(question, new AbortController().signal, 'ask');
  };
  const question: Question = {
    ...{ kind: 'permission', title: 'Run it', body: '', options: [], allowsText: false, multiple: false },
    tool: { name: 'shell', input: '{}', command: 'run', diff: null },
    call: 'call-1',
  };
  const diesWithIt: Take = async (turn) => {
    await asks(turn);
    return died;
  };

  test('is told to the one that goes on, which may remember a refusal nobody gave, and only once', async () => {
    const { db, task, allowAll, talk, prompts } = bench();
    allowAll();
    await talk([diesWithIt]);
    expect(undelivered(db, task)).toHaveLength(1);
    await talk([finishes, finishes]);
    expect(prompts).toEqual([
      'The task.',
      '',
      expect.stringMatching(/^You asked for leave: Run it\n.*the person gave it/),
    ]);
    expect(undelivered(db, task)).toEqual([]);
    await talk([finishes]);
    expect(prompts).toHaveLength(4);
  });

  test('is not told where the record of its conversation shows that it was used', async () => {
    const { db, task, allowAll, talk, prompts } = bench();
    allowAll();
    await talk([diesWithIt]);
    const [given] = leaveOfCalls(db, task);
    const looked: unknown[] = [];
    await talk([finishes], undefined, async ({ agentSession }, leave) => {
      looked.push(agentSession, leave);
      return leave;
    });
    expect(prompts).toEqual(['The task.', '']);
    expect(undelivered(db, task)).toEqual([]);
    expect(given).toMatchObject({ call: 'call-1', givenAt: expect.any(Number) });
    expect(looked).toEqual(['conversation', [given]]);
  });

  test('is told where its record cannot be read, and with words beside it in any case', async () => {
    for (const text of [null, 'But gently.']) {
      const { allowAll, talk, prompts } = bench();
      allowAll(text);
      await talk([diesWithIt]);
      const used: Agent['used'] = async (_, leave) => {
        if (text === null) throw new Error('It is gone.');
        return leave;
      };
      await talk([finishes, finishes], undefined, used);
      expect(prompts.at(-1)).toMatch(/^You asked for leave: Run it\n/);
    }
  });

  test('is told no more once it was asked for anew, which the person sees', async () => {
    const { db, task, allowAll, talk, prompts } = bench();
    allowAll();
    await talk([diesWithIt]);
    const asksAgain: Take = async (turn) => {
      await asks(turn);
      return completed;
    };
    await talk([asksAgain]);
    expect(prompts).toEqual(['The task.', '']);
    expect(undelivered(db, task)).toEqual([]);
  });
});

describe('an agent that breaks', () => {
  test('is counted with what it told, and not a second longer', async () => {
    const { db, task, talk } = bench();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const breaks: Take = (turn) => {
      works(turn);
      turn.onUsage(cost(2));
      return Promise.reject(new Error('A bug.'));
    };
    await expect(talk([breaks])).rejects.toThrow('A bug.');
    expect(taskSpending(db, task)).toMatchObject({ usd: 2 });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('an agent that ends before its first word', () => {
  test.each(['failed', 'limited'] as const)(
    'is told again what it was told, though files changed meanwhile: %s',
    async (kind) => {
      const place = await repositories.repository();
      const { db, task, say, talk, prompts } = bench(place);
      await talk([finishes]);
      say('Rename it.');
      const silent: Take = () => {
        // As a person who edits by hand while they review does.
        writeFileSync(join(place.checkout.workTree, 'by-hand.txt'), 'mine');
        const limit = { kind: 'limit', until: null } as const;
        const failed = { kind: 'failed', error: 'Not reached.', retryable: true, usage: unknownUsage } as const;
        return Promise.resolve(kind === 'failed' ? failed : { ...failed, kind, limit });
      };
      expect(await talk([silent])).toMatchObject({ kind });
      expect(listCheckpoints(db, task).map((each) => each.kind)).toEqual(['start', 'turn']);
      expect(pendingMessages(db, task)).toHaveLength(1);
      await talk([finishes]);
      expect(prompts).toEqual(['The task.', 'Rename it.', 'Rename it.']);
      expect(pendingMessages(db, task)).toEqual([]);
    },
  );
});
