/** A run of text inside a block. */
export interface Span {
  readonly kind: 'plain' | 'code' | 'strong';
  readonly text: string;
}

/** What an agent's prose is made of, as far as the window cares. Everything else stays the text it is. */
export type Block =
  | { readonly kind: 'paragraph'; readonly spans: readonly Span[] }
  | { readonly kind: 'heading'; readonly spans: readonly Span[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Span[])[] };

const fence = /^ {0,3}(`{3,}|~{3,})\s*([\w+#.-]*)/;
const bullet = /^\s{0,6}(?:[-*•]|(\d{1,3})[.)])\s+(.*)$/;

/** Splits prose into blocks: fences, lists, headings and paragraphs. An unclosed fence runs to the end. */
export function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  const lines = text.split('\n');
  let paragraph: string[] = [];
  const endParagraph = (): void => {
    if (paragraph.length > 0) blocks.push({ kind: 'paragraph', spans: spansOf(paragraph.join('\n')) });
    paragraph = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const opening = fence.exec(line);
    if (opening !== null) {
      endParagraph();
      const mark = opening[1] ?? '```';
      const code: string[] = [];
      for (at += 1; at < lines.length && !(lines[at] ?? '').trimStart().startsWith(mark); at += 1)
        code.push(lines[at] ?? '');
      blocks.push({ kind: 'code', language: opening[2] ?? '', text: code.join('\n') });
      continue;
    }
    const item = bullet.exec(line);
    if (item !== null) {
      endParagraph();
      const items: (readonly Span[])[] = [];
      const ordered = item[1] !== undefined;
      for (let next: RegExpExecArray | null = item; next !== null; next = bullet.exec(lines[at] ?? '')) {
        items.push(spansOf(next[2] ?? ''));
        at += 1;
      }
      at -= 1;
      blocks.push({ kind: 'list', ordered, items });
      continue;
    }
    const heading = /^#{1,6}\s+(.*)$/.exec(line);
    if (heading !== null) {
      endParagraph();
      blocks.push({ kind: 'heading', spans: spansOf(heading[1] ?? '') });
    } else if (line.trim() === '') endParagraph();
    else paragraph.push(line);
  }
  endParagraph();
  return blocks;
}

/** Inline code and strong text. Links, images and HTML stay the characters they are. */
function spansOf(text: string): readonly Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (const match of text.matchAll(/`([^`\n]+)`|\*\*([^*\n]+)\*\*/g)) {
    if (match.index > from) spans.push({ kind: 'plain', text: text.slice(from, match.index) });
    spans.push(match[1] === undefined ? { kind: 'strong', text: match[2] ?? '' } : { kind: 'code', text: match[1] });
    from = match.index + match[0].length;
  }
  if (from < text.length) spans.push({ kind: 'plain', text: text.slice(from) });
  return spans;
}
