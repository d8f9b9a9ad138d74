import { cpSync, existsSync, mkdtempSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { type Config, foldersOf } from '../../core/config';
import type { Change } from '../../core/contract/change';
import type { Settings } from '../../core/contract/settings';
import type { Task, TaskState } from '../../core/contract/task';
import type { HostProgram } from '../../core/host/start';
import { createRuntime } from '../../core/index';
import type { Runtime } from '../../core/runtime';
import type { Execute } from '../../core/starter/process';
import { askHumanProgram, hookProgram } from './host';
import { layStore } from './laid-store';
import { createRepository, type SampleRepository } from './repository';
import { execute } from './starter';
import { templateRoom } from './template';

/** A runtime in a temporary data folder, called in-process through the same router the doors mount. */
export interface Bed {
  readonly folder: string;
  readonly config: Config;
  readonly runtime: Runtime;
  readonly calls: ReturnType<typeof clientOf>;
  readonly repository: SampleRepository;
  /** Resolves when the task satisfies the condition; fails when it ends in another final state. */
  until(task: number, condition: (task: Task) => boolean): Promise<Task>;
  /** Resolves when the task is in one of the states. */
  reaches(task: number, ...states: TaskState[]): Promise<Task>;
  /** Ends the runtime and begins another one on the same data. */
  restart(): Promise<Bed>;
  /** Another runtime on the same data, whose own must be stopped already. */
  again(start: boolean): Promise<Bed>;
  close(): Promise<void>;
}

/**
 * Starts a runtime with a sample repository beside it. `environment` is added to a bare one with a home of its own.
 * Processes go by the ids they know of themselves unless `pidNamespace` says otherwise.
 */
export async function openBed(
  options: {
    environment?: Record<string, string>;
    start?: boolean;
    host?: HostProgram;
    pidNamespace?: Settings['pidNamespace'];
    /** How git is started; who gives it may do something before or instead. */
    execute?: Execute;
  } = {},
): Promise<Bed> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-bed-')));
  const repository = await createRepository(join(folder, 'repository'), join(folder, 'home'));
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: join(folder, 'home'),
    SHELL: '/bin/sh',
    ...options.environment,
  };
  const config: Config = {
    folders: foldersOf(join(folder, 'my dätä #%20?')),
    nativeBinding: null,
    environment,
    passEnvironment: Object.keys(options.environment ?? {}),
    home: environment.HOME,
    shell: null,
  };
  layStore(config.folders.database);
  return bedOn({
    folder,
    config,
    repository,
    start: options.start ?? true,
    pidNamespace: options.pidNamespace ?? 'never',
    ...(options.host && { host: options.host }),
    execute: options.execute ?? execute,
  });
}

/** What has been laid in this process, by its name. */
const laid = new Map<string, { readonly bed: Bed; readonly copy: string; readonly scene: unknown }>();

/**
 * As `openBed`, where `lay` has been at work already and gave what it made. That is done once for each name, and the folder is put
 * back for whoever asks again, at the same place, for the paths in it are whole ones: the bed before it must be closed.
 */
export async function openLaidBed<Scene>(
  name: string,
  lay: (bed: Bed) => Promise<Scene>,
): Promise<{ readonly bed: Bed; readonly scene: Scene }> {
  const before = laid.get(name);
  if (before === undefined) {
    const bed = await openBed();
    const scene = await lay(bed);
    await bed.runtime.stop();
    const copy = join(mkdtempSync(join(templateRoom(), 'bed-')), 'bed');
    cpSync(bed.folder, copy, whole);
    laid.set(name, { bed, copy, scene });
    return { bed: await bed.again(true), scene };
  }
  const { bed, copy, scene } = before;
  if (existsSync(bed.folder)) throw new Error(`The bed with ${name} is still open.`);
  cpSync(copy, bed.folder, whole);
  // The copies are files of their own, by their times and numbers.
  const refresh = ['update-index', '-q', '--refresh'];
  await bed.repository.git(...refresh);
  for (const task of await bed.repository.git('worktree', 'list', '--porcelain').then(worktreesIn)) {
    await bed.repository.git('-C', task, ...refresh);
  }
  return { bed: await bed.again(true), scene: scene as Scene };
}

/** As it is, links and times included. */
const whole = { recursive: true, verbatimSymlinks: true, preserveTimestamps: true } as const;

/** The worktrees that git lists beside the first. */
function worktreesIn(listed: string): readonly string[] {
  return [...listed.matchAll(/^worktree (.+)$/gm)].map(([, path = '']) => path).slice(1);
}

async function bedOn(given: {
  folder: string;
  config: Config;
  repository: SampleRepository;
  start: boolean;
  pidNamespace: Settings['pidNamespace'];
  host?: HostProgram;
  execute: Execute;
}): Promise<Bed> {
  const runtime = await createRuntime({
    config: given.config,
    owner: 'background',
    askHuman: askHumanProgram,
    hook: hookProgram,
    host: given.host ?? null,
    execute: given.execute,
    desktop: null,
    onStopRequested: () => {},
  });
  const calls = clientOf(runtime);
  await calls.settings.set({ name: 'pidNamespace', value: given.pidNamespace });
  if (given.start) await runtime.start();
  const until = (task: number, condition: (task: Task) => boolean) => follow(calls, task, condition);
  return {
    ...given,
    runtime,
    calls,
    until,
    reaches: (task, ...states) => until(task, (now) => states.includes(now.state)),
    again: (start) => bedOn({ ...given, start }),
    async restart() {
      await runtime.stop();
      return bedOn({ ...given, start: true });
    },
    async close() {
      await runtime.stop();
      await rm(given.folder, { recursive: true, force: true });
    },
  };
}

function clientOf(runtime: Runtime) {
  return createRouterClient(runtime.router, { context: { by: 'person' } });
}

/** Waits on the stream of changes, never on the clock. */
async function follow(
  calls: ReturnType<typeof clientOf>,
  task: number,
  condition: (task: Task) => boolean,
): Promise<Task> {
  const leave = new AbortController();
  try {
    for await (const change of await calls.changes.follow(undefined, { signal: leave.signal })) {
      for (const seen of tasksIn(change)) if (seen.id === task && condition(seen)) return seen;
    }
    throw new Error(`The changes ended before task ${task} was as expected.`);
  } finally {
    leave.abort();
  }
}

function tasksIn(change: Change): readonly Task[] {
  if (change.type === 'snapshot') return change.tasks;
  return change.type === 'task.changed' ? [change.task] : [];
}
