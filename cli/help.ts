import { type Command, UsageError } from './command';
import { nearest } from './parse';
import { widthFor, wrapped, wrapUsage } from './wrap';

/** The overview, the commands of the noun that is named, or the help of the one command, as wide as the terminal where it is one. Throws a UsageError when they name nothing. */
export function help(
  topic: readonly string[],
  commands: readonly Command[],
  { program, columns }: { readonly program: string; readonly columns?: number | undefined },
): string {
  if (topic.length === 0) return wrapped(overview(commands, program), columns);
  const meant = commands.filter((command) => topic.every((word, index) => command.words[index] === word));
  if (meant.length === 0) {
    const near = nearest(
      topic.join(' '),
      commands.map((command) => command.words.join(' ')),
    );
    throw new UsageError(
      `There is no command called ${topic.join(' ')}.${near === null ? ' See: help' : ` Did you mean ${near}?`}`,
    );
  }
  const [only] = meant;
  if (only !== undefined && meant.length === 1) return page(only, program, columns);
  return wrapped(listOf(topic.join(' '), meant, program), columns);
}

/** What nearly every day of work is made of. */
const everyday: readonly string[] = [
  'task add',
  'task list',
  'task show',
  'inbox',
  'answer',
  'task diff',
  'task approve',
  'task reject',
  'task say',
  'task log',
  'demo',
  'doctor',
];

function overview(commands: readonly Command[], program: string): string {
  const shown = commands.filter((command) => command.hidden !== true);
  const named = everyday.flatMap((words) => shown.find((command) => command.words.join(' ') === words) ?? []);
  const of = (noun: string | undefined) => shown.filter(({ words }) => words[0] === noun);
  // A noun of which there is one thing to do has no line of its own.
  const isAlone = ({ words }: Command) => words.length === 1 || of(words[0]).length === 1;
  const nouns = [...new Set(shown.filter((command) => !isAlone(command)).map(({ words }) => words[0] ?? ''))].sort();
  const width = Math.max(...nouns.map((noun) => noun.length));
  const groups = nouns.map((noun) => {
    const verbs = of(noun)
      .map(({ words }) => words[1] ?? '')
      .sort();
    return `  ${noun.padEnd(width)}  ${verbs.join(', ')}`;
  });
  const alone = shown
    .filter(isAlone)
    .map(({ words }) => words.join(' '))
    .sort();
  return [
    'Switchyard runs coding agents in git worktrees of their own and merges what you approve.',
    '',
    `Usage: ${program} COMMAND [options]`,
    '',
    'Every day',
    ...lines(named),
    '',
    `All commands, by what they are about (${program} help task says what each of task does)`,
    ...groups,
    `  ${''.padEnd(width)}  ${alone.join(', ')}`,
    '',
    '  --json     print one JSON value on stdout and nothing else',
    '  --help     what a command takes, with examples (also: help COMMAND)',
    '  --version  the version of this program',
    'Exit codes: 0 fine, 1 failed, 2 called the wrong way, 3 what was waited for failed a required check.',
    '',
  ].join('\n');
}

/** The commands of a noun, each in a line. */
function listOf(noun: string, commands: readonly Command[], program: string): string {
  const shown = commands
    .filter((command) => command.hidden !== true)
    .sort((one, other) => (one.words.join(' ') < other.words.join(' ') ? -1 : 1));
  return [
    `Usage: ${program} ${noun} COMMAND [options]`,
    '',
    ...lines(shown),
    '',
    `What one of them takes, with examples: ${program} help ${shown[0]?.words.join(' ') ?? noun}`,
    '',
  ].join('\n');
}

function lines(commands: readonly Command[]): string[] {
  const names = commands.map((command) => command.words.join(' '));
  const width = Math.max(...names.map((name) => name.length));
  return commands.map((command, index) => `  ${(names[index] ?? '').padEnd(width)}  ${command.summary}`);
}

function page(command: Command, program: string, columns: number | undefined): string {
  const called = `${program} ${command.words.join(' ')}${command.usage === '' ? '' : ` ${command.usage}`}`;
  const width = widthFor(columns);
  const about = [
    `  ${command.summary}`,
    '',
    ...command.examples.map((example) => `  $ ${program} ${example}`),
    '',
    ...(command.more === undefined ? [] : [command.more]),
  ].join('\n');
  return `${width === undefined ? called : wrapUsage(called, width)}\n${wrapped(about, columns)}`;
}
