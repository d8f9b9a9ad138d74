import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { usedInClaude } from '../../../core/agents/claude-record';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'switchyard-record-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const agentSession = '0212136b-a332-4b14-aeef-4c43be9ab882';
const at = (second: number) => new Date(second * 1000).toISOString();

function calls(second: number, id: string, more: object = {}): string {
  const content = [{ type: 'tool_use', id, name: 'Bash', input: { command: 'touch a' } }];
  const line = { type: 'assistant', timestamp: at(second), message: { id: `m${second}`, content }, ...more };
  return `${JSON.stringify(line)}\n`;
}

function results(second: number, id: string, is_error: boolean | null, more: object = {}): string {
  const content = [
    { type: 'tool_result', tool_use_id: id, content: 'done', ...(is_error === null ? {} : { is_error }) },
  ];
  const line = { type: 'user', timestamp: at(second), message: { role: 'user', content }, ...more };
  return `${JSON.stringify(line)}\n`;
}

/** Which of leave given at second 5 the record of these lines shows to be used. */
async function used(lines: readonly string[], ...ids: readonly string[]): Promise<readonly string[]> {
  const folder = join(home, '.claude', 'projects', '-tree');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${agentSession}.jsonl`), lines.join(''));
  const given = ids.map((call) => ({ call, givenAt: 5000 }));
  const environment = { HOME: home };
  return (await usedInClaude({ agentSession, environment }, given)).map(({ call }) => call);
}

test('leave is used whose call has its result in the record, and no other', async () => {
  const lines = [calls(3, 'one'), calls(4, 'two'), results(6, 'two', false), results(7, 'other', null)];
  expect(await used(lines, 'one', 'two')).toEqual(['two']);
  expect(await used([calls(3, 'one'), results(5, 'one', null)], 'one')).toEqual(['one']);
});

test('an error is no use: a call that was cut off has one, too', async () => {
  expect(await used([calls(3, 'one'), results(6, 'one', true)], 'one')).toEqual([]);
});

test('a call of the same id is another one when it was made or over at another time', async () => {
  const before = [calls(2, 'one'), results(3, 'one', false)];
  expect(await used([...before, calls(4, 'one')], 'one')).toEqual([]);
  expect(await used([calls(4, 'one'), calls(7, 'one'), results(8, 'one', false)], 'one')).toEqual([]);
  expect(await used([...before, calls(4, 'one'), results(6, 'one', false)], 'one')).toEqual(['one']);
  expect(await used([results(6, 'one', false)], 'one')).toEqual([]);
});

test('nothing is known by what is half written, of a helper’s own conversation, or of a record that is gone', async () => {
  expect(await used([calls(3, 'one'), results(6, 'one', false).slice(0, -20)], 'one')).toEqual([]);
  const helper = { isSidechain: true };
  expect(await used([calls(3, 'one', helper), results(6, 'one', false, helper)], 'one')).toEqual([]);
  rmSync(join(home, '.claude'), { recursive: true });
  const given = [{ call: 'one', givenAt: 5000 }];
  expect(await usedInClaude({ agentSession, environment: { HOME: home } }, given)).toEqual([]);
});
