import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claudeScreen } from '../../../core/agents/claude-screen';
import { createGoose } from '../../../core/agents/goose';
import { linesOf, usageOf } from '../../../core/agents/goose-record';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'switchyard-screen-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const id = '0212136b-a332-4b14-aeef-4c43be9ab882';

function record(lines: readonly object[]): number {
  const folder = join(home, '.claude', 'projects', '-tree');
  mkdirSync(folder, { recursive: true });
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  writeFileSync(join(folder, `${id}.jsonl`), text);
  return Buffer.byteLength(text);
}

const at = (second: number) => new Date(second * 1000).toISOString();
const usage = { input_tokens: 100, output_tokens: 20 };
const before = { type: 'user', timestamp: at(1), message: { role: 'user', content: 'Before.' } };

describe('the record of Claude Code', () => {
  it('is read from where the screen began, by what people and the agent said and did', async () => {
    const mark = record([before]);
    record([
      before,
      { type: 'mode', mode: 'normal' },
      { type: 'user', timestamp: at(2), isMeta: true, message: { role: 'user', content: 'Of the program itself.' } },
      { type: 'user', timestamp: at(2), message: { role: 'user', content: '<command-name>/cost</command-name>' } },
      { type: 'user', timestamp: at(3), message: { role: 'user', content: 'Touch \u001b[31mit.' } },
      {
        type: 'assistant',
        timestamp: at(4),
        message: { id: 'm1', content: [{ type: 'text', text: 'I will.' }], usage },
      },
      {
        type: 'assistant',
        timestamp: at(5),
        message: {
          id: 'm1',
          content: [{ type: 'tool_use', id: 't', name: 'Bash', input: { command: 'touch a' } }],
          usage,
        },
      },
      {
        type: 'user',
        timestamp: at(6),
        message: {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 't', content: 'done', is_error: false }],
        },
      },
      {
        type: 'user',
        timestamp: at(7),
        message: { role: 'user', content: [{ type: 'text', text: '[Request interrupted by user]' }] },
      },
      { type: 'assistant', timestamp: at(8), isSidechain: true, message: { id: 'm2', content: 'A helper.' } },
    ]);
    const said = await claudeScreen.said({
      agentSession: id,
      mark: String(mark),
      directory: '/tree',
      environment: { HOME: home },
    });
    expect(said.lines.map(({ at, body }) => [at / 1000, body.type, 'text' in body ? body.text : ''])).toEqual([
      [3, 'prompt', 'Touch it.'],
      [4, 'text', 'I will.'],
      [4, 'context', ''],
      [5, 'tool', ''],
      [6, 'tool', ''],
      [7, 'notice', 'You interrupted the agent.'],
    ]);
    expect(said).toMatchObject({ agentSession: id, usage: { inputTokens: 100, outputTokens: 20, costUsd: null } });
  });

  it('that is not there says that nothing was said, on no conversation', async () => {
    const driven = { agentSession: id, mark: '0', directory: '/tree', environment: { HOME: home } };
    expect(await claudeScreen.said(driven)).toMatchObject({ agentSession: null, lines: [] });
  });
});

describe('the record of Goose', () => {
  const messages = [
    { role: 'user', created: 3, content: [{ type: 'text', text: 'Touch it.' }], metadata: { userVisible: true } },
    { role: 'user', created: 3, content: [{ type: 'text', text: '<turn-context>' }], metadata: { userVisible: false } },
    {
      id: 'a',
      role: 'assistant',
      created: 4,
      content: [
        { type: 'text', text: 'I will.' },
        {
          type: 'toolRequest',
          id: 't',
          toolCall: { status: 'success', value: { name: 'shell', arguments: { command: 'touch a' } } },
        },
      ],
      metadata: { userVisible: true, usage: { inputTokens: 100, outputTokens: 20, cost: 0.5 } },
    },
    {
      role: 'user',
      created: 5,
      content: [
        {
          type: 'toolResponse',
          id: 't',
          toolResult: { status: 'success', value: { isError: true, content: [{ type: 'text', text: 'no' }] } },
        },
      ],
      metadata: null,
    },
  ];

  it('is told as a conversation is, with what its model calls used', () => {
    const lines = linesOf(messages, () => 'execute');
    expect(lines.map(({ at, body }) => [at / 1000, body.type])).toEqual([
      [3, 'prompt'],
      [4, 'text'],
      [4, 'tool'],
      [5, 'tool'],
    ]);
    expect(lines.at(-1)?.body).toMatchObject({
      title: 'shell · touch a',
      kind: 'execute',
      status: 'failed',
      output: 'no',
    });
    expect(usageOf(messages)).toEqual({ inputTokens: 100, outputTokens: 20, costUsd: 0.5 });
  });

  it('its screen is not opened where an untrusted repository brings plug-ins for it', async () => {
    mkdirSync(join(home, '.agents', 'plugins', 'theirs'), { recursive: true });
    const seat = {
      resume: null,
      opening: 'Begin.',
      directory: home,
      environment: { PATH: '' },
      permissionLevel: 'supervised' as const,
      model: null,
      hooks: null,
    };
    const screen = createGoose({ askHuman: null }).screen;
    const opened = await screen?.open({ ...seat, trusted: false });
    expect(opened).toMatchObject({ kind: 'refused', error: expect.stringContaining('.agents/plugins/theirs') });
    expect(await screen?.open({ ...seat, trusted: true })).toMatchObject({ error: expect.stringContaining('PATH') });
  });

  const seat = (environment: Record<string, string>) => ({
    resume: '20261121_1',
    opening: '--help me',
    directory: home,
    environment,
    permissionLevel: 'supervised' as const,
    model: null,
    hooks: null,
    trusted: true,
  });

  /** An environment in which goose is a script of these lines. */
  function gooseThat(...lines: readonly string[]): Record<string, string> {
    const file = join(home, 'goose');
    writeFileSync(file, ['#!/bin/sh', ...lines].join('\n'), { mode: 0o755 });
    return { PATH: `${home}:${process.env.PATH}` };
  }

  it.each([
    ['fails', 'echo "Error: Session \'x\' not found or failed to read: database is locked" >&2; exit 1'],
    ['is not understood', 'echo {}'],
    ['is half printed', 'echo {'],
  ])('that %s when it is asked for is not taken for one that is not there', async (_, line) => {
    const environment = gooseThat(line);
    const { screen } = createGoose({ askHuman: null });
    expect(await screen?.open(seat(environment))).toMatchObject({ kind: 'refused' });
    const driven = { agentSession: '20261121_1', mark: '{"messages":1}', directory: home, environment };
    await expect(screen?.said(driven)).rejects.toThrow();
    await expect(screen?.said({ ...driven, environment: { PATH: '' } })).rejects.toThrow('PATH');
  });

  it('that cannot be read at first is asked for again', async () => {
    const conversation = JSON.stringify({ id: '20261121_1', conversation: messages });
    const environment = gooseThat(`[ -e ${home}/asked ] && echo '${conversation}' || { touch ${home}/asked; exit 1; }`);
    const driven = { agentSession: '20261121_1', mark: '{"messages":0}', directory: home, environment };
    const said = await createGoose({ askHuman: null }).screen?.said(driven);
    expect(said).toMatchObject({ agentSession: '20261121_1', lines: { length: 4 } });
  });

  it('that Goose says is not there is begun anew, with a prompt that may look like an option', async () => {
    const environment = gooseThat(
      'echo "Error: Session \'x\' not found or failed to read: Session not found" >&2; exit 1',
    );
    const opened = await createGoose({ askHuman: null }).screen?.open(seat(environment));
    expect(opened).toMatchObject({ kind: 'program', args: expect.arrayContaining(['--text=--help me']) });
    expect(opened).not.toHaveProperty('environment.GOOSE_MODEL');
    const named = await createGoose({ askHuman: null }).screen?.open({ ...seat(environment), model: 'qwen3' });
    expect(named).toMatchObject({ environment: { GOOSE_MODEL: 'qwen3' } });
  });
});
