import { expect, test } from 'vitest';
import { readRelayMessage } from '../../../core/contract/relay';
import { heardMessage, messageText } from '../../../core/relay/frame';

const stamp = { seq: 7, subject: 'sessions.a.events', at: 8 };

function frameOf(raw: string): string {
  return heardMessage(stamp, messageText(readRelayMessage(JSON.parse(raw)), raw)).frame.toString();
}

test('a frame is the number, the subject, the time and the message as it came', () => {
  const raw = '{"id":"1","type":"note","payload":{"b":1.0,"a":[ 2 ]}}';
  expect(frameOf(raw)).toBe(
    '{"seq":7,"subject":"sessions.a.events","at":8,"id":"1","type":"note","payload":{"b":1.0,"a":[ 2 ]}}',
  );
});

test.each([
  ['keys in another order', '{"payload":1,"type":"note","id":"1"}'],
  ['a key said twice, which some would read and others not', '{"id":"1","type":"note","payload":2,"payload":1}'],
  ['a key said twice with an escape', '{"id":"1","type":"note","payload":2,"\\u0070ayload":1}'],
  ['another line', '{"id":"1","type":"note","payload":\n1}'],
  ['space around it', ' {"id":"1","type":"note","payload":1} '],
])('a message with %s is told like any other', (_, raw) => {
  expect(frameOf(raw)).toBe('{"seq":7,"subject":"sessions.a.events","at":8,"id":"1","type":"note","payload":1}');
});

test('a message of more than a mebibyte is refused, whatever its characters', () => {
  const payload = 'é'.repeat(512 * 1024);
  expect(() => messageText({ id: '1', type: 'note', payload })).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  expect(messageText({ id: '1', type: 'note', payload: payload.slice(100) })).toContain('é');
});
