import { parseArgs } from 'node:util';
import { type Command, type Given, UsageError } from './command';

/** Options every command takes. */
const everywhere = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;

/** A command line that was understood. */
export type CommandLine =
  /** `formerly` when it was called by the words it had before. */
  | { readonly kind: 'run'; readonly command: Command; readonly given: Given; readonly formerly: boolean }
  | { readonly kind: 'help'; readonly topic: readonly string[] }
  | { readonly kind: 'version' };

/** The words of a command line that are meant for this program: what follows `--` is meant for another one. */
export function ownWords(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end === -1 ? argv : argv.slice(0, end);
}

/** Understands a command line. Throws a UsageError that says what is wrong and what is near. */
export function parse(argv: readonly string[], commands: readonly Command[]): CommandLine {
  const own = ownWords(argv);
  const words = own.filter((word) => !word.startsWith('-'));
  const first = own.find((word) => word !== '--json');
  if (first === undefined) return { kind: 'help', topic: [] };
  if (first === '--version' || first === '-v' || first === 'version') return { kind: 'version' };
  if (first === '--help' || first === '-h') return { kind: 'help', topic: words };
  if (first === 'help') return { kind: 'help', topic: words.slice(1) };
  // Before anything else: "task --help" names no whole command, and is understood all the same.
  if (words.length === 1 && (own.includes('--help') || own.includes('-h'))) return { kind: 'help', topic: words };
  if (words.length === 0 || (first.startsWith('-') && first !== '--')) throw aloneError(first);
  const { command, words: called } = find(argv, commands);
  const rest = [...argv];
  for (const word of called) rest.splice(rest.indexOf(word), 1);
  const parsed = readOptions(rest, command);
  if (parsed.values.help === true) return { kind: 'help', topic: command.words };
  return { kind: 'run', command, given: givenOf(parsed, command), formerly: called !== command.words };
}

/** What is wrong with an option that stands before every command. */
function aloneError(option: string): UsageError {
  const near = nearest(option, ['--json', '--help', '--version']);
  return new UsageError(
    `There is no option ${option} before a command.${near === null ? '' : ` Did you mean ${near}?`} Type the command first, then its options. See: help`,
  );
}

/** The command that is meant, and the words by which it is. */
function find(
  argv: readonly string[],
  commands: readonly Command[],
): { readonly command: Command; readonly words: readonly string[] } {
  const words: string[] = [];
  for (const word of argv) {
    if (word === '--json') continue;
    if (word.startsWith('-') || words.length === 2) break;
    words.push(word);
  }
  const exact = commands.find((command) => command.words.every((word, index) => words[index] === word));
  if (exact !== undefined) return { command: exact, words: exact.words };
  const former = commands.find(({ formerly }) => formerly?.join(' ') === words.join(' '));
  if (former !== undefined) return { command: former, words };
  const known = commands.filter((command) => command.words[0] === words[0]);
  if (words.length === 1 && known.length > 0) {
    throw new UsageError(`${words[0]} needs a second word: ${known.map((command) => command.words[1]).join(', ')}.`);
  }
  const asked = words.slice(0, known.length > 0 ? 2 : 1).join(' ');
  const names =
    known.length > 0
      ? known.map((command) => command.words.join(' '))
      : commands.filter((c) => !c.hidden).map((c) => c.words.join(' '));
  const near = nearest(known.length > 0 ? asked : words.join(' '), [
    ...names,
    ...names.map((name) => name.split(' ')[0] ?? ''),
  ]);
  // What is done is often typed without what it is done to.
  const second = known.length > 0 ? [] : commands.filter((command) => command.words[1] === words[0]);
  const meant = second.length === 0 ? near : second.map((command) => command.words.join(' ')).join(' or ');
  throw new UsageError(
    `There is no command called ${asked}.${meant === null ? '' : ` Did you mean ${meant}?`} See: help`,
  );
}

type Parsed = { values: Record<string, string | boolean | (string | boolean)[] | undefined>; positionals: string[] };

function readOptions(args: string[], command: Command): Parsed {
  const options = { ...command.options, ...everywhere };
  try {
    const { values, positionals } = parseArgs({
      args: withBare(args, command).map(hideNumber),
      options,
      allowPositionals: true,
      strict: true,
    }) as Parsed;
    const shown = Object.entries(values).map(([name, value]) => [name, showNumbers(value)]);
    return { values: Object.fromEntries(shown), positionals: positionals.map((word) => word.replace(hidden, '')) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const unknown = /^Unknown option '(-[^']*)'/.exec(message)?.[1];
    if (unknown === undefined) throw new UsageError(`${command.words.join(' ')}: ${message}`);
    const near = nearest(
      unknown,
      Object.keys(options).map((name) => `--${name}`),
    );
    throw new UsageError(
      `${command.words.join(' ')} has no option ${unknown}.${near === null ? '' : ` Did you mean ${near}?`}`,
    );
  }
}

/** The words with a value behind each option that was given without one and may be. */
function withBare(args: readonly string[], { bare = {} }: Command): string[] {
  return args.map((word, at) => {
    const usual = word.startsWith('--') ? bare[word.slice(2)] : undefined;
    const next = args[at + 1];
    return usual === undefined || (next !== undefined && !next.startsWith('-')) ? word : `${word}=${usual}`;
  });
}

/** A negative number is a value, which parseArgs would take for an option. No word of a command line can hold this mark. */
const mark = '\0';
const hidden = /^\0/;

function hideNumber(word: string): string {
  return /^-\d/.test(word) ? `${mark}${word}` : word;
}

function showNumbers(value: Parsed['values'][string]): Parsed['values'][string] {
  if (Array.isArray(value)) return value.map((each) => (typeof each === 'string' ? each.replace(hidden, '') : each));
  return typeof value === 'string' ? value.replace(hidden, '') : value;
}

function givenOf(parsed: Parsed, command: Command): Given {
  const called = command.words.join(' ');
  const { values, positionals } = parsed;
  if (positionals.length < command.names.least) {
    const missing = /^[A-Z][A-Z_]*/.exec(command.usage.split(' ')[positionals.length] ?? '')?.[0];
    const what = missing === undefined ? '' : `${called} needs ${missing}. `;
    throw new UsageError(`${what}Usage: ${called} ${command.usage}`);
  }
  if (positionals.length > command.names.most) {
    throw new UsageError(
      `${called} does not expect ${JSON.stringify(positionals[command.names.most])}. Usage: ${called} ${command.usage}`,
    );
  }
  const text = (option: string) => {
    const value = values[option];
    return typeof value === 'string' ? value : undefined;
  };
  const name = (index: number) => {
    const value = positionals[index];
    if (value === undefined) throw new UsageError(`Usage: ${called} ${command.usage}`);
    return value;
  };
  return {
    json: values.json === true,
    text,
    needed(option) {
      const value = text(option);
      if (value === undefined || value === '')
        throw new UsageError(`${called} needs --${option}. Usage: ${called} ${command.usage}`);
      return value;
    },
    flag: (option) => values[option] === true,
    many(option) {
      const value = values[option];
      return Array.isArray(value) ? value.map(String) : [];
    },
    name,
    names: () => positionals,
    id: (index) => asId(name(index)),
  };
}

/** A task's or request's number as typed; `#12` is fine too. */
export function asId(typed: string): number {
  const number = Number(typed.replace(/^#/, ''));
  if (!/^#?\d{1,15}$/.test(typed) || number === 0)
    throw new UsageError(`${JSON.stringify(typed)} is not an id. Ids are numbers like 12.`);
  return number;
}

/** One of the words allowed, or a UsageError that lists them. */
export function oneOf<Word extends string>(
  option: string,
  typed: string | undefined,
  allowed: readonly Word[],
): Word | undefined {
  if (typed === undefined) return undefined;
  const found = allowed.find((word) => word === typed);
  if (found === undefined)
    throw new UsageError(`--${option} must be one of ${allowed.join(', ')}, not ${JSON.stringify(typed)}.`);
  return found;
}

/** The word least far from what was typed, when it is near enough to be meant. */
export function nearest(typed: string, words: readonly string[]): string | null {
  let best: { word: string; far: number } | null = null;
  for (const word of words) {
    const far = distance(typed, word);
    if (far <= Math.max(2, Math.floor(word.length / 3)) && (best === null || far < best.far)) best = { word, far };
  }
  return best?.word ?? null;
}

/** How many letters must be added, left out, changed or swapped to get from one word to the other. */
function distance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const above = rows[i - 1] ?? [];
      const changed = (above[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
          ? (rows[i - 2]?.[j - 2] ?? 0) + 1
          : changed;
      row.push(Math.min(changed, swapped, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    rows.push(row);
  }
  return rows[from.length]?.[to.length] ?? 0;
}

/** Throws a UsageError for `--when` with nothing that it could be said of. */
export function assertAfter({
  after,
  when,
}: {
  readonly after: readonly number[];
  readonly when: string | undefined;
}): void {
  if (when === undefined || after.length > 0) return;
  throw new UsageError(`--when ${when} says when a task starts that comes after another one. Name that: --after TASK.`);
}
