import { expect, it } from 'vitest';
import { hookSettings, listenToClaude } from '../../../core/agents/claude-hooks';
import type { HookDesk } from '../../../core/agents/screen';
import type { Answer } from '../../../core/contract/request';
import type { PermissionLevel } from '../../../core/contract/task';

const allow: Answer = { decision: 'allow', rule: null, options: [0], text: null };
const bash = { tool_name: 'Bash', tool_input: { command: 'make' } };
const asks = { hook_event_name: 'PermissionRequest', ...bash };

function listen(permissionLevel: PermissionLevel, answer: (withdrawn: AbortSignal) => Promise<Answer>) {
  const titles: string[] = [];
  let settled = 0;
  const notices: string[] = [];
  const desk: HookDesk = {
    directory: '/nowhere',
    permissionLevel,
    notice: (text) => void notices.push(text),
    settled: () => {
      settled += 1;
    },
    ask(question, withdrawn) {
      titles.push(question.title);
      return answer(withdrawn);
    },
  };
  return { ...listenToClaude(desk), titles, notices, settled: () => settled };
}

const never = (withdrawn: AbortSignal) =>
  new Promise<Answer>((_, reject) => withdrawn.addEventListener('abort', () => reject(new Error('withdrawn'))));

const stays = new AbortController().signal;

it('what is asked is put before the person, and their decision is told in the hook’s own shape', async () => {
  const { take, titles } = listen('supervised', () => Promise.resolve(allow));
  expect(await take(asks, stays)).toEqual({
    hookSpecificOutput: {
      hookEventName: 'PermissionRequest',
      decision: { behavior: 'allow', updatedInput: { command: 'make' } },
    },
  });
  expect(titles).toEqual(['make']);
});

it('nobody is asked for leave in an autonomous task, and everybody for a decision of theirs', async () => {
  const { take, titles } = listen('autonomous', () => Promise.resolve(allow));
  expect(await take(asks, stays)).toMatchObject({ hookSpecificOutput: { decision: { behavior: 'allow' } } });
  expect(titles).toEqual([]);
  const options = [{ label: 'red', description: '' }];
  const questions = [{ question: 'Which colour?', header: '', options, multiSelect: false }];
  const answered = await take({ ...asks, tool_name: 'AskUserQuestion', tool_input: { questions } }, stays);
  expect(titles).toEqual(['Which colour?']);
  expect(answered).toMatchObject({
    hookSpecificOutput: { decision: { updatedInput: { answers: { 'Which colour?': 'red' } } } },
  });
});

it('a question is withdrawn when its call is over, when the turn is, and when nobody waits for it', async () => {
  const { take, settled } = listen('supervised', never);
  const first = take(asks, stays);
  await take({ hook_event_name: 'PostToolUse', tool_name: 'Bash', tool_input: { command: 'other' } }, stays);
  await take({ hook_event_name: 'PostToolUse', ...bash }, stays);
  expect(await first).toBeNull();
  const second = take(asks, stays);
  await take({ hook_event_name: 'Stop' }, stays);
  expect(await second).toBeNull();
  expect(settled()).toBe(1);
  const gone = new AbortController();
  const third = take(asks, gone.signal);
  gone.abort();
  expect(await third).toBeNull();
});

it('a screen that is told to ask less is said to, and that it asks again', async () => {
  const { take, notices } = listen('supervised', never);
  for (const mode of ['default', 'plan', 'auto', 'auto', 'default']) {
    await take({ hook_event_name: 'Stop', permission_mode: mode }, stays);
  }
  expect(notices).toEqual([
    expect.stringContaining('its mode auto on the screen'),
    'Claude Code asks for leave on the screen again.',
  ]);
});

it('what a newer version says beside that is no error', async () => {
  const { take } = listen('supervised', never);
  expect(await take({ hook_event_name: 'Dreaming' }, stays)).toBeNull();
  expect(await take('nonsense', stays)).toBeNull();
});

it('is started without a shell, and what only it needs is not in the environment of the screen', () => {
  const { hooks } = JSON.parse(hookSettings({ command: '/the app', args: ['a b.js'], env: { AS_NODE: '1' } }));
  expect(hooks.PermissionRequest[0].hooks[0]).toMatchObject({
    type: 'command',
    command: '/usr/bin/env',
    args: ['AS_NODE=1', '/the app', 'a b.js'],
  });
  // More than the timer of the program that waits can count would end at once.
  expect(hooks.PermissionRequest[0].hooks[0].timeout * 1000).toBeLessThan(2 ** 31);
  expect(hooks.Stop[0].hooks[0]).toMatchObject({ async: true });
});
