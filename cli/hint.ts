/**
 * Words of the core, which name a command without knowing how it is typed here, with every command as the person who started this program
 * types it. The core names one in three ways: `(in the terminal: task show 3, inbox)`, beside what the window does; `switchyard stop` in
 * backticks, where there is no window; and after `See: `.
 */
export function here(text: string, program: string): string {
  const typed = (command: string) => (/^[a-z]/.test(command) ? `${program} ${command}` : command);
  return text
    .replace(inTheTerminal, (_all, commands: string) => `(${(commands.match(oneCommand) ?? []).map(typed).join(', ')})`)
    .replace(/`switchyard ([^`]+)`/g, (_all, command: string) => `\`${program} ${command}\``)
    .replace(/\bSee: ([a-z][a-z-]*(?: .*)?)$/gm, (all, command: string) =>
      command.startsWith(program) ? all : `See: ${typed(command)}`,
    );
}

// A name that is quoted for the shell may have a comma or a parenthesis in it. No two of what may come next begin alike: text of an
// agent is read by these, and must not be read in more than one way.
const inTheTerminal = /\(in the terminal: ((?:'[^']*'|\\.|[^)'\\])*)\)/g;
const oneCommand = /(?! )(?:'[^']*'|\\.|[^,'\\])+/g;
