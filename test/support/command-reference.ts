import type { Command } from '../../cli/command';
import { usageValue } from '../../cli/usage-value';

/** docs/cli.md: every command that is shown, in the order of its words, as its own definition says it. */
export function commandReference(commands: readonly Command[]): string {
  const shown = commands
    .filter(({ hidden }) => hidden !== true)
    .map((command) => ({ ...command, called: command.words.join(' ') }))
    .sort((one, other) => (one.called < other.called ? -1 : 1));
  return `# The commands

Made from the commands themselves by \`npm run reference\`; \`switchyard help COMMAND\` says the same in the terminal. Where Switchyard is run
from a checkout, \`npm run -s switchyard --\` stands for \`switchyard\`; the README says how to put that on your PATH.

Every command also takes \`--json\`, to print one JSON value on stdout and nothing else, and \`--help\`. Exit codes: 0 fine, 1 failed, 2 called
the wrong way, 3 where \`--wait\` or \`task wait\` ended with a change in review that a required check did not pass: the task is finished, but
\`task approve\` would refuse it. Of a contest it is 3 when that is so of every change in review.

${shown.map(section).join('\n')}`;
}

function section({ called, usage, summary, options, examples, more }: Command & { readonly called: string }): string {
  const rows = Object.entries(options).map(([name, option]) => {
    const placeholder = usageValue(usage, name) || 'VALUE';
    const short = option.short === undefined ? '' : `, \`-${option.short}\``;
    const typed = `\`--${name}${option.type === 'string' ? ` ${placeholder}` : ''}\`${short}`;
    return `- ${typed}${option.multiple === true ? ', more than once' : ''}\n`;
  });
  return [
    `## ${called}\n\n${summary}.\n\n`,
    fenced(`switchyard ${called}${usage === '' ? '' : ` ${usage}`}\n`, 'text'),
    rows.length === 0 ? '' : `\nOptions:\n\n${rows.join('')}`,
    `\n${examples.length === 1 ? 'Example' : 'Examples'}:\n\n`,
    fenced(examples.map((example) => `switchyard ${example}\n`).join(''), 'text'),
    more === undefined ? '' : `\n${fenced(more, 'text')}`,
  ].join('');
}

function fenced(text: string, language: string): string {
  return `\`\`\`${language}\n${text.replace(/\n*$/, '\n')}\`\`\`\n`;
}
