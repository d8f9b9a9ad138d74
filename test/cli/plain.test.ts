import { expect, test } from 'vitest';
import { plainJson } from '../../cli/plain';
import { money } from '../../cli/text';

test('JSON for a terminal keeps its value and holds no character that moves, hides or reorders', () => {
  const codes = [
    ...Array.from({ length: 0x20 }, (_, code) => code),
    ...Array.from({ length: 0x21 }, (_, code) => 0x7f + code),
    ...[0x61c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069],
  ];
  const hostile = String.fromCharCode(...codes);
  const value = { text: `${hostile}é 日本 🙂`, [hostile]: [hostile] };
  const written = plainJson(value);
  expect(JSON.parse(written)).toEqual(value);
  const raw = codes.filter((code) => code !== 0x0a && written.includes(String.fromCharCode(code)));
  expect(raw).toEqual([]);
  expect(written).toContain('é 日本 🙂');
});

test('a cost below one cent is not said to be nothing', () => {
  expect([0, 0.00001, 0.00123, 0.002, 0.00999, 0.014, 12.5].map(money)).toEqual([
    '$0',
    '<$0.0001',
    '$0.0012',
    '$0.002',
    '$0.01',
    '$0.01',
    '$12.50',
  ]);
});
