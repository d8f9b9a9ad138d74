import { expect, test } from 'vitest';
import { parseClaudeLine } from '../../../core/agents/claude-lines';
import { transcribeClaude } from '../../../core/agents/claude-transcript';
import type { TranscriptBody } from '../../../core/contract/transcript';

function transcribe(...lines: readonly object[]): TranscriptBody[] {
  const told: TranscriptBody[] = [];
  const transcript = transcribeClaude('/tree', (body) => told.push(body));
  for (const line of lines) {
    const parsed = parseClaudeLine(JSON.stringify(line));
    if (parsed !== null) transcript.take(parsed);
  }
  transcript.close();
  return told;
}

const start = (id: string) => ({ type: 'stream_event', event: { type: 'message_start', message: { id } } });
const delta = (text: string, index = 0) => ({
  type: 'stream_event',
  event: { type: 'content_block_delta', index, delta: { type: 'text_delta', text } },
});
const assistant = (id: string, ...content: object[]) => ({ type: 'assistant', message: { id, content } });
const use = (id: string, name: string, input: object) => ({ type: 'tool_use', id, name, input });
const result = (id: string, content: unknown, more: object = {}) => ({
  type: 'user',
  message: { content: [{ type: 'tool_result', tool_use_id: id, content }] },
  ...more,
});

test('streamed text is told once, in few pieces, one message each', () => {
  const told = transcribe(
    start('m1'),
    delta('Hello '),
    delta('there'),
    assistant('m1', { type: 'text', text: 'Hello there' }),
    start('m2'),
    delta('Bye'),
  );
  expect(told).toEqual([
    { type: 'text', message: 'm1-0', text: 'Hello there' },
    { type: 'text', message: 'm2-0', text: 'Bye' },
  ]);
});

test('whole messages of a version that does not stream are told too', () => {
  expect(transcribe(assistant('m1', { type: 'thinking', thinking: 'Hm' }, { type: 'text', text: 'Hello' }))).toEqual([
    { type: 'thought', message: 'm1-0', text: 'Hm' },
    { type: 'text', message: 'm1-1', text: 'Hello' },
  ]);
});

test('an edit shows the true lines once it is done', () => {
  const told = transcribe(
    assistant('m1', use('t1', 'Edit', { file_path: '/tree/src/a.ts', old_string: 'a', new_string: 'b' })),
    result('t1', 'ok', {
      tool_use_result: {
        filePath: '/tree/src/a.ts',
        structuredPatch: [{ oldStart: 7, oldLines: 1, newStart: 7, newLines: 1, lines: ['-a', '+b'] }],
      },
    }),
  );
  expect(told).toMatchObject([
    { type: 'tool', call: 't1', title: 'Edit src/a.ts', kind: 'edit', status: 'pending', paths: ['src/a.ts'] },
    { status: 'completed', output: 'ok', diff: '--- a/src/a.ts\n+++ b/src/a.ts\n@@ -7,1 +7,1 @@\n-a\n+b\n' },
  ]);
});

test('what a tool prints is capped and has no control sequences', () => {
  const told = transcribe(
    assistant('m1', use('t1', 'Bash', { command: 'make' })),
    result('t1', [
      { type: 'text', text: `\u001b[31mred\u001b[0m\u001b]52;c;eA==\u0007${'x'.repeat(200_000)}` },
      { type: 'image' },
    ]),
  );
  const output = told[1]?.type === 'tool' ? (told[1].output ?? '') : '';
  expect(output.startsWith('redxxx')).toBe(true);
  expect(output.length).toBeLessThan(66_000);
  expect(output).toContain('more characters left out');
});

test('a call whose end is never told is closed as failed', () => {
  const told = transcribe(assistant('m1', use('t1', 'Grep', { pattern: 'x' })));
  expect(told).toMatchObject([
    { title: 'Grep x', kind: 'search', status: 'pending' },
    { call: 't1', status: 'failed' },
  ]);
});

test("a helper agent's tools are shown and its talk is not", () => {
  const told = transcribe(
    { ...start('m1'), parent_tool_use_id: 't0' },
    { ...delta('secret talk'), parent_tool_use_id: 't0' },
    {
      ...assistant('m1', { type: 'text', text: 'secret talk' }, use('t1', 'Read', { file_path: '/etc/hosts' })),
      parent_tool_use_id: 't0',
    },
    result('t1', 'x'),
  );
  expect(told.map((body) => body.type)).toEqual(['tool', 'tool']);
  expect(told[0]).toMatchObject({ title: 'Read /etc/hosts', paths: ['/etc/hosts'] });
});

test('waiting for the provider is told, and the to-do list of older versions is a plan', () => {
  const todos = [
    { content: 'one', status: 'completed' },
    { content: 'two', status: 'strange' },
  ];
  const told = transcribe(
    { type: 'system', subtype: 'api_retry', attempt: 1, max_retries: 10, error_status: 529 },
    { type: 'system', subtype: 'compact_boundary' },
    assistant('m1', use('t1', 'TodoWrite', { todos })),
  );
  expect(told[0]).toMatchObject({ type: 'notice', text: expect.stringContaining('529') });
  expect(told[2]).toEqual({
    type: 'plan',
    entries: [
      { text: 'one', status: 'completed' },
      { text: 'two', status: 'pending' },
    ],
  });
});

test('what is no JSON, unknown or of another shape is passed over', () => {
  expect(parseClaudeLine('not json')).toBeNull();
  expect(parseClaudeLine('{"type":"command_lifecycle"}')).toBeNull();
  expect(parseClaudeLine('{"type":"result","subtype":7}')).toBeNull();
  expect(transcribe(result('unknown', 'x'), assistant('m1', { type: 'tool_use' }))).toEqual([]);
});

test('how full the model is is told once for each of its calls, and with what it can hold at the end', () => {
  const told: TranscriptBody[] = [];
  const transcript = transcribeClaude('/tree', (body) => told.push(body));
  const usage = { input_tokens: 100, cache_read_input_tokens: 900, cache_creation_input_tokens: 50, output_tokens: 7 };
  const message = (id: string, more: object) =>
    parseClaudeLine(JSON.stringify({ type: 'assistant', message: { id, model: 'm', usage, content: [] }, ...more }));
  for (const line of [message('1', {}), message('1', {}), message('2', { parent_tool_use_id: 'helper' })])
    if (line !== null) transcript.take(line);
  const end = { type: 'result', subtype: 'success', modelUsage: { 'm[1m]': { contextWindow: 1_000_000 } } };
  const result = parseClaudeLine(JSON.stringify(end));
  if (result?.type === 'result') transcript.measured(result);
  transcript.close();
  expect(told).toEqual([
    { type: 'context', used: 1057, size: null },
    { type: 'context', used: 1057, size: 1_000_000 },
  ]);
});
