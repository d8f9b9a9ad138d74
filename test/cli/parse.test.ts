import { expect, test } from 'vitest';
import { commands } from '../../cli/commands';
import { completedCommands } from '../../cli/completion-words';
import { help } from '../../cli/help';
import { nearest, parse } from '../../cli/parse';
import { plain, plainLine } from '../../cli/plain';

const asked = (line: string) => parse(line.split(' ').filter(Boolean), commands);
const words = (line: string) => {
  const result = asked(line);
  return result.kind === 'run' ? result.command.words.join(' ') : result.kind;
};

test('every command is found by its words, with --json anywhere', () => {
  for (const command of commands) {
    const names = Array.from({ length: command.names.least }, () => '1').join(' ');
    expect(words(`${command.words.join(' ')} ${names}`)).toBe(command.words.join(' '));
    expect(words(`--json ${command.words.join(' ')} ${names}`)).toBe(command.words.join(' '));
    expect(words(`${command.words.join(' ')} ${names} --json`)).toBe(command.words.join(' '));
    expect(words(`${command.words.join(' ')} --help`)).toBe('help');
  }
});

/** The words of an example as a shell would hand them over; what is said of it, and where its input comes from, are none. */
const wordsOfExample = (example: string) => {
  const [line = ''] = example.split('  (');
  const typed = [...line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"]+)+/g)].map(([word]) => word);
  const end = typed.findIndex((word) => ['|', '<', '>'].includes(word));
  return (end === -1 ? typed : typed.slice(0, end)).map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
};

test('every command has help with examples, each of which is a call of it that can be understood', () => {
  const known = completedCommands(commands);
  for (const command of commands) {
    const text = help(command.words, commands, { program: 'switchyard' });
    expect(text).toContain(`switchyard ${command.words.join(' ')}`);
    expect(command.examples.length).toBeGreaterThan(0);
    const called: string[] = [];
    for (const example of command.examples) {
      expect(text).toContain(`  $ switchyard ${example}\n`);
      const understood = parse(wordsOfExample(example), commands);
      if (understood.kind !== 'run') throw new Error(`${example} is understood as ${understood.kind}`);
      // What goes with it may be another one.
      const { words, usage } = understood.command;
      called.push(words.join(' '));
      // Of what is one of a few words it gives one of them, and what the usage does not put in brackets it gives.
      const { options = [], names = [] } = known.find((one) => one.words === words.join(' ')) ?? {};
      for (const { word, values } of options.filter(({ values }) => values.length > 0)) {
        const option = word.slice(2);
        const typed = understood.command.options[option]?.multiple
          ? understood.given.many(option)
          : [understood.given.text(option)];
        for (const value of typed) expect([...values, undefined], `${example}: ${word}`).toContain(value);
      }
      if (names.length > 0 && understood.given.names().length > 0)
        expect(names, example).toContain(understood.given.name(0));
      for (const needed of neededIn(usage))
        expect(understood.given.needed(needed), `${example}: --${needed}`).not.toBe('');
    }
    expect(called).toContain(command.words.join(' '));
  }
});

/** The options that a usage puts in no brackets, of those with one way to be called. */
function neededIn(usage: string): readonly string[] {
  if (/ \| |\|--/.test(usage)) return [];
  let bare = usage;
  for (let before = ''; before !== bare; ) {
    before = bare;
    bare = bare.replace(/\[[^[\]]*\]|\([^()]*\)/g, '');
  }
  return [...bare.matchAll(/--([a-z-]+) \S/g)].map(([, name = '']) => name);
}

test('the overview is a screenful that names every command, and the help of a noun says what each of it does', () => {
  const overview = help([], commands, { program: 'switchyard', columns: 100 });
  expect(overview.split('\n').length).toBeLessThanOrEqual(50);
  const said = new Set(help([], commands, { program: 'switchyard' }).split(/[\s,]+/));
  for (const command of commands.filter(({ hidden }) => hidden !== true)) {
    for (const word of command.words) expect([...said]).toContain(word);
    if (command.words.length === 1) continue;
    const [noun = ''] = command.words;
    const alone = commands.filter(({ words: [first] }) => first === noun).length === 1;
    expect(help([noun], commands, { program: 'switchyard' })).toContain(alone ? command.usage : command.summary);
  }
});

test('a mistyped command names the nearest one', () => {
  expect(() => asked('tsak add')).toThrow(/no command called tsak.*Did you mean task/s);
  expect(() => asked('task aprove 3')).toThrow(/no command called task aprove.*Did you mean task approve/);
  expect(() => asked('task')).toThrow(/add, list, show/);
  expect(() => asked('approve')).toThrow(/Did you mean task approve\?/);
  expect(() => asked('inbxo')).toThrow(/Did you mean inbox/);
  expect(nearest('zzzzzz', ['task', 'inbox'])).toBeNull();
});

test('a mistyped option names the nearest one', () => {
  expect(() => asked('task add --titel x')).toThrow(/no option --titel. Did you mean --title/);
});

test('an option before every command is said to be none, with the nearest', () => {
  expect(() => asked('-x')).toThrow(/^There is no option -x before a command\. Type the command first/);
  expect(() => asked('--hlep')).toThrow(/no option --hlep before a command\. Did you mean --help\?/);
  expect(() => asked('--json --session s1 agent list')).toThrow(/no option --session before a command/);
  expect(words('--json agent list')).toBe('agent list');
});

test('a missing or surplus name, or an id that is none, is a usage error', () => {
  expect(() => asked('task show')).toThrow(/^task show needs ID\. Usage: task show ID/);
  expect(() => asked('task show 1 2')).toThrow(/does not expect "2"/);
  const result = asked('task show twelve');
  expect(() => result.kind === 'run' && result.given.id(0)).toThrow(/not an id/);
});

test('a negative number is a value, not an option', () => {
  const result = asked('settings set silenceMinutes -1 --json');
  expect(result.kind === 'run' && [result.given.name(0), result.given.name(1), result.given.json]).toEqual([
    'silenceMinutes',
    '-1',
    true,
  ]);
  const limited = asked('task list --limit -5');
  expect(limited.kind === 'run' && limited.given.text('limit')).toBe('-5');
  expect(() => asked('task show -x')).toThrow(/no option -x/);
});

test('a port may be left out where there is a usual one', () => {
  const port = (line: string) => {
    const result = asked(line);
    return result.kind === 'run' ? result.given.text('status-port') : undefined;
  };
  expect(port('run --status-port')).toBe('8080');
  expect(port('run --status-port --heartbeat http://127.0.0.1:1/')).toBe('8080');
  expect(port('run --status-port 9000')).toBe('9000');
  expect(port('run --status-port=9001')).toBe('9001');
  expect(port('run')).toBeUndefined();
  expect(() => asked('run --heartbeat')).toThrow(/heartbeat/);
});

test('help for what does not exist says so, and half a command gets the list of all that begin with it', () => {
  for (const topic of [['nonsense'], ['task', 'nonsense'], ['status', 'nonsense']])
    expect(() => help(topic, commands, { program: 'switchyard' })).toThrow(/There is no command called .*nonsense/);
  expect(asked('task --help')).toEqual({ kind: 'help', topic: ['task'] });
  expect(help(['task'], commands, { program: 'switchyard' })).toMatch(/^ {2}task approve +Merge/m);
});

test('what an agent says cannot move, colour, ask or reorder the terminal', () => {
  const attacks = [
    '\u001b[31mred\u001b[0m',
    '\u001b]0;title\u0007',
    '\u001b]52;c;aGk=\u0007',
    '\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\',
    '\u001bP$q"p\u001b\\',
    '\u001b[6n',
    '\u001bc',
    '\u009b2J',
    '\u009d0;t\u009c',
    '\u001b]52;c;never ended',
    '\u001b[',
    '\u001b',
    'a\rb\bc\u0000',
    '\u202Eevil\u2066',
    '\u001b]0;a\u001b[31mb',
  ];
  for (const attack of attacks) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be gone.
    expect(plain(attack)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
  }
  expect(plain('kept\ttabs\nand lines\r\nümlaut 日本 👩')).toBe('kept\ttabs\nand lines\nümlaut 日本 👩');
  expect(plain('\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\')).toBe('link');
  expect(plainLine(`a\nb${'c'.repeat(200)}`, 20)).toHaveLength(20);
});
