import { stripVTControlCharacters } from 'node:util';
import { type FoundKind, searchedOutput } from '../contract/search';
import type { TranscriptEvent } from '../contract/transcript';

/** Something that can be found, at an event of a transcript. */
export interface Entry {
  readonly seq: number;
  readonly at: number;
  readonly kind: FoundKind;
  readonly title: string;
  readonly text: string;
}

/** What is remembered between the events of one transcript. */
export interface Reading {
  /** The message that may still go on: its pieces are one entry, or words cut in two would not be found. */
  open: { readonly entry: Entry; readonly name: string; readonly bytes: number; readonly seq: number } | null;
  /** The texts of the newest plan; one that is only ticked off says nothing new. */
  plan: string;
  /** What of each call of a tool is in the index already. */
  readonly calls: Map<string, { readonly input: boolean; readonly diff: boolean }>;
}

/** Nothing read yet; `plan` is what the index remembers of an earlier reading. */
export function newReading(plan = ''): Reading {
  return { open: null, plan, calls: new Map() };
}

/** One entry holds so much at most; a longer text makes several. */
const longestEntry = 16_000;
/** Calls that never ended are forgotten one day. */
const mostCalls = 1000;

/**
 * What an event adds to the index. `place` is where its line begins: the message that is open is read again from there
 * after a crash. `bodyOf` gives what a request asks beside its title.
 */
export function entriesOf(
  reading: Reading,
  event: TranscriptEvent,
  place: { readonly bytes: number; readonly seq: number },
  bodyOf: (request: number) => string,
): readonly Entry[] {
  const { seq, at } = event;
  const entry = (kind: FoundKind, title: string, text = ''): Entry[] =>
    piecesOf(text).map((piece, index) => ({ seq, at, kind, title: index === 0 ? plain(title) : '', text: piece }));
  if (event.type === 'text' || event.type === 'thought') {
    const name = `${event.type} ${event.message}`;
    const text = plain(event.text);
    const { open } = reading;
    if (open?.name === name && open.entry.text.length < longestEntry) {
      reading.open = { ...open, entry: { ...open.entry, text: open.entry.text + text } };
      return [];
    }
    const ended = closeMessage(reading);
    reading.open = { entry: { seq, at, kind: event.type, title: '', text }, name, ...place };
    return ended;
  }
  const ended = closeMessage(reading);
  switch (event.type) {
    case 'prompt':
      return [...ended, ...entry('prompt', '', plain(event.text))];
    case 'tool':
      return [...ended, ...entry('tool', ...toolWords(reading, event))].filter(saysSomething);
    case 'plan': {
      const text = plain(event.entries.map((each) => each.text).join('\n'));
      if (text === reading.plan) return ended;
      reading.plan = text;
      return [...ended, ...entry('plan', '', text)];
    }
    case 'request':
      return [...ended, ...entry('request', event.title, plain(bodyOf(event.request)))];
    case 'answer':
      return [...ended, ...entry('answer', '', plain(event.text))];
    case 'notice':
      return [...ended, ...entry('notice', '', plain(event.text))];
    case 'commit':
      return [...ended, ...entry('commit', event.subject, event.oid)];
    case 'check':
      return [...ended, ...entry('check', event.command, event.name === event.command ? '' : (event.name ?? ''))];
    default:
      return ended;
  }
}

/** The message that was open, as an entry: nothing more of it comes. */
export function closeMessage(reading: Reading): readonly Entry[] {
  const { open } = reading;
  reading.open = null;
  return open === null || open.entry.text.trim() === '' ? [] : [open.entry];
}

function saysSomething({ title, text }: Entry): boolean {
  return title !== '' || text !== '';
}

/** What a call of a tool says that it has not said before: what it is to do, and once it ended what came of it. */
function toolWords(reading: Reading, event: Extract<TranscriptEvent, { type: 'tool' }>): [string, string] {
  const { call, title, status, input, diff, output, paths } = event;
  const before = reading.calls.get(call);
  const hasEnded = status === 'completed' || status === 'failed';
  const hasDiff = diff !== undefined && diff !== '';
  const hasInput = input !== undefined && input !== '';
  if (hasEnded) reading.calls.delete(call);
  else {
    if (reading.calls.size >= mostCalls) reading.calls.clear();
    reading.calls.set(call, { input: hasInput || before?.input === true, diff: hasDiff || before?.diff === true });
  }
  const parts = [
    before === undefined && paths !== undefined ? paths.join('\n') : '',
    hasDiff && before?.diff !== true ? diff : '',
    // What an edit is given is what its diff shows.
    hasInput && !hasDiff && before?.input !== true ? unescaped(input) : '',
    hasEnded && output !== undefined ? outputWords(output) : '',
  ];
  return [before === undefined ? title : '', plain(parts.filter((part) => part !== '').join('\n'))];
}

/** The beginning and the end of what a tool printed: what is looked for is there, and the middle may be megabytes. */
function outputWords(output: string): string {
  const { beginning, end } = searchedOutput;
  return output.length <= beginning + end ? output : `${output.slice(0, beginning)}\n…\n${output.slice(-end)}`;
}

/** Line ends in JSON are written as letters, which would stick to the next word. */
function unescaped(json: string): string {
  return json.replace(/\\[nrt]/g, ' ');
}

function piecesOf(text: string): readonly string[] {
  if (text.length <= longestEntry) return [text];
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const whole = text.length - at <= longestEntry;
    const space = whole ? -1 : text.lastIndexOf(' ', at + longestEntry);
    const end = whole ? text.length : space > at + longestEntry / 2 ? space : at + longestEntry;
    pieces.push(text.slice(at, end));
    at = end;
  }
  return pieces;
}

/** Without terminal sequences, which would stick to words, and control characters, two of which mark what was found. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
  return stripVTControlCharacters(text).replace(/[\u0000-\u0008\u000b-\u001f]/g, ' ');
}
