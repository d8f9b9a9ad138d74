import stringWidth from 'fast-string-width';
import { budgetWords } from '../core/contract/budget';
import { type RepositoryCheck, standOfChecks } from '../core/contract/check';
import { agentWords } from '../core/contract/contest';
import type { KeptPush } from '../core/contract/remote';
import { shellWord } from '../core/contract/shell-word';
import { isDrivenNow } from '../core/contract/takeover';
import { type Task, type TaskDetail, waitsSince } from '../core/contract/task';
import { noteLines, spentText } from './budget';
import { checkRows } from './check';
import { contestRows } from './contest';
import { here } from './hint';
import { plain, plainLine } from './plain';
import { pushRow } from './pushing';
import { stackRows } from './stack-text';
import { ago, counted, nextSteps, stateText, table, takeoverText, whenText, whyQueued } from './text';

/** A task for people; with its prompt when it is given, and without what only works while its repository is added. */
export function taskText(
  task: Task | TaskDetail,
  program: string,
  {
    prompt,
    added = true,
    conflicts,
    knownChecks = [],
    pushes = [],
  }: {
    readonly prompt?: string;
    readonly added?: boolean;
    /** Whether its change conflicts with its base now; left out where that was not looked at. */
    readonly conflicts?: boolean | undefined;
    readonly knownChecks?: readonly RepositoryCheck[];
    /** Where it is being pushed and was pushed; left out where that was not asked for. */
    readonly pushes?: readonly KeptPush[];
  } = {},
): string {
  const why = whyQueued(task);
  const rows: (readonly string[] | null)[] = [
    ['  repository', plainLine(task.repository)],
    ['  base', plainLine(task.base)],
    task.branch === null ? null : ['  branch', plainLine(task.branch)],
    task.worktree === null ? null : ['  worktree', plainLine(task.worktree, 5000)],
    ['  agent', `${plainLine(agentWords(task))}, ${task.permissionLevel}, ${attemptText(task)}`],
    task.priority === 'default' ? null : ['  priority', task.priority],
    ...stackRows(task, program),
    ...contestRows(task),
    task.change === null
      ? null
      : ['  change', `${counted(task.change.files, 'file')}, +${task.change.additions} −${task.change.deletions}`],
    why === null || isDrivenNow(task) ? null : ['  queued', why],
    task.takeover === null ? null : ['  driven', takeoverText(task, program)],
    task.state === 'queued' && task.runAfter !== null ? ['  goes on', whenText(task.runAfter)] : null,
    task.error === null ? null : ['  error', plain(here(task.error, program))],
    task.session === null && budgetWords(task.budget) === null ? null : ['  spent', spentText(task.spent, task.budget)],
    task.mergedOid === null ? null : ['  merged as', task.mergedOid],
    task.backupRef === null ? null : ['  backup', task.backupRef],
    ...pushes.map((push) => pushRow(push, task, program)),
    ...checkRows(task, { program, known: knownChecks }),
  ];
  const questions = task.requests.map(
    (request) => `\n${request.kind} #${request.id}: ${plainLine(request.title)}\n${indented(plain(request.body))}`,
  );
  const against = task.landsAfter.length === 0 ? plainLine(task.base) : 'what it is after';
  const head = `#${task.id} ${plainLine(task.title)}  ${stateText(task)}${conflicts ? `, conflicts with ${against}` : ''} (${ago(waitsSince(task))})\n`;
  const asked = prompt === undefined ? '' : promptText(task, prompt, program);
  const stands = standOfChecks(knownChecks, task.checks);
  const next =
    added || task.outcome !== 'discarded' ? nextSteps(task, program, { conflicts, stands }) : readdStep(task, program);
  const notes = noteLines(task.agent, task.budget);
  return `${head}${table(rows.filter((row) => row !== null))}${notes}${asked}${questions.join('')}${next}`;
}

/** A turn a provider refused takes its attempt back, so a parked task may have used none. */
function attemptText({ attempt, maxAttempts }: Task): string {
  return attempt === 0 ? `up to ${counted(maxAttempts, 'attempt')}` : `attempt ${attempt} of ${maxAttempts}`;
}

/** As much of a prompt as fits on a glance. */
const promptLines = 8;

function promptText({ id }: Task, prompt: string, program: string): string {
  const lines = plain(prompt).trim().split('\n');
  const first = lines.slice(0, promptLines);
  const shown = first.map((line) => (stringWidth(line) > 120 ? plainLine(line, 120) : line));
  const isCut = lines.length > promptLines || shown.some((line, index) => line !== first[index]);
  const whole = isCut ? `    … whole: ${program} task show ${id} --json\n` : '';
  return `  prompt\n${shown.map((line) => `    ${line}`.trimEnd()).join('\n')}\n${whole}`;
}

/** What comes before a discarded task can be brought back: its repository was removed. */
function readdStep({ repository }: Task, program: string): string {
  return `  Its repository was removed from Switchyard. To bring its change back, add it again: ${program} repository add ${plainLine(shellWord(repository), 1000)}\n`;
}

function indented(text: string): string {
  return text.trim() === '' ? '' : `${text.trim().replace(/^/gm, '  ')}\n`;
}
