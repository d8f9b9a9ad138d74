import type { ProviderLimit } from '../contract/park';
import type { Usage } from '../contract/task';
import { type TurnEnd, unknownUsage } from './agent';
import type { Ending } from './child';
import type { ClaudeResult } from './claude-lines';
import { capped, plainText } from './plain';
import { isUnpaid, limitIn } from './provider-limit';

/** What is known when a process is over. */
export interface ClaudeFacts {
  readonly result: ClaudeResult | null;
  /** The provider's limit, if it refused for one; `until` is when that ends, epoch milliseconds. */
  readonly limit: { readonly until: number | null } | null;
  readonly ending: Ending;
  readonly stderr: string;
  /** Whether the conversation began at all. */
  readonly begun: boolean;
}

/** How a turn ended that was neither cancelled nor silent. A success that carries an error is a failure. */
export function endOfTurn(facts: ClaudeFacts): TurnEnd {
  const { result } = facts;
  if (result === null) return diedSilently(facts);
  const usage = usageOf(result);
  if (result.subtype === 'success' && !result.is_error) return { kind: 'completed', usage };
  const error = reasonOf(result);
  if (result.subtype === 'error_max_budget_usd') return { kind: 'spent', usage };
  const limit = limitOf(facts, result, error);
  if (limit !== null) return { kind: 'limited', error, limit, usage };
  return { kind: 'failed', error, retryable: mayPass(result, error), usage };
}

/** Whether the process says that it knows no such conversation. */
export function isUnknownConversation(facts: Pick<ClaudeFacts, 'result' | 'stderr'>): boolean {
  const said = [facts.stderr, facts.result?.result ?? '', ...(facts.result?.errors ?? [])].join('\n');
  return /No conversation found/i.test(said);
}

/** Whether the process says that the place to go on from is not in the conversation. */
export function isUnknownPlace(facts: Pick<ClaudeFacts, 'result' | 'stderr'>): boolean {
  const said = [facts.stderr, facts.result?.result ?? '', ...(facts.result?.errors ?? [])].join('\n');
  return /No message found with message\.uuid/i.test(said);
}

/**
 * What one turn used, with what came from the cache counted as input. The sum by model counts helper agents too and
 * leaves out what earlier turns of a resumed conversation cost; older versions give only the totals of their process.
 */
export function usageOf(result: ClaudeResult): Usage {
  const { usage, model_usage_since_last_result: byModel } = result;
  if (byModel !== undefined) {
    const models = Object.values(byModel);
    return {
      inputTokens: sum(
        models.flatMap((each) => [each.inputTokens, each.cacheReadInputTokens, each.cacheCreationInputTokens]),
      ),
      outputTokens: sum(models.map((each) => each.outputTokens)),
      costUsd: sum(models.map((each) => each.costUSD)),
    };
  }
  const input = [usage?.input_tokens, usage?.cache_creation_input_tokens, usage?.cache_read_input_tokens];
  return {
    inputTokens: usage?.input_tokens === undefined ? null : sum(input.map((each) => each ?? 0)),
    outputTokens: usage?.output_tokens ?? null,
    costUsd: result.total_cost_usd ?? null,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function reasonOf(result: ClaudeResult): string {
  const told = [result.result ?? '', ...(result.errors ?? [])].filter((each) => each !== '').join('\n');
  if (result.subtype === 'error_max_turns') return 'Claude Code reached its limit of turns.';
  const fallback = `Claude Code ended with ${result.subtype}${result.terminal_reason ? ` (${result.terminal_reason})` : ''}.`;
  return told === '' ? fallback : capped(plainText(told), 4000);
}

/** What only a person can put right: a missing login, a wrong key, an empty account. */
const needsPerson = /log ?in|api key|authenticat|credit balance|organization/i;

/** The provider's own word of its limit, else what its status or the words tell. */
function limitOf({ limit }: ClaudeFacts, result: ClaudeResult, error: string): ProviderLimit | null {
  if (result.subtype.startsWith('error_max_')) return null;
  const status = result.api_error_status;
  // What was told of a limit may be long past when the provider fails in another way.
  if (limit !== null && (typeof status !== 'number' || status === 429)) return { kind: 'limit', until: limit.until };
  if (needsPerson.test(error)) return null;
  if (status === 429) return isUnpaid(error) ? null : { kind: 'limit', until: null };
  if (status === 529 || status === 503) return { kind: 'overload', until: null };
  return typeof status === 'number' ? null : limitIn(error, Date.now());
}

/** Lost connections and a provider in trouble pass; a wrong key, a missing login or a bad request do not. */
function mayPass(result: ClaudeResult, error: string): boolean {
  if (result.subtype.startsWith('error_max_')) return false;
  const status = result.api_error_status;
  if (typeof status === 'number') return status === 408 || status === 409 || status >= 500;
  if (needsPerson.test(error)) return false;
  if (result.subtype === 'error_during_execution') return true;
  return /connect|network|timed? ?out|socket|ECONN|ENOTFOUND|EAI_AGAIN|fetch failed/i.test(error);
}

function diedSilently({ ending, stderr, begun }: ClaudeFacts): TurnEnd {
  const how = ending.signal === null ? `exit status ${ending.code}` : `signal ${ending.signal}`;
  const said = stderr === '' ? '' : ` It said: ${stderr.slice(-2000)}`;
  const error = `Claude Code ended with ${how} before it finished.${said}`;
  // A program that refuses its arguments at once will refuse them again; one that was killed may well work.
  const retryable = begun || ending.signal !== null || ending.code === null || ending.code > 128;
  return { kind: 'failed', error, retryable, usage: unknownUsage };
}
