import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commands } from '../../cli/commands';
import { completion } from '../../cli/completion';
import { parse } from '../../cli/parse';
import { temporaryFolder } from '../core/server/door';

let folder: ReturnType<typeof temporaryFolder>;
beforeAll(() => {
  folder = temporaryFolder('switchyard-completion-');
  const answers = Object.entries(kept).map(([kind, lines]) => `'complete ${kind}') printf '%s\\n' ${lines} ;;`);
  writeFileSync(join(folder.path, 'switchyard'), `#!/bin/sh\ncase "$*" in\n${answers.join('\n')}\nesac\n`, {
    mode: 0o755,
  });
});
afterAll(() => folder.remove());

/** What the program says when it is asked: words with what is said of them, which an agent may have written. */
const kept = {
  tasks: `"12\tAdd \\$(touch pwned)" '13\t*; \`touch pwned\`' '2\tOld'`,
  agents: `'claude\tClaude Code' 'mine\t'`,
  keys: `'nightly\tbugfix'`,
};

/** How each shell is asked, without a screen, what it would offer for a line that ends where the cursor is. */
const shells = {
  bash: {
    args: ['--norc', '--noprofile'],
    ask: (words: readonly string[]) =>
      `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _switchyard; for one in "\${COMPREPLY[@]}"; do printf '%s ' "\${one%%\t*}"; done; echo`,
    before: '',
  },
  zsh: {
    args: ['-f'],
    ask: (words: readonly string[]) =>
      `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _switchyard; for one in "\${COMPREPLY[@]}"; do printf '%s ' "\${one%%\t*}"; done; echo`,
    before: 'autoload -Uz compinit; compinit -D; ',
    after: 'setopt ksharrays\n',
  },
  fish: {
    args: ['--no-config'],
    ask: (words: readonly string[]) => `echo (complete -C ${`'${words.join(' ')}'`} | string split -f1 \\t)`,
    before: '',
  },
} as const;

/** What a shell prints when it is asked in its language, with a program that answers what it asks and no data folder to look into. */
async function said(shell: keyof typeof shells, asking: readonly string[]): Promise<string> {
  const asked = parse(['completion', shell], commands);
  if (asked.kind !== 'run') throw new Error('completion is a command');
  // It needs nothing of its surroundings.
  const { text } = await asked.command.run(asked.given, {} as never);
  const file = join(folder.path, `${shell}.txt`);
  writeFileSync(file, [`${shells[shell].before}${text}`, ...asking].join('\n'));
  const ran = spawnSync(shell, [...shells[shell].args, file], {
    cwd: folder.path,
    env: { PATH: `${folder.path}:${process.env.PATH}`, HOME: folder.path, TERM: 'dumb' },
    encoding: 'utf8',
  });
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  return ran.stdout;
}

/** What a shell offers for each line. */
async function offered(shell: keyof typeof shells, lines: readonly string[]): Promise<readonly string[][]> {
  const { ask } = shells[shell];
  const after = 'after' in shells[shell] ? [shells.zsh.after] : [];
  const printed = await said(shell, [...after, ...lines.map((line) => ask(line.split(' ')))]);
  return printed
    .trimEnd()
    .split('\n')
    .map((line, at) => line.split(' ').filter((word) => word !== '' && isMeant(shell, word, lines[at] ?? '')));
}

/** Zsh leaves what does not begin like what was typed away itself, once it shows what there is. */
function isMeant(shell: keyof typeof shells, word: string, line: string): boolean {
  return shell !== 'zsh' || word.startsWith(line.split(' ').at(-1) ?? '');
}

/** On Linux the set-up of the tests installs them all, so none is left out there without a word. */
const isThere = (shell: string) => process.platform === 'linux' || spawnSync(shell, ['--version']).status === 0;

for (const shell of Object.keys(shells) as (keyof typeof shells)[])
  test.runIf(isThere(shell))(`${shell} completes every command, its options and what they may be`, async () => {
    const shown = commands.filter(({ hidden }) => hidden !== true);
    const two = shown.filter(({ words }) => words.length === 2);
    const first = await offered(shell, [
      'switchyard ',
      'switchyard tas',
      'switchyard task ap',
      'switchyard --json task ap',
      'switchyard help task ap',
      'switchyard task add --permission-level super',
      'switchyard completion z',
      'switchyard task approve 3 --strategy s',
      'switchyard task show --js',
    ]);
    expect([...(first[0] ?? [])].sort()).toEqual(
      [...new Set(['help', ...shown.map(({ words: [one] }) => one)])].sort(),
    );
    expect(first.slice(1)).toEqual([
      ['task'],
      ['approve'],
      ['approve'],
      ['approve'],
      ['supervised'],
      ['zsh'],
      ['squash'],
      ['--json'],
    ]);
    const nouns = [...new Set(two.map(({ words: [one = ''] }) => one))].slice(0, shell === 'fish' ? 5 : undefined);
    const seconds = await offered(
      shell,
      nouns.map((noun) => `switchyard ${noun} `),
    );
    for (const [at, noun] of nouns.entries())
      expect(seconds[at]).toEqual(
        expect.arrayContaining(two.filter(({ words }) => words[0] === noun).map(({ words }) => words[1])),
      );
    // Fish asks itself for each line as if Tab was pressed, which takes it a tenth of a second.
    const looked = shown.filter((_, at) => shell !== 'fish' || at % 10 === 0);
    const options = await offered(
      shell,
      looked.map(({ words }) => `switchyard ${words.join(' ')} --`),
    );
    for (const [at, command] of looked.entries())
      expect([...(options[at] ?? [])].sort(), command.words.join(' ')).toEqual(
        [...Object.keys(command.options), 'json', 'help'].map((name) => `--${name}`).sort(),
      );
  });

for (const shell of Object.keys(shells) as (keyof typeof shells)[])
  test.runIf(isThere(shell))(
    `${shell} completes states and settings, and what is kept as the program says when asked`,
    async () => {
      const found = await offered(shell, [
        'switchyard task list --state wai',
        'switchyard settings set defaultAg',
        'switchyard task show ',
        'switchyard logs 1',
        'switchyard task edit 2 --after 2',
        'switchyard task add --agent m',
        'switchyard key revoke ',
      ]);
      expect(found.map((words) => [...words].sort())).toEqual([
        ['waiting'],
        ['defaultAgent'],
        ['12', '13', '2'],
        ['12', '13'],
        ['2'],
        ['mine'],
        ['nightly'],
      ]);
      expect(existsSync(join(folder.path, 'pwned'))).toBe(false);
    },
  );

/** How several tasks are shown. */
const together = ['12  (Add $(touch pwned))', '13  (*; `touch pwned`)', '2  (Old)'];

test.runIf(isThere('bash'))('bash shows what is said of several words, and puts a word on the line alone', async () => {
  const printed = await said(
    'bash',
    [63, 37].flatMap((type) =>
      ['', '2'].map(
        (last) =>
          `COMP_TYPE=${type} COMP_CWORD=3 COMP_WORDS=(switchyard task show '${last}'); _switchyard_shown; printf '%s|' "\${COMPREPLY[@]}"; echo`,
      ),
    ),
  );
  expect(printed.split('\n')).toEqual([`${together.join('|')}|`, '2|', '12|13|2|', '2|', '']);
});

test.runIf(isThere('zsh'))('zsh is given the words, and beside them what it shows of each', async () => {
  const printed = await said('zsh', [
    `compadd() { print -rl -- "$@" "\${named[@]}" "\${shown[@]}"; }`,
    `words=(switchyard task show ''); CURRENT=4; _switchyard_shown`,
  ]);
  expect(printed.split('\n')).toEqual(['-d', 'shown', '-a', 'named', '12', '13', '2', ...together, '']);
});

test('a shell that is not known is said, with those that are', async () => {
  const asked = parse(['completion', 'csh'], commands);
  if (asked.kind !== 'run') throw new Error('completion is a command');
  await expect(completion(() => commands).run(asked.given, {} as never)).rejects.toThrow(
    'completion knows bash, zsh, fish, not "csh".',
  );
});
