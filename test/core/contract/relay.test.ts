import { expect, test } from 'vitest';
import {
  isOwnSession,
  isPattern,
  matchesPattern,
  readRelayMessage,
  relayMessageSchema,
} from '../../../core/contract/relay';

test.each([
  ['sessions.a.events', 'sessions.a.events', true],
  ['sessions.a.events', 'sessions.b.events', false],
  ['sessions.*.events', 'sessions.b.events', true],
  ['sessions.*', 'sessions.b.events', false],
  ['sessions.*.*', 'sessions.b.events', true],
  ['sessions.>', 'sessions.b.events', true],
  ['sessions.>', 'sessions', false],
  ['>', 'sessions', true],
  ['*.>', 'sessions', false],
  ['sessions.b.events.more', 'sessions.b.events', false],
])('%s and %s: %s', (pattern, subject, matches) => {
  expect(matchesPattern(pattern, subject)).toBe(matches);
});

test('a pattern is tokens, and what stands for them', () => {
  for (const pattern of ['>', '*', 'a.*.b', 'a.>', 'A-1_b', `a.${'b'.repeat(64)}`])
    expect([pattern, isPattern(pattern)]).toEqual([pattern, true]);
  const none = ['', '.', 'a.', '.a', 'a..b', '>.a', 'a.>.b', 'a*', 'a b', 'é', 'a\n', `a.${'b'.repeat(65)}`];
  for (const pattern of none) expect([pattern, isPattern(pattern)]).toEqual([pattern, false]);
  expect(isPattern(Array.from({ length: 128 }, () => 'a').join('.'))).toBe(true);
  expect(isPattern(Array.from({ length: 129 }, () => 'a').join('.'))).toBe(false);
});

test('sessions of the runner have numbers for names, and nobody else has', () => {
  expect(['12', '0', '12a', '-1', 'nightly'].map(isOwnSession)).toEqual([true, true, false, false, false]);
});

const deep = (depth: number): unknown => (depth === 0 ? 1 : [deep(depth - 1)]);

test.each([
  ['no object', [], /no JSON object/],
  ['no id', { type: 'a', payload: 1 }, /its id/],
  ['an id of other characters', { id: 'é', type: 'a', payload: 1 }, /its id/],
  ['an id that is too long', { id: 'a'.repeat(129), type: 'a', payload: 1 }, /its id/],
  ['no type', { id: '1', payload: 1 }, /its type/],
  ['a type of other characters', { id: '1', type: 'a b', payload: 1 }, /its type/],
  ['no payload', { id: '1', type: 'a' }, /payload/],
  ['more than it should have', { id: '1', type: 'a', payload: 1, seq: 5 }, /more than/],
  ['a payload that is too deep', { id: '1', type: 'a', payload: deep(65) }, /deep/],
])('a message with %s is refused, from a socket and from a call', (_, value, why) => {
  expect(() => readRelayMessage(value)).toThrow(why);
  expect(relayMessageSchema.safeParse(value).success).toBe(false);
});

test('any JSON may be a payload, and nothing but JSON', () => {
  for (const payload of [null, 0, '', false, [], {}, deep(64)]) {
    expect(readRelayMessage({ id: '1', type: 'a', payload })).toEqual({ id: '1', type: 'a', payload });
    expect(relayMessageSchema.parse({ id: '1', type: 'a', payload })).toEqual({ id: '1', type: 'a', payload });
  }
  for (const payload of [new Map(), new Date(), Number.NaN, 1n, () => 1]) {
    expect(relayMessageSchema.safeParse({ id: '1', type: 'a', payload }).success).toBe(false);
  }
});
