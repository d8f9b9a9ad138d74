import type { Client, Connection } from '../core/client';
import { spendingWords } from '../core/contract/budget';
import { blockingChecks, standOfChecks } from '../core/contract/check';
import {
  agentWords,
  type ComparedFile,
  type ComparedTask,
  type Comparison,
  type Contestant,
  hasWon,
  mostInContest,
  othersOf,
  type Picked,
  readAgent,
  standOfContest,
  type Version,
} from '../core/contract/contest';
import { isInHand, type Task } from '../core/contract/task';
import type { RunningProgram } from '../core/contract/terminal';
import { noteLines } from './budget';
import { type Command, type Given, type Outcome, type Surroundings, UsageError } from './command';
import { endedText, runningOn } from './ended-programs';
import { plainLine } from './plain';
import { taskOutcome } from './task-outcome';
import { taskTable } from './task-table';
import { counted, fittingTable, shortId, stateText } from './text';
import { exitOfSeveral, waitForTask } from './wait';
import { withClient } from './with-client';

const compare: Command = {
  words: ['task', 'compare'],
  reads: true,
  usage: 'ID',
  summary: 'The tasks of a contest side by side: state, change, checks, cost, time, and where their files differ',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['task compare 12', 'task compare 12 --json'],
  more: [
    '  ID is any task of the contest. A file that two of them leave the same is shown once, then as = and the task it is like.',
    '  What an agent has not committed yet is not compared.',
    '',
  ].join('\n'),
  run: (given, around) =>
    withClient(around, async (client) => {
      const json = await client.contests.compare({ task: given.id(0) });
      return { json, text: comparisonText(json, around) };
    }),
};

const pick: Command = {
  words: ['task', 'pick'],
  usage: 'ID',
  summary:
    'Discard the other tasks of a contest, with backups; the picked one stays as it is, to be approved or gone on with',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['task pick 12', 'task approve 12 --discard-others  (merges it, then does the same)'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const before = await client.tasks.get({ task: given.id(0) });
      if (before.contest?.picked === before.id && (await othersLeft(client, before)).length === 0) {
        const { text } = await taskOutcome(client, before, around);
        const json: Picked = { task: before, discarded: [], left: [] };
        return {
          json,
          text: `Task ${before.id} was picked already, and no other task of its contest is left.\n${text}`,
        };
      }
      const running = await runningOn(client);
      const picked = await client.contests.pick({ task: given.id(0) });
      const { discarded, left } = picked;
      const gone =
        discarded.length === 0
          ? ''
          : `Discarded, each with a backup: ${ids(discarded)}. To bring one back: ${around.program} task restore ${discarded[0]}\n${endedText(running, discarded)}`;
      const stayed = left
        .map(({ task, reason }) => `Not discarded: task ${task}. ${plainLine(reason, 1000)}\n`)
        .join('');
      const text = `Picked task ${picked.task.id}.\n${gone}${stayed}${(await taskOutcome(client, picked.task, around)).text}`;
      return { json: picked, text, exit: left.length === 0 ? 0 : 1 };
    }),
};

/** Contests: several tasks from one prompt, of which one is picked. */
export const contestCommands: readonly Command[] = [compare, pick];

/** The agents that were named, each as often as was asked for; none for the usual one. Throws UsageError. */
export function agentsGiven(given: Given): readonly Contestant[] {
  const typed = given.text('times');
  const times = typed === undefined ? 1 : Number(typed);
  if (!Number.isInteger(times) || times < 1 || times > mostInContest)
    throw new UsageError(`--times must be a number from 1 to ${mostInContest}.`);
  const named = given.many('agent').map(readAgent);
  if (named.length === 0 && times > 1) throw new UsageError('--times needs --agent: which one is to do it so often?');
  const all = named.flatMap((one) => Array.from({ length: times }, () => one));
  if (all.length > mostInContest)
    throw new UsageError(`A contest takes ${mostInContest} tasks at most, and these would be ${all.length}.`);
  return all;
}

/** The tasks of a new contest as a command's outcome. */
export function contestOutcome(tasks: readonly Task[], around: Surroundings): Outcome {
  const first = tasks[0]?.id ?? 0;
  const caps = tasks.some(({ budget }) => Object.values(budget).some((cap) => cap !== null));
  const notes = new Set(tasks.map(({ agent, budget }) => noteLines(agent, budget)));
  const budget = caps ? `The budget is for each of them.\n${[...notes].join('')}` : '';
  const next = `Compare them: ${around.program} task compare ${first}\n`;
  return { json: tasks, text: `${taskTable(tasks, around.out)}${budget}${next}` };
}

/** Waits until every task of a new contest is finished or needs the person, and shows them side by side. */
export async function waitForContest(
  tasks: readonly Task[],
  connection: Connection,
  around: Surroundings,
  minutes: number | null,
): Promise<Outcome> {
  around.err.isTTY && around.err.write(`Queued tasks ${ids(tasks.map(({ id }) => id))}.\n`);
  const ended = await Promise.all(tasks.map(({ id }) => waitForTask(id, connection, around, minutes)));
  return withClient(around, async (client) => {
    const json = await client.contests.compare({ task: tasks[0]?.id ?? 0 });
    const { checks = [] } = (await client.repositories.list()).find(({ id }) => id === ended[0]?.repositoryId) ?? {};
    const isHeld = (task: Task) => blockingChecks(standOfChecks(checks, task.checks)).length > 0;
    return { json, text: comparisonText(json, around), exit: exitOfSeveral(ended, isHeld) };
  });
}

/** What `task show` says of the contest a task is in; nothing for none. */
export function contestRows({ id, contest }: Pick<Task, 'id' | 'contest'>): readonly (readonly string[])[] {
  if (contest === null) return [];
  const { tasks, picked } = contest;
  const pickedWords = picked === null ? '' : picked === id ? '; this one was picked' : `; #${picked} was picked`;
  return [['  contest', `with ${ids(tasks.filter((other) => other !== id))}${pickedWords}`]];
}

/** The tasks of a task's contest that would go if it was picked; none outside of one. */
export async function othersLeft(
  client: Client,
  { id, contest }: Pick<Task, 'id' | 'contest'>,
): Promise<readonly Task[]> {
  if (contest === null) return [];
  return othersOf(await Promise.all(contest.tasks.map((task) => client.tasks.get({ task }))), id);
}

/** What became of the others when one was approved: which are discarded, with what ran there before, and which are still there. */
export async function othersText(
  client: Client,
  others: readonly Task[],
  { program, running }: { readonly program: string; readonly running: readonly RunningProgram[] },
): Promise<string> {
  if (others.length === 0) return '';
  const now = await Promise.all(others.map(({ id }) => client.tasks.get({ task: id })));
  const gone = now.filter(({ outcome }) => outcome === 'discarded').map(({ id }) => id);
  const left = now.filter(({ outcome }) => outcome !== 'discarded').map(({ id }) => id);
  const said = gone.length === 0 ? '' : `Discarded, each with a backup: ${ids(gone)}.\n${endedText(running, gone)}`;
  const still = left.map((id) => `Not discarded: task ${id}. See why: ${program} task discard ${id}\n`).join('');
  return `${said}${still}`;
}

/** What of contests waits for the person, a line each: those ready to be compared, those one of which has landed by itself, and changes that wait for others. */
export async function contestLines(
  client: Client,
  reviews: readonly Task[],
  program: string,
): Promise<readonly string[]> {
  const contests = new Map(
    reviews.flatMap(({ contest }) => (contest === null ? [] : [[contest.id, contest] as const])),
  );
  const lines: string[] = [];
  for (const { tasks: all, picked } of contests.values()) {
    const tasks = await Promise.all(all.map((task) => client.tasks.get({ task })));
    const stand = standOfContest(tasks, picked);
    const title = plainLine(tasks[0]?.title ?? '', 60);
    const won = tasks.find(hasWon)?.id;
    const left = ids(tasks.filter(({ state }) => state === 'review').map(({ id }) => id));
    if (stand === 'landed')
      lines.push(`One of a contest has landed, #${won}, and ${left} is left: ${title}: ${program} task pick ${won}\n`);
    if (stand === 'ready') lines.push(`Ready to compare: ${ids(all)} ${title}: ${program} task compare ${all[0]}\n`);
    if (stand === 'at work') lines.push(`Waiting for the others of its contest: ${left} ${title}\n`);
  }
  return lines;
}

function ids(tasks: readonly number[]): string {
  return tasks.map((id) => `#${id}`).join(', ');
}

function comparisonText(comparison: Comparison, around: Surroundings): string {
  const { tasks, files, oid } = comparison;
  const first = tasks[0]?.task;
  if (first === undefined) return '';
  const from = oid === null ? `from ${plainLine(first.base)}` : `from ${plainLine(first.base)} at ${shortId(oid)}`;
  const heads = ['', 'agent', 'state', 'change', 'checks', 'spent', 'asked'];
  const rows = tasks.map(({ task, questions }) => [
    `#${task.id}`,
    plainLine(agentWords(task), 40),
    stateText(task),
    task.change === null
      ? ''
      : `${counted(task.change.files, 'file')} +${task.change.additions} −${task.change.deletions}`,
    checksText(task),
    task.session === null ? '' : spendingWords(task.spent),
    String(questions),
  ]);
  const problems = tasks.flatMap(({ task, problem }) =>
    problem === null ? [] : [`#${task.id}  ${plainLine(problem, 300)}\n`],
  );
  return [
    `${plainLine(first.title, 200)}  (${counted(tasks.length, 'task')} ${from})\n`,
    fittingTable([heads, ...rows], around.out),
    ...problems,
    filesText(comparison, around),
    nextText(tasks, first.contest?.picked ?? null, around.program),
    files.length === 0 && tasks.some(({ task }) => isInHand(task)) ? 'Nothing is committed yet.\n' : '',
  ].join('');
}

function checksText({ checks }: Task): string {
  return checks
    .map(({ name, state, stale }) => `${plainLine(name, 20)} ${state}${stale ? ' on an older change' : ''}`)
    .join(', ');
}

function filesText({ tasks, files }: Comparison, { out }: Pick<Surroundings, 'out'>): string {
  if (files.length === 0) return '';
  const changed = tasks.filter(({ range }) => range !== null);
  const rows = files.map((file) => [
    `  ${plainLine(file.path, 60)}`,
    ...changed.map(({ task }) => versionText(file, task.id)),
  ]);
  const heads = ['  file', ...changed.map(({ task }) => `#${task.id}`)];
  return `\n${fittingTable([heads, ...rows], out)}`;
}

/** What a task makes of a file: the lines it adds and removes, or which task before it leaves it the same. */
function versionText({ versions }: ComparedFile, task: number): string {
  const own = versions.find((version) => version.task === task);
  if (own === undefined) return '·';
  const like = versions.find(({ variant }) => variant === own.variant);
  return like === undefined || like.task === task ? sizeText(own) : `= #${like.task}`;
}

function sizeText({ status, additions, deletions }: Version): string {
  const lines = additions === null ? 'binary' : `+${additions} −${deletions ?? 0}`;
  return status === 'added' || status === 'deleted' || status === 'renamed' ? `${status} ${lines}` : lines;
}

function nextText(tasks: readonly ComparedTask[], picked: number | null, program: string): string {
  const stand = standOfContest(
    tasks.map(({ task }) => task),
    picked,
  );
  const step = (label: string, command: string) => `  ${`${label}:`.padEnd(18)}${program} ${command}\n`;
  const won = tasks.find(({ task }) => hasWon(task))?.task.id;
  if (stand === 'landed' && won !== undefined) return `\n${step('Discard others', `task pick ${won}`)}`;
  const best = tasks.find(({ task }) => task.state === 'review')?.task.id;
  if (stand === 'over') return picked === null ? '' : `Task ${picked} was picked.\n`;
  if (best === undefined) return '';
  return `\n${step('See one', `task diff ${best}`)}${step('Merge one', `task approve ${best} --discard-others`)}${step('Keep only one', `task pick ${best}`)}`;
}
