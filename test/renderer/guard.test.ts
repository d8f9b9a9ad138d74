import { Terminal } from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { guard, isOpenable } from '../../renderer/terminal/guard';

const esc = '\x1b';
const st = `${esc}\\`;

/** What reaches out of a terminal, a family each; `answers` says that xterm.js alone would reply. */
const families: readonly { readonly name: string; readonly sends: string; readonly answers?: true }[] = [
  { name: 'title and icon (OSC 0)', sends: `${esc}]0;taken\x07` },
  { name: 'icon (OSC 1)', sends: `${esc}]1;taken\x07` },
  { name: 'title (OSC 2)', sends: `${esc}]2;taken${st}` },
  { name: 'palette (OSC 4)', sends: `${esc}]4;1;rgb:00/00/00${st}${esc}]4;1;?${st}` },
  { name: 'folder (OSC 7)', sends: `${esc}]7;file://host/etc${st}` },
  { name: 'link to a file (OSC 8)', sends: `${esc}]8;;file:///etc/passwd${st}bad${esc}]8;;${st}` },
  { name: 'notice (OSC 9)', sends: `${esc}]9;hello${st}` },
  { name: 'foreground (OSC 10)', sends: `${esc}]10;#ffffff${st}${esc}]10;?${st}` },
  { name: 'background (OSC 11)', sends: `${esc}]11;#ffffff${st}${esc}]11;?${st}` },
  { name: 'cursor colour (OSC 12)', sends: `${esc}]12;#ffffff${st}${esc}]12;?${st}` },
  { name: 'font (OSC 50)', sends: `${esc}]50;?${st}` },
  { name: 'clipboard, written and read (OSC 52)', sends: `${esc}]52;c;aGk=\x07${esc}]52;c;?\x07` },
  { name: 'marks of a shell (OSC 133)', sends: `${esc}]133;A${st}` },
  { name: 'marks of an editor (OSC 633)', sends: `${esc}]633;P;Cwd=/${st}` },
  { name: 'notice (OSC 777)', sends: `${esc}]777;notify;a;b${st}` },
  { name: 'files and pictures (OSC 1337)', sends: `${esc}]1337;File=name=eA==:aGk=${st}` },
  { name: 'who are you (DA)', sends: `${esc}[c${esc}[0c${esc}[>c${esc}[=c`, answers: true },
  { name: 'where is the cursor (DSR)', sends: `${esc}[5n${esc}[6n${esc}[?6n`, answers: true },
  { name: 'which modes (DECRQM)', sends: `${esc}[4$p${esc}[?2004$p`, answers: true },
  { name: 'which settings (DECRQSS)', sends: `${esc}P$q"p${st}${esc}P$qr${st}`, answers: true },
  { name: 'window reports (XTWINOPS)', sends: `${esc}[14t${esc}[18t${esc}[21t${esc}[22;0t${esc}[23;0t${esc}[8;5;5t` },
  { name: 'version (XTVERSION, DECID)', sends: `${esc}[>q${esc}[>0q${esc}Z` },
];

interface Seen {
  readonly replies: string;
  readonly titles: readonly string[];
  readonly columns: number;
}

async function shown(sends: string, guarded: { readonly mayAnswer: boolean } | null): Promise<Seen> {
  const terminal = new Terminal({ cols: 80, rows: 24, allowProposedApi: true });
  let replies = '';
  const titles: string[] = [];
  terminal.onData((text) => {
    replies += text;
  });
  terminal.onTitleChange((title) => void titles.push(title));
  if (guarded !== null) guard(terminal.parser, () => guarded.mayAnswer);
  await new Promise<void>((resolve) => terminal.write(`before ${sends}after`, resolve));
  const line = terminal.buffer.active.getLine(0)?.translateToString(true) ?? '';
  expect(line.replace('bad', '')).toBe('before after');
  const columns = terminal.cols;
  terminal.dispose();
  return { replies, titles, columns };
}

describe.each(families)('$name', ({ sends }) => {
  it('gets no answer, no title and no size from a terminal that is only shown', async () => {
    expect(await shown(sends, { mayAnswer: false })).toEqual({ replies: '', titles: [], columns: 80 });
  });
  it('gets no title and no size from one that runs, either', async () => {
    expect(await shown(sends, { mayAnswer: true })).toMatchObject({ titles: [], columns: 80 });
  });
});

// The control: without the guard these are answered, so that no answer above says something.
describe.each(families.filter(({ answers }) => answers))('$name', ({ sends }) => {
  it('would be answered without the guard, and is answered while it may be', async () => {
    expect((await shown(sends, null)).replies).not.toBe('');
    expect((await shown(sends, { mayAnswer: true })).replies).not.toBe('');
  });
});

it('there are as many families as were promised', () => {
  expect(families).toHaveLength(22);
});

it('titles would be set without the guard', async () => {
  expect((await shown(`${esc}]2;taken${st}`, null)).titles).toEqual(['taken']);
});

it('takes only https for a link', () => {
  const addresses = [
    'https://example.com/',
    'http://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://',
  ];
  expect(addresses.map(isOpenable)).toEqual([true, false, false, false, false]);
  expect(isOpenable(`https://example.com/${'a'.repeat(5000)}`)).toBe(false);
  expect(isOpenable('https://example.com/\u0007')).toBe(false);
});
