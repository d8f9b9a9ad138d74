import { pathToFileURL } from 'node:url';
import type { SignIn } from '../core/contract/sign-in';
import type { Command } from './command';
import { plainLine } from './plain';
import { ago, fittingTable, whenText } from './text';
import { withClient } from './with-client';

const open: Command = {
  words: ['open'],
  usage: '[--print]',
  summary: 'Open the web monitor in your browser, signed in by a code that works once',
  options: { print: { type: 'boolean' } },
  names: { least: 0, most: 0 },
  examples: ['open', 'open --print'],
  more: `  The page is this machine's own and asks at 127.0.0.1 only. The code works once, within two minutes, and signs in the tab it is
  typed in, for twelve hours: another tab, or the browser started anew, needs a code of its own. A tab that was closed leaves its sign-in
  behind until then, or until sign-in revoke; Sign out in the page ends it at once. The browser is led there by a file that only you can read and that goes with the code, so the code is in no list of
  processes; a browser that may not read it is told the address and the code. --print opens nothing: type the code into the page yourself, as from another machine over a tunnel of yours.
`,
  run: (given, around) =>
    withClient(around, async (client) => {
      const { browse } = around;
      const isToOpen = browse !== undefined && !given.flag('print') && !given.json;
      const { code, url, page, expiresAt } = await client.signIns.create({ page: isToOpen });
      // The code is in the file: what a program is started with can be seen by every user of the machine.
      const opened = isToOpen && page !== null && browse(pathToFileURL(page).href);
      const how = opened ? 'Opening in your browser; should it show nothing, go to' : 'Open in a browser';
      return {
        json: { url, code, expiresAt },
        text: `${how}: ${url}/\nCode: ${code}\n`,
        note: `It works once, until ${whenText(expiresAt)}.\n`,
      };
    }),
};

const list: Command = {
  words: ['sign-in', 'list'],
  reads: true,
  usage: '',
  summary: 'The tabs of browsers that are signed in to the web monitor, also those that were closed since',
  options: {},
  names: { least: 0, most: 0 },
  examples: ['sign-in list'],
  run: (_given, around) =>
    withClient(around, async (client) => {
      const all = await client.signIns.list();
      const text = all.length === 0 ? 'No browser is signed in.\n' : fittingTable(all.map(signInCells), around.out);
      return { json: all, text };
    }),
};

const revoke: Command = {
  words: ['sign-in', 'revoke'],
  usage: 'NUMBER',
  summary: 'Sign a browser out, at once',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['sign-in revoke 2'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const signIn = await client.signIns.revoke({ signIn: given.id(0) });
      return { json: signIn, text: `Browser ${signIn.id} is signed out.\n` };
    }),
};

/** The web monitor: opening it, and which browsers are signed in to it. */
export const signInCommands: readonly Command[] = [open, list, revoke];

function signInCells({ id, createdAt, expiresAt, browser }: SignIn): readonly string[] {
  return [`${id}`, `signed in ${ago(createdAt)} ago`, `until ${whenText(expiresAt)}`, plainLine(browser, 200)];
}
