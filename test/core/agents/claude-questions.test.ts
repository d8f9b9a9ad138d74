import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ClaudePermission } from '../../../core/agents/claude-lines';
import { questionsOf } from '../../../core/agents/claude-questions';
import type { Answer } from '../../../core/contract/request';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'switchyard-questions-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function leave(
  tool_name: string,
  input: Record<string, unknown>,
  more: Partial<ClaudePermission> = {},
): ClaudePermission {
  return { subtype: 'can_use_tool', tool_name, input, ...more };
}

function answer(given: Partial<Answer>): Answer {
  return { decision: null, rule: null, options: [], text: null, ...given };
}

describe("Claude Code's own questions", () => {
  const input = {
    questions: [
      { question: 'Which?', header: 'One', options: [{ label: 'A' }, { label: 'B' }], multiSelect: true },
      { question: 'Why?', header: 'Two', options: [] },
    ],
  };

  test('are one question each, and the answers go back by their text', async () => {
    const { questions, decide } = await questionsOf(leave('AskUserQuestion', input), directory);
    expect(questions.map(({ title, multiple, kind }) => [title, multiple, kind])).toEqual([
      ['Which?', true, 'clarification'],
      ['Why?', false, 'clarification'],
    ]);
    const answers = [answer({ options: [0, 1], text: 'and C' }), answer({ text: 'because' })];
    expect(decide(answers)).toEqual({
      behavior: 'allow',
      updatedInput: { ...input, answers: { 'Which?': 'A, B, and C', 'Why?': 'because' } },
    });
  });

  test('that the person refuses to answer are refused with the reason', async () => {
    const { decide } = await questionsOf(leave('AskUserQuestion', input), directory);
    const refused = decide([answer({ options: [0] }), answer({ decision: 'deny', text: 'none of your business' })]);
    expect(refused).toMatchObject({ behavior: 'deny', message: expect.stringContaining('none of your business') });
  });

  test('of an unknown shape are still put to the person, as leave for a tool', async () => {
    const { questions } = await questionsOf(leave('AskUserQuestion', { asks: 1 }), directory);
    expect(questions.map((question) => question.kind)).toEqual(['permission']);
  });
});

describe('leave for a tool', () => {
  test('shows the exact command, with what a screen would hide written out', async () => {
    const { questions } = await questionsOf(
      leave('Bash', { command: 'ls \u202e# safe\u001b[8m; rm -rf /' }),
      directory,
    );
    expect(questions[0]?.tool?.command).toBe('ls \\u202e# safe\\u001b[8m; rm -rf /');
    expect(questions[0]?.title).not.toContain('\u202e');
    expect(questions[0]?.call).toBeNull();
  });

  test('names the call it is for, by which its record tells whether it was used', async () => {
    const call = { tool_use_id: 'toolu_1' };
    for (const request of [leave('Bash', { command: 'ls' }, call), leave('ExitPlanMode', { plan: 'Do it.' }, call)])
      expect((await questionsOf(request, directory)).questions.map((question) => question.call)).toEqual(['toolu_1']);
  });

  test('shows what a write changes in the file as it is, and reads nothing outside the worktree', async () => {
    writeFileSync(join(directory, 'a.txt'), 'one\ntwo\n');
    const inside = await questionsOf(
      leave('Write', { file_path: join(directory, 'a.txt'), content: 'one\n' }),
      directory,
    );
    expect(inside.questions[0]?.tool?.diff).toContain('-two');
    const outside = await questionsOf(leave('Write', { file_path: '/etc/hostname', content: 'x\n' }), directory);
    expect(outside.questions[0]?.tool?.diff).toBe('--- /dev/null\n+++ b/etc/hostname\n@@ -0,0 +1,1 @@\n+x\n');
  });

  test('shows each edit of several', async () => {
    const edits = [
      { old_string: 'a', new_string: 'b' },
      { old_string: 'c', new_string: 'd' },
    ];
    const { questions } = await questionsOf(leave('MultiEdit', { file_path: 'x', edits }), directory);
    expect(questions[0]?.tool?.diff).toMatch(/-a\n\+b[\s\S]*-c\n\+d/);
  });

  test('for the session never reaches a settings file and never stops all asking', async () => {
    const request = leave(
      'Bash',
      { command: 'ls' },
      {
        permission_suggestions: [
          {
            type: 'addRules',
            rules: [{ toolName: 'Bash', ruleContent: 'ls *' }],
            behavior: 'allow',
            destination: 'localSettings',
          },
          { type: 'setMode', mode: 'bypassPermissions', destination: 'userSettings' },
          { type: 'setMode', mode: 'acceptEdits', destination: 'session' },
        ],
      },
    );
    const { questions, decide } = await questionsOf(request, directory);
    expect(questions[0]?.options.map(({ kind }) => kind)).toEqual(['allow_once', 'reject_once']);
    expect(decide([answer({ decision: 'allow' })])).toEqual({ behavior: 'allow', updatedInput: { command: 'ls' } });
  });

  test('that is denied without a reason says so, and one that has no answer is denied', async () => {
    const { decide } = await questionsOf(leave('Bash', { command: 'ls' }), directory);
    expect(decide([answer({ decision: 'deny' })])).toMatchObject({ behavior: 'deny', interrupt: false });
    expect(decide([])).toMatchObject({ behavior: 'deny' });
  });
});

test('a plan is put to the person as a plan', async () => {
  const { questions, decide } = await questionsOf(leave('ExitPlanMode', { plan: '1. Do it' }), directory);
  expect(questions[0]).toMatchObject({ kind: 'plan', body: '1. Do it', tool: null });
  expect(decide([answer({ decision: 'allow' })])).toMatchObject({ behavior: 'allow' });
});
