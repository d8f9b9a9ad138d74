import type { Command } from './command';

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
  /** Whether it takes names at all. */
  readonly takesNames: boolean;
  readonly options: readonly CompletedOption[];
}

/** One option: its value is one of `values`, or any where there are none. */
export interface CompletedOption {
  /** With its dashes. */
  readonly word: string;
  readonly takesValue: boolean;
  readonly values: readonly string[];
}

/** What every command takes. */
const everywhere: readonly CompletedOption[] = ['--json', '--help'].map((word) => ({
  word,
  takesValue: false,
  values: [],
}));

/** What the shells complete, from the list of commands: values and names where the usage lists them, in words without capitals. */
export function completedCommands(commands: readonly Command[]): readonly CompletedCommand[] {
  return shownOf(commands).map(({ words, usage, options, names }) => ({
    words: words.join(' '),
    names: listed(usage.split(' ')[0] ?? '').filter((_, __, all) => all.length > 1),
    takesNames: names.most > 0,
    options: [
      ...Object.entries(options).map(([name, { type }]) => ({
        word: `--${name}`,
        takesValue: type === 'string',
        values: type === 'string' ? listed(new RegExp(`--${name} ([^\\s\\]]+)`).exec(usage)?.[1] ?? '') : [],
      })),
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

function shownOf(commands: readonly Command[]): readonly Command[] {
  return commands.filter(({ hidden }) => hidden !== true);
}

/** The words of `a|b|c`; none where it stands for something else, which the usage says in capitals. */
function listed(typed: string): readonly string[] {
  return /^[a-z0-9][a-z0-9_|-]*$/.test(typed) ? typed.split('|') : [];
}
