import type { ElementContent } from 'hast';
import { expect, test } from 'vitest';
import { decodeHastLines, encodeHastLines } from '../../node_modules/@pierre/diffs/dist/worker/hastLinesTransport.js';
import { type Lines, thinLines } from '../../renderer/changes/thin-lines';

const plain = 'color:var(--diffs-foreground, var(--text))';
const keyword = 'color:var(--diffs-token-keyword, var(--code-keyword))';
const words = (value: string): ElementContent => ({ type: 'text', value });
const span = (style: string, ...children: ElementContent[]): ElementContent => ({
  ...{ type: 'element', tagName: 'span', properties: { style }, children },
});
const named = (code: string): ElementContent => ({
  ...{ type: 'element', tagName: 'span', properties: { class: 't-keyword' }, children: [words(code)] },
});
const line = (...children: ElementContent[]): ElementContent => ({
  ...{ type: 'element', tagName: 'div', properties: { 'data-line': 1, 'data-alt': undefined }, children },
});

function thinned(...lines: ElementContent[]): readonly unknown[] {
  const encoded = encodeHastLines(lines) as unknown as Lines;
  thinLines(encoded);
  return [...(decodeHastLines(encoded as never) as unknown[])];
}

test('code with the colour of its line has no element of its own, and other code has a class', () => {
  const shown = thinned(
    line(span(keyword, words('return')), span(plain, words(' value ')), span(plain, words('?? ')), words('é')),
    line(),
    line(span(plain, words('whole'))),
  );
  expect(shown).toEqual([line(named('return'), words(' value ?? é')), line(), line(words('whole'))]);
});

test('what is marked as changed within a line, and what is not known, stays as it is', () => {
  const marked: ElementContent = {
    type: 'element',
    tagName: 'span',
    properties: { 'data-diff-span': true, style: plain },
    children: [span(plain, words('a')), span('color:red', words('b')), span(plain, span(keyword, words('c')))],
  };
  const [shown] = thinned(line(words('x'), marked, { type: 'comment', value: 'no code' } as ElementContent));
  const kept = [words('a'), span('color:red', words('b')), span(plain, named('c'))];
  expect(shown).toEqual(
    line(words('x'), { ...marked, children: kept }, { type: 'comment', value: 'no code' } as never),
  );
});
