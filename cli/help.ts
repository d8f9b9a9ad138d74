import { type Command, UsageError } from './command';
import { nearest } from './parse';
import { widthFor, wrapped, wrapUsage } from './wrap';

/** The overview, or the help of what the words name, as wide as the terminal where it is one. Throws a UsageError when they name nothing. */
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
      `There is no command called ${topic.join(' ')}.${near === null ? ' All of them: help' : ` Did you mean ${near}?`}`,
    );
  }
  return meant.map((command) => page(command, program, columns)).join('\n');
}

function overview(commands: readonly Command[], program: string): string {
  const shown = commands.filter((command) => command.hidden !== true);
  const left = shown.map((command) => command.words.join(' '));
  const width = Math.max(...left.map((words) => words.length));
  const lines = shown.map((command, index) => `  ${(left[index] ?? '').padEnd(width)}  ${command.summary}`);
  return [
    'Switchyard runs coding agents in git worktrees of their own and merges what you approve.',
    '',
    `Usage: ${program} COMMAND [options]`,
    '',
    ...lines,
    '',
    '  --json     print one JSON value on stdout and nothing else',
    '  --help     what a command takes, with examples (also: help COMMAND)',
    '  --version  the version of this program',
    '',
    'Exit codes: 0 fine, 1 failed, 2 called the wrong way.',
    '',
  ].join('\n');
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
