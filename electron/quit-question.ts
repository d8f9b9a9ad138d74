import { type RunningProgram, runningWords } from '../core/contract/terminal';
import { line } from './notice';

/** What quitting would touch. */
export interface AtQuit {
  readonly programs: readonly RunningProgram[];
  /** How many tasks agents are at work on. They stop with the app, and go on with the next start. */
  readonly working: number;
  /** The person wants programs on terminals kept, so quitting ends none. */
  readonly keepTerminals: boolean;
}

/** What can be done about what runs, in the order of the buttons; the first is what return presses. */
export const quitChoices = ['keep', 'end', 'cancel'] as const;
export type QuitChoice = (typeof quitChoices)[number];

/** A question as a dialog asks it. */
export interface QuitQuestion {
  readonly message: string;
  readonly detail: string;
  /** A button for each of `quitChoices`. */
  readonly buttons: readonly string[];
}

const mostLines = 8;
const longestTitle = 60;
const longestProgram = 80;

/**
 * What is asked before quitting, or the choice that is made without a question: nothing would end, or nobody knows what would, and
 * then all of it is kept.
 */
export function quitQuestion(found: AtQuit | null): QuitQuestion | QuitChoice {
  if (found === null) return 'keep';
  const { programs, working, keepTerminals } = found;
  if (keepTerminals || programs.length === 0) return 'end';
  const one = programs.length === 1;
  const lines = programs
    .slice(0, mostLines)
    .map((program) => `${line(program.taskTitle, longestTitle)}: ${nameOf(program)}`);
  const left = programs.length - mostLines;
  return {
    message: one ? 'A program runs on a terminal' : `Programs run on ${programs.length} terminals`,
    detail: [
      ...[...lines, ...(left > 0 ? [`and ${left} more`] : [])].map((text) => `• ${text}`),
      '',
      `${one ? 'Kept running, it goes' : 'Kept running, they go'} on without Switchyard, and the next start finds ${one ? 'it' : 'them'} again.`,
      ...(working === 0 ? [] : [`${agents(working)} in either case, and work on with the next start.`]),
    ].join('\n'),
    buttons: [`Quit and keep ${one ? 'it' : 'them'} running`, `Quit and end ${one ? 'it' : 'them'}`, 'Cancel'],
  };
}

function nameOf(running: RunningProgram): string {
  return runningWords({ ...running, program: line(running.program, longestProgram) });
}

function agents(working: number): string {
  return working === 1 ? 'The agent at work on 1 task stops' : `The agents at work on ${working} tasks stop`;
}
