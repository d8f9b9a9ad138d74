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

/** Names that a package manager, a build tool or a test runner gives to what it does with the project it is in. */
const project =
  'test tests check build lint format fmt typecheck compile docs doc bench clean coverage verify unit e2e';

/**
 * Programs whose commands may be allowed by how they begin, with the subcommands for which that means what it says. Every
 * other program is allowed letter for letter only: what looks like a subcommand may as well be a file to read, a program
 * to run or a machine to reach.
 */
const subcommands: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    npm: 'test t ci install audit outdated ls list',
    pnpm: `${project} install audit outdated ls list`,
    yarn: `${project} install audit outdated list`,
    bun: 'test install',
    deno: 'test check lint fmt bench doc',
    cargo: 'test build check clippy fmt doc bench tree',
    go: 'test build vet fmt list',
    dotnet: 'test build restore format clean',
    swift: 'test build',
    zig: 'test build fmt',
    mix: 'test compile format',
    make: `${project} all`,
    just: project,
    task: project,
    rake: project,
    mvn: `${project} package`,
    gradle: `${project} assemble`,
    composer: 'test install validate',
  }).map(([program, verbs]) => [program, new Set(verbs.split(' '))]),
);

/** Programs that check or test a project whatever follows them. */
const checkers = new Set(
  'pytest vitest jest mocha tsc eslint biome prettier ruff mypy black flake8 phpunit rspec ctest tox nox'.split(' '),
);

/** Package managers whose `run` is followed by the name of a script of the project. */
const runsScripts = new Set(['npm', 'pnpm', 'yarn', 'bun']);

/**
 * The words by which commands of this kind begin, when a rule about them would mean what it says: a program and its
 * subcommand, a named script, or a program that only checks. Null when only the very same command can be told from others.
 */
export function commandPrefix(command: string): readonly string[] | null {
  const words = commandWords(command);
  if (words === null) return null;
  const [program = '', verb = '', script = ''] = words;
  if (checkers.has(program)) return [program];
  if (runsScripts.has(program) && (verb === 'run' || verb === 'run-script')) {
    return project.split(' ').includes(script.split(':')[0] ?? '') ? [program, verb, script] : null;
  }
  return subcommands.get(program)?.has(verb) ? [program, verb] : null;
}

/** Whether a command begins with these words and sets nothing by which its program would do something else. */
export function beginsWith(command: string, prefix: readonly string[]): boolean {
  const words = commandWords(command);
  if (words === null || !prefix.every((word, index) => words[index] === word)) return false;
  return !words.slice(prefix.length).some((word) => /^[A-Za-z_][A-Za-z0-9_]*[:+?]?=/.test(word));
}
