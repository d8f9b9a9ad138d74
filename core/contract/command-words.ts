/** A word as it stands, or in quotes inside which a POSIX shell changes nothing. */
const piece = /[A-Za-z0-9_@%+=:,./-]+|'[^'\n\r]*'|"[^"$`\\!\n\r]*"/y;

/**
 * The words of a command line that a POSIX shell would run as one program with just these arguments: no other command, no
 * redirection, substitution, expansion or assignment. Null for every other line, and for one that is not surely so.
 */
export function commandWords(command: string): readonly string[] | null {
  const words: string[] = [];
  for (const written of splitWords(command) ?? []) words.push(unquoted(written));
  const [program] = words;
  return program === undefined || program === '' || program.includes('=') ? null : words;
}

/** The words as they are written, or null when something stands between them that a shell would act on. */
function splitWords(command: string): readonly string[] | null {
  const words: string[] = [];
  let at = 0;
  while (at < command.length) {
    if (command[at] === ' ') {
      at += 1;
      continue;
    }
    let word = '';
    for (;;) {
      piece.lastIndex = at;
      const found = piece.exec(command);
      if (found === null) break;
      word += found[0];
      at = piece.lastIndex;
    }
    if (word === '' || (at < command.length && command[at] !== ' ')) return null;
    words.push(word);
  }
  return words;
}

function unquoted(written: string): string {
  return written.replace(/'([^']*)'|"([^"]*)"/g, (_all, single?: string, double?: string) => single ?? double ?? '');
}

/**
 * Programs that run what their arguments say, reach out, or change files anywhere: a rule about how such a command begins
 * would allow far more than it says.
 */
const farReaching = new Set(
  `sh bash zsh dash ksh fish csh tcsh pwsh powershell cmd env sudo doas su xargs nohup nice ionice setsid timeout time
  exec eval source . command builtin watch script ssh scp sftp rsync curl wget nc ncat socat telnet ftp node deno python
  python2 python3 ruby perl php lua awk gawk sed find fd parallel rm rmdir mv cp dd ln install chmod chown chgrp kill
  pkill killall tee truncate shred git gh glab docker podman kubectl helm terraform aws gcloud az npx pnpx bunx uvx pipx
  osascript open xdg-open crontab at systemctl service mount umount apt apt-get brew`
    .split(/\s+/)
    .filter(Boolean),
);

/** Words after which a package manager's command runs whatever program comes next. */
const runsAny = new Set(['exec', 'x', 'dlx', 'create', 'init', 'explore', 'config', 'publish', 'login', 'set-script']);

/**
 * The words by which commands of this kind begin, when a rule about them would mean what it says: a program and its
 * subcommand, or a named script. Null when only the very same command can be told from others.
 */
export function commandPrefix(command: string): readonly string[] | null {
  const words = commandWords(command);
  if (words === null) return null;
  const [program = '', verb, script] = words;
  if (/[\\/]/.test(program) || farReaching.has(program)) return null;
  if (verb === undefined || !isName(verb) || runsAny.has(verb)) return null;
  if (verb !== 'run' && verb !== 'run-script') return [program, verb];
  return script !== undefined && isName(script) ? [program, verb, script] : null;
}

/** A subcommand or a script, and not an option, a path or a file. */
function isName(word: string): boolean {
  return /^[A-Za-z][A-Za-z0-9:_-]*$/.test(word);
}
