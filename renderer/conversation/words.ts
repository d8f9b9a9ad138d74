import { checkpointName } from '../../core/contract/checkpoint';
import { moveLineWords } from '../../core/contract/move-words';
import type { Term } from '../../core/contract/search-terms';
import { clean } from '../text/clean';
import type { Row } from './row-kinds';

/** The rows, by place, that have every one of the terms; none without terms. */
export function rowsWith(rows: readonly Row[], terms: readonly Term[]): readonly number[] {
  if (terms.length === 0) return [];
  const wanted = terms.map(({ text }) => folded(text));
  const found: number[] = [];
  for (const [place, row] of rows.entries()) {
    const words = wordsOf(row);
    if (wanted.every((text) => words.includes(text))) found.push(place);
  }
  return found;
}

/** Where in a text the terms stand, as it is shown: pairs of begin and end, in order and apart. */
export function placesIn(text: string, terms: readonly Term[]): readonly (readonly [number, number])[] {
  const plain = foldedInPlace(text);
  const all: (readonly [number, number])[] = [];
  for (const term of terms) {
    const wanted = foldedInPlace(term.text);
    for (let at = plain.indexOf(wanted); at !== -1; at = plain.indexOf(wanted, at + wanted.length)) {
      all.push([at, at + wanted.length]);
    }
  }
  all.sort((one, other) => one[0] - other[0] || other[1] - one[1]);
  let last = 0;
  return all.filter(([begin, end]) => {
    if (begin < last) return false;
    last = end;
    return true;
  });
}

const known = new WeakMap<Row, string>();

/** Everything a row shows, opened or not, folded; kept per row, which is never changed in place. */
function wordsOf(row: Row): string {
  const kept = known.get(row);
  if (kept !== undefined) return kept;
  const words = folded(clean(textOf(row)));
  known.set(row, words);
  return words;
}

function textOf(row: Row): string {
  switch (row.kind) {
    case 'prompt':
    case 'text':
    case 'thought':
    case 'notice':
      return row.text;
    case 'tool': {
      const { title, input, output, diff } = row.call;
      return [title, input ?? '', output ?? '', diff ?? ''].join('\n');
    }
    case 'plan':
      return row.entries.map(({ text }) => text).join('\n');
    case 'request':
      return `${row.title}\n${row.answer ?? ''}`;
    case 'commit':
      return `${row.oid} ${row.subject}`;
    case 'check':
      return `${row.name}\n${row.command}`;
    case 'checkpoint':
      return row.between === undefined ? `turn ${row.turn}` : checkpointName({ ...row, kind: row.between });
    case 'back':
      return row.name;
    case 'behind':
      return row.open ? '' : row.rows.map(textOf).join('\n');
    case 'move':
      return moveLineWords(row.line);
  }
}

const beyondAscii = /[^\0-\u007f]/;

/** Capitals and accents are not told apart. */
function folded(text: string): string {
  if (!beyondAscii.test(text)) return text.toLowerCase();
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** The same with every character where it was. */
function foldedInPlace(text: string): string {
  if (!beyondAscii.test(text)) return text.toLowerCase();
  let plain = '';
  for (const character of text) {
    const bare = folded(character);
    plain += bare.length === character.length ? bare : character;
  }
  return plain;
}
