import type { ForgeAccount } from '../core/contract/pull-request';
import { type Command, type Surroundings, UsageError } from './command';
import { plainLine } from './plain';
import { withClient } from './with-client';

const login: Command = {
  words: ['forge', 'login'],
  usage: '[HOST]',
  summary:
    'Give Switchyard a token for GitHub; it is read from the terminal or from stdin, never from the command line',
  options: {},
  names: { least: 0, most: 1 },
  examples: ['forge login', 'forge login git.example.com < token.txt'],
  more: [
    '  A fine-grained token needs to read and write contents and pull requests, and to read checks and commit statuses. It is',
    "  sealed by the system's keychain when the desktop app runs, and kept only until Switchyard ends when it does not. With",
    "  settings set useGhToken true, GitHub's own program gh is asked for the token it has instead.",
    '',
  ].join('\n'),
  run: (given, around) =>
    withClient(around, async (client) => {
      const host = given.names()[0] ?? 'github.com';
      const token = (await readSecret(around, `Token for ${plainLine(host)}: `)).trim();
      if (!/^[\x21-\x7e]{10,1000}$/.test(token)) throw new UsageError('What was given is no token.');
      const account = await client.forges.login({ host, token });
      return { json: account, text: accountText(account) };
    }),
};

const logout: Command = {
  words: ['forge', 'logout'],
  usage: '[HOST]',
  summary: 'Forget the token for a GitHub',
  options: {},
  names: { least: 0, most: 1 },
  examples: ['forge logout'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const account = await client.forges.logout({ host: given.names()[0] ?? 'github.com' });
      return { json: account, text: accountText(account) };
    }),
};

const status: Command = {
  words: ['forge', 'status'],
  reads: true,
  usage: '',
  summary: 'Which forges let Switchyard in, and with whose token',
  options: {},
  names: { least: 0, most: 0 },
  examples: ['forge status'],
  run: (_given, around) =>
    withClient(around, async (client) => {
      const accounts = await client.forges.list();
      return { json: accounts, text: accounts.map(accountText).join('') };
    }),
};

/** Signing in to forges. */
export const forgeCommands: readonly Command[] = [login, logout, status];

function accountText({ host, signedIn, login: name, notice }: ForgeAccount): string {
  const where = { keychain: '', session: ' for now', gh: ' with the token of gh' };
  const who = name === null ? '' : ` as ${plainLine(name)}`;
  const state = signedIn === null ? 'not signed in' : `signed in${who}${where[signedIn]}`;
  return `${plainLine(host)}: ${state}.${notice === null ? '' : ` ${notice}`}\n`;
}

/** What the person types without it being shown, or all of stdin. */
function readSecret(around: Surroundings, ask: string): Promise<string> {
  const { console } = around;
  if (console === null) return around.readInput();
  around.err.write(ask);
  return new Promise((resolve, reject) => {
    let typed = '';
    const stop = console.listen({
      onSize: () => {},
      onKeys(text) {
        for (const key of text) {
          if (key === '\x7f' || key === '\b') typed = typed.slice(0, -1);
          else if (key === '\x03' || key === '\x04') return end(() => reject(new UsageError('Nothing was changed.')));
          else if (key === '\r' || key === '\n') return end(() => resolve(typed));
          else typed += key;
        }
      },
    });
    const end = (settle: () => void) => {
      stop();
      around.err.write('\n');
      settle();
    };
  });
}
