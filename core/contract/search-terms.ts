/** One thing to be found: a word, or several that stand next to each other. */
export interface Term {
  readonly text: string;
  /** What is being typed: words that begin so count, too. */
  readonly isBeginning: boolean;
}

const longest = 500;
const most = 16;
const wordCharacters = /[\p{L}\p{N}\p{Co}]/u;
/** Beginnings of one letter would find nearly everything. */
const beginningAtEnd = /[\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{Co}\p{M}]+$/u;

/**
 * What a person who typed this looks for: each word, and what stands in quotes as a whole. Whatever they type means
 * something; signs without a letter or digit are passed over.
 */
export function termsOf(typed: string): readonly Term[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
  const text = typed.slice(0, longest).replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, ' ');
  const terms: Term[] = [];
  for (const match of text.matchAll(/"([^"]*)("?)|[^\s"]+/g)) {
    const quoted = match[1];
    const words = (quoted ?? match[0]).trim();
    if (!wordCharacters.test(words)) continue;
    const isLast = match.index + match[0].length === text.length;
    const isOpen = quoted === undefined || match[2] === '';
    terms.push({ text: words, isBeginning: isLast && isOpen && beginningAtEnd.test(words) });
  }
  return terms.slice(0, most);
}
