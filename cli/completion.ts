import { type Command, UsageError } from './command';
import { bashCompletion, zshCompletion } from './completion-bash';
import { fishCompletion } from './completion-fish';
import { completedCommands } from './completion-words';

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** Prints what has a shell complete this program, made from the commands there are. */
export function completion(commands: () => readonly Command[]): Command {
  return {
    words: ['completion'],
    usage: 'bash|zsh|fish',
    summary: 'Print what has your shell complete commands, options and their values',
    options: {},
    names: { least: 1, most: 1 },
    examples: ['completion bash', 'completion zsh', 'completion fish'],
    more: `  To switch it on for every new shell, add a line to its start file; the program must be on your PATH as switchyard:
    bash, in ~/.bashrc:   eval "$(switchyard completion bash)"
    zsh, in ~/.zshrc:     eval "$(switchyard completion zsh)"
    fish, in ~/.config/fish/config.fish:   switchyard completion fish | source
  Tasks, agents, repositories, keys and requests are those of the runtime that runs; where none does, pressing Tab starts none. A
  new version may complete more: open a new shell after an update.
`,
    async run(given) {
      const shell = given.name(0);
      const known = Object.entries(shells).find(([name]) => name === shell);
      if (known === undefined)
        throw new UsageError(`completion knows ${Object.keys(shells).join(', ')}, not ${JSON.stringify(shell)}.`);
      const script = known[1](commands(), completedCommands(commands()));
      return { json: { shell, script }, text: script };
    },
  };
}
