import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { foldersOf } from '../../core/config';
import type { Request } from '../../core/contract/request';
import { closeDatabase, openDatabase } from '../../core/store/database';
import { readRequest } from '../../core/store/requests';
import { agentTestEnvironment } from '../support/agents-environment';
import type { ModelServer } from '../support/model-server';
import { programArgs } from '../support/programs';
import { createRepository } from '../support/repository';
import type { Plan } from './answers-plan';

/** The pinned agents have no program for other machines. */
export const here = process.platform === 'linux' && process.arch === 'x64';

export type Task = NonNullable<Plan['tasks']>[number];
/** In which order a task asks, and whether its command kills its own agent at the end. */
export type Kind = 'command first' | 'question first' | 'kills';

/** A data folder and a repository of their own. */
export interface Bed {
  readonly data: string;
  readonly repository: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** How a runtime ended: by itself with nothing left to do, or not; how many tasks were open at its kill; its agents. */
export interface End {
  readonly over: boolean;
  readonly struck: number;
  /** The agents that were noted as started or gone on with, by task. */
  readonly agents: readonly { readonly task: number; readonly pid: number }[];
}

/** Where real agents ask, are answered and are killed. */
export interface Bench {
  makeBed(name: string): Promise<Bed>;
  taskOf(name: string, agent: 'claude' | 'goose', kind: Kind): Task;
  /** Lets a runtime carry out a plan; resolves when it is gone. */
  play(bed: Bed, plan: Omit<Plan, 'data' | 'repository'>): Promise<End>;
  /** What a task's command left. */
  effectOf(name: string, title: string): readonly string[];
  requestsOf(data: string, title: string): readonly Request[];
  /** What became of a task, counted from outside, and then what the person was asked for it. Throws when it is wrong. */
  check(bed: Bed, name: string, task: Pick<Task, 'title'>): void;
  /** Ends what a failed test left, and removes everything. */
  close(): Promise<void>;
}

/** Makes one in a temporary folder. */
export function makeBench({ model, seed }: { readonly model: ModelServer; readonly seed: number }): Bench {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-answers-')));
  const children = new Set<ChildProcess>();

  async function makeBed(name: string): Promise<Bed> {
    const home = join(folder, name, 'home');
    const repository = await createRepository(join(folder, name, 'repository'), home);
    mkdirSync(join(folder, name, 'effects'));
    const environment = { ...agentTestEnvironment(['claude', 'goose'], model.url), HOME: home };
    return { data: join(folder, name, 'data'), repository: repository.path, environment };
  }

  function taskOf(name: string, agent: 'claude' | 'goose', kind: Kind): Task {
    const title = `${name}-${agent}-${kind.replaceAll(' ', '-')}`;
    const effect = join(folder, name, 'effects', title);
    // The command of the last kind ends its own agent when it has done its work, and before anybody can hear of it.
    const end = kind === 'kills' ? `; [ $(wc -l < ${effect}) -gt 1 ] || kill -9 $PPID` : '';
    const command = `[permission: echo done >> ${effect}${end}]`;
    const question = `[ask: Which for ${title}? | no-${title} | yes-${title}]`;
    const steps = kind === 'question first' ? [question, command] : [command, question];
    return { title, agent, prompt: [`Do ${title}.`, ...steps].join('\n') };
  }

  function effectOf(name: string, title: string): readonly string[] {
    const file = join(folder, name, 'effects', title);
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  function play(bed: Bed, plan: Omit<Plan, 'data' | 'repository'>): Promise<End> {
    const whole: Plan = { ...plan, data: bed.data, repository: bed.repository };
    const child = spawn(process.execPath, programArgs('answers', JSON.stringify(whole)), {
      env: bed.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.add(child);
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
    });
    return new Promise((resolve, reject) => {
      child.once('close', (code, signal) => {
        children.delete(child);
        const struck = Number(/^struck (\d+)$/m.exec(said)?.[1] ?? 0);
        const noted = [...said.matchAll(/^agent (\d+) (\d+)$/gm)];
        const agents = noted.map(([, task, pid]) => ({ task: Number(task), pid: Number(pid) }));
        if (signal === 'SIGKILL') resolve({ over: false, struck, agents });
        else if (code === 0 && said.endsWith('over\n')) resolve({ over: true, struck, agents });
        else reject(new Error(`The runtime ended with ${code ?? signal}: ${said}`));
      });
    });
  }

  function check(bed: Bed, name: string, { title }: Task): void {
    const mine = model.exchanges.filter(({ prompts }) => prompts.some((prompt) => prompt.includes(`Do ${title}.`)));
    const last = mine.at(-1);
    const results = (last?.results ?? []).map(({ text }) => text);
    const prompts = last?.prompts ?? [];
    const about = `${title}, seed ${seed}: ${JSON.stringify({ results, prompts })}`;
    expect(effectOf(name, title), about).toEqual(['done']);
    const told = [...results, ...prompts.filter((prompt) => prompt.includes('The answer is:'))];
    expect(
      told.filter((text) => text.includes(`yes-${title}`)),
      about,
    ).toHaveLength(1);
    expect(results.join('\n'), about).not.toMatch(/timed? ?out|gave no reason/i);

    const asked = requestsOf(bed.data, title);
    expect(
      asked.map(({ state }) => state),
      about,
    ).toEqual(asked.map(() => 'answered'));
    const again = asked.filter(({ steps }) => steps.some((step) => step.includes('may have been done')));
    expect(
      again.every(({ tool }) => tool !== null),
      about,
    ).toBe(true);
    expect(asked.length - again.length, `${about} ${JSON.stringify(asked)}`).toBe(2);
  }

  function requestsOf(data: string, title: string): readonly Request[] {
    const db = openDatabase({ file: foldersOf(data).database });
    try {
      const rows = db.prepare('SELECT id FROM request ORDER BY id').all() as readonly { readonly id: number }[];
      return rows.map(({ id }) => readRequest(db, id)).filter((request) => request.taskTitle === title);
    } finally {
      closeDatabase(db);
    }
  }

  return {
    ...{ makeBed, taskOf, play, effectOf, requestsOf, check },
    async close() {
      // A test that failed leaves runtimes at work; a runtime that is asked to stop takes its agents with it.
      await Promise.all(
        [...children].map((child) => new Promise((resolve) => child.once('close', resolve) && child.kill('SIGTERM'))),
      );
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
