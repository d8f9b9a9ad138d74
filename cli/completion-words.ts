import { settingsSchema } from '../core/contract/settings';
import { taskStates } from '../core/contract/task';
import type { Command } from './command';
import type { Asked } from './completing';
import { usageValue } from './usage-value';

/** What may follow the words of a command line so far, each with what is said of it. */
export interface Completed {
  readonly word: string;
  readonly about: string;
}

/** What a shell needs to know of one command to complete it. */
export interface CompletedCommand {
  /** Its words, with a space between. */
  readonly words: string;
  /** What its first name may be; empty where it is anything else than one of a few words. */
  readonly names: readonly string[];
  /** What its first name is one of, where that is asked for when Tab is pressed. */
  readonly asks: Asked | null;
  /** Whether it takes names at all. */
  readonly takesNames: boolean;
  readonly options: readonly CompletedOption[];
}

/** One option: its value is one of `values`, or of what is asked for, or any where there is neither. */
export interface CompletedOption {
  /** With its dashes. */
  readonly word: string;
  readonly takesValue: boolean;
  readonly values: readonly string[];
  readonly asks: Asked | null;
}

/** What every command takes. */
const everywhere: readonly CompletedOption[] = ['--json', '--help'].map((word) => ({
  word,
  takesValue: false,
  values: [],
  asks: null,
}));

/** What the shells complete, from the list of commands: values and names where the usage lists them, in words without capitals. */
export function completedCommands(commands: readonly Command[]): readonly CompletedCommand[] {
  return shownOf(commands).map(({ words, usage, options, names }) => ({
    words: words.join(' '),
    names:
      words[0] === 'settings' && names.most > 0
        ? settingsSchema.keyof().options
        : listed(usage.split(' ')[0] ?? '').filter((_, __, all) => all.length > 1),
    asks: asksFor(words[0] ?? '', usage.split(' ')[0] ?? ''),
    takesNames: names.most > 0,
    options: [
      ...Object.entries(options).map(([name, { type }]) => {
        const value = type === 'string' ? usageValue(usage, name) : '';
        return {
          word: `--${name}`,
          takesValue: type === 'string',
          values: value === 'STATE' ? taskStates : listed(value),
          asks: value === '' ? null : asksFor(name, value === 'ID' && name === 'task' ? 'TASK' : value),
        };
      }),
      ...everywhere,
    ],
  }));
}

/** What follows each word a command begins with, and under the empty one the words that begin a command. */
export function completedWords(commands: readonly Command[]): ReadonlyMap<string, readonly Completed[]> {
  const shown = shownOf(commands);
  const next = new Map<string, Completed[]>([['', []]]);
  for (const { words, summary } of shown) {
    const [first = '', second] = words;
    const beginning = next.get('') ?? [];
    if (!beginning.some(({ word }) => word === first)) {
      const seconds = shown.flatMap((command) => (command.words[0] === first ? command.words.slice(1) : []));
      beginning.push({ word: first, about: seconds.length > 1 ? seconds.join(', ') : summary });
    }
    if (second !== undefined) next.set(first, [...(next.get(first) ?? []), { word: second, about: summary }]);
  }
  next.get('')?.push({ word: 'help', about: 'What a command takes, with examples' });
  return next;
}

/** What a value is one of, by how the usage calls it and what it is of: the first word of a command, or an option. */
function asksFor(of: string, called: string): Asked | null {
  const [what = ''] = /^[A-Z_]+/.exec(called) ?? [];
  if (what === 'TASK' || (what === 'ID' && of === 'task')) return 'tasks';
  if (what === 'PATH_OR_NAME') return 'repositories';
  if (what === 'NAME' && of === 'agent') return called.startsWith('NAME') ? 'agents' : null;
  if (what === 'NUMBER' && of === 'sign-in') return 'signIns';
  if (what === 'NAME' && of === 'session') return 'sessions';
  if (what === 'SERVICE') return 'services';
  if (what === 'KEY') return 'keys';
  return what === 'REQUEST' ? 'requests' : null;
}

function shownOf(commands: readonly Command[]): readonly Command[] {
  return commands.filter(({ hidden }) => hidden !== true);
}

/** The words of `a|b|c`; none where it stands for something else, which the usage says in capitals. */
function listed(typed: string): readonly string[] {
  return /^[a-z0-9][a-z0-9_|-]*$/.test(typed) ? typed.split('|') : [];
}
