import { describe, expect, test } from 'vitest';
import { blocksOf } from '../../renderer/text/blocks';
import { clean, cleanLine, cleanPatch } from '../../renderer/text/clean';

const esc = '\u001b';

describe('clean', () => {
  test.each([
    ['colours', `${esc}[1;31mred${esc}[0m`, 'red'],
    ['a title', `${esc}]0;owned\u0007text`, 'text'],
    ['the clipboard', `${esc}]52;c;cm0gLXJm${esc}\\text`, 'text'],
    ['a link', `${esc}]8;;https://evil.example\u0007click${esc}]8;;\u0007`, 'click'],
    ['a device string', `${esc}P$q"p${esc}\\text`, 'text'],
    ['eight-bit sequences', '\u009b31mred\u009d0;t\u0007', 'red'],
    ['an unfinished sequence', `${esc}]0;never ended`, '0;never ended'],
    ['other controls', 'a\u0000b\u0008c\u007fd\u0085e', 'abcde'],
  ])('takes away %s', (_name, text, expected) => {
    expect(clean(text)).toBe(expected);
  });

  test('writes out what reorders or hides text', () => {
    expect(clean('gnp\u202Eexe.png')).toBe('gnp‹U+202E›exe.png');
    expect(clean('a\u2066b\u2069\u200Bc\uFEFF')).toBe('a‹U+2066›b‹U+2069›‹U+200B›c‹U+FEFF›');
    expect(clean('tag\u{E0041}')).toBe('tag‹U+E0041›');
  });

  test('keeps emoji, joiners and right-to-left scripts as they are', () => {
    const text = '👩‍👩‍👧‍👦 می‌خواهم אבג café\ttab\nline';
    expect(clean(text)).toBe(text);
  });

  test('makes one line of several', () => {
    expect(cleanLine('one\r\ntwo\tthree\u2028four')).toBe('one two three four');
  });

  // Reading on from each of them to the end would take minutes; this takes a part of a second, so its limit only fails what never ends.
  test('leaves nothing a terminal would follow in a megabyte of half sequences', { timeout: 60_000 }, () => {
    expect(clean(`${esc}]0;`.repeat(250_000)).includes(esc)).toBe(false);
    expect(clean(`${'\u009d'.repeat(250_000)}${esc}[1mseen`)).toBe('seen');
  });
});

describe('cleanPatch', () => {
  test('shows every control character, so that a hidden one is seen in review', () => {
    expect(cleanPatch(`+const x = "${esc}[31m";\n`)).toBe('+const x = "␛[31m";\n');
    expect(cleanPatch('+a\u202Eb\u0000\u007f\n')).toBe('+a‹U+202E›b␀␡\n');
    expect(cleanPatch('+a\u009bb\n')).toBe('+a‹U+9B›b\n');
    expect(cleanPatch('+a\u2028b\u2029c\n')).toBe('+a‹U+2028›b‹U+2029›c\n');
  });

  test('keeps the lines and their signs, also with Windows line ends', () => {
    expect(cleanPatch('-one\r\n+two\r\n')).toBe('-one\r\n+two\r\n');
    expect(cleanPatch('+one\rtwo\n')).toBe('+one␍two\n');
  });
});

describe('blocksOf', () => {
  test('knows paragraphs, lists, headings and fences', () => {
    const kinds = blocksOf('# Plan\n\nFirst `a`.\n\n- one\n- two\n\n1. x\n```ts\ncode();\n```\nend').map(
      ({ kind }) => kind,
    );
    expect(kinds).toEqual(['heading', 'paragraph', 'list', 'list', 'code', 'paragraph']);
  });

  test('leaves links, images and HTML the characters they are', () => {
    const text = '![x](https://evil.example/?q=secret) [y](javascript:alert(1)) <img src=x onerror=alert(1)>';
    expect(blocksOf(text)).toEqual([{ kind: 'paragraph', spans: [{ kind: 'plain', text }] }]);
  });

  test('takes a fence that is not closed yet to the end', () => {
    expect(blocksOf('```\nstill\nwriting')).toEqual([{ kind: 'code', language: '', text: 'still\nwriting' }]);
  });
});
