import { describe, expect, test } from 'vitest';
import { endOfTurn, isUnknownConversation } from '../../../core/agents/claude-end';
import type { ClaudeResult } from '../../../core/agents/claude-lines';

const died = { limit: null, ending: { code: 1, signal: null }, stderr: '', begun: true } as const;

function end(result: Partial<ClaudeResult>, limit: { until: number | null } | null = null) {
  const whole: ClaudeResult = { type: 'result', subtype: 'success', is_error: false, ...result };
  return endOfTurn({ ...died, limit, result: whole });
}

describe('how a turn of Claude Code ended', () => {
  test.each([
    [{ api_error_status: 500, result: 'API Error' }, true],
    [{ api_error_status: 400, result: 'bad' }, false],
    [{ api_error_status: 401, result: 'no' }, false],
    [{ api_error_status: null, result: 'Not logged in · Please run /login' }, false],
    [{ api_error_status: null, result: 'Invalid API key' }, false],
    [{ api_error_status: null, result: 'Unable to connect to API (ECONNREFUSED)' }, true],
    [{ api_error_status: null, result: 'Something else' }, false],
  ])('a success with an error inside is a failure: %o', (result, retryable) => {
    expect(end({ ...result, is_error: true })).toMatchObject({ kind: 'failed', retryable, error: result.result });
  });

  test.each([
    [{ api_error_status: 429, result: 'slow down' }, null, { kind: 'limit', until: null }],
    [
      { api_error_status: 429, result: 'slow down' },
      { until: 1_800_000_000_000 },
      { kind: 'limit', until: 1_800_000_000_000 },
    ],
    [{ api_error_status: null, result: "You've hit your limit" }, { until: null }, { kind: 'limit', until: null }],
    [{ api_error_status: 529, result: 'busy' }, null, { kind: 'overload', until: null }],
    [{ api_error_status: null, result: 'overloaded_error' }, null, { kind: 'overload', until: null }],
  ])('a provider that refuses for now is no failure: %o', (result, limit, expected) => {
    expect(end({ ...result, is_error: true }, limit)).toMatchObject({ kind: 'limited', limit: expected });
  });

  test('a limit that was told earlier does not make another failure one', () => {
    const result = { is_error: true, api_error_status: 400, result: 'bad' };
    expect(end(result, { until: 1_800_000_000_000 })).toMatchObject({ kind: 'failed', retryable: false });
  });

  test('an account without money is a failure, though its status is that of a limit', () => {
    const result = { is_error: true, api_error_status: 429, result: 'Your credit balance is too low' };
    expect(end(result)).toMatchObject({ kind: 'failed', retryable: false });
  });

  test('a limit that was told and did not keep the turn from ending well is none', () => {
    expect(end({ result: 'Done.' }, { until: 1_800_000_000_000 })).toMatchObject({ kind: 'completed' });
  });

  test('limits of our own are no reason to try again', () => {
    expect(end({ subtype: 'error_max_turns', is_error: true })).toMatchObject({ retryable: false });
  });

  test('the end of the budget it was given is no failure', () => {
    expect(end({ subtype: 'error_max_budget_usd', is_error: true })).toMatchObject({ kind: 'spent' });
  });

  test('an error without words says where it ended', () => {
    const ended = end({ subtype: 'error_during_execution', is_error: true, terminal_reason: 'aborted_tools' });
    expect(ended).toMatchObject({ retryable: true, error: expect.stringContaining('aborted_tools') });
  });

  test('usage of older versions is their totals, and what is not said is unknown', () => {
    const usage = { input_tokens: 1, cache_read_input_tokens: 2, output_tokens: 3 };
    expect(end({ usage, total_cost_usd: 0.5 }).usage).toEqual({ inputTokens: 3, outputTokens: 3, costUsd: 0.5 });
    expect(end({}).usage).toEqual({ inputTokens: null, outputTokens: null, costUsd: null });
  });

  test('a process that dies may be tried again; one that refuses its arguments may not', () => {
    const facts = { ...died, result: null };
    expect(endOfTurn({ ...facts, ending: { code: null, signal: 'SIGKILL' } })).toMatchObject({ retryable: true });
    expect(endOfTurn({ ...facts, ending: { code: 143, signal: null }, begun: false })).toMatchObject({
      retryable: true,
    });
    expect(endOfTurn({ ...facts, begun: false, stderr: 'error: unknown option' })).toMatchObject({
      retryable: false,
      error: expect.stringContaining('unknown option'),
    });
  });

  test('a conversation that is gone is known by what is said of it', () => {
    expect(isUnknownConversation({ result: null, stderr: 'No conversation found with session ID: x' })).toBe(true);
    expect(isUnknownConversation({ result: null, stderr: 'out of memory' })).toBe(false);
  });
});
