import { RequestError } from '@agentclientprotocol/sdk';
import type { Usage } from '../contract/task';
import type { AcpProgram } from './acp-program';
import type { Quirks } from './acp-quirks';
import { authRequired, type PromptEnd } from './acp-session';
import type { Updates } from './acp-updates';
import { type TurnEnd, unknownUsage } from './agent';
import type { Child, Ending } from './child';
import { plainText } from './plain';
import { isUnpaid, limitIn } from './provider-limit';

/** What ended the wait for a turn. */
export type Outcome =
  | { readonly kind: 'answered'; readonly end: PromptEnd }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'died'; readonly ending: Ending }
  | { readonly kind: 'silent' }
  | { readonly kind: 'broken'; readonly cause: unknown }
  | { readonly kind: 'aborted' };

/** What is known when a turn is over. */
export interface Reading {
  readonly outcome: Exclude<Outcome, { kind: 'broken' }>;
  readonly program: AcpProgram;
  readonly quirks: Quirks;
  readonly updates: Updates;
  readonly child: Child;
  readonly noise: readonly string[];
  readonly usage: Usage;
}

/** What an outcome means for the task. */
export function read(reading: Reading): TurnEnd {
  const { outcome, program, usage } = reading;
  const { label } = program;
  switch (outcome.kind) {
    case 'aborted':
      return { kind: 'cancelled', usage };
    case 'silent':
      return failed(`${label} said nothing for too long and was ended.`, { retryable: true, usage });
    case 'died':
      return failed(`${label} ended in the middle of its work (${endingWords(outcome.ending)}).${said(reading)}`, {
        retryable: true,
        usage,
      });
    case 'error':
      return failureOf(outcome.error, reading);
    case 'answered':
      return readStop(outcome.end, reading);
  }
}

function readStop(end: PromptEnd, { program, quirks, updates, usage }: Reading): TurnEnd {
  const { label } = program;
  switch (end.stopReason) {
    case 'cancelled':
      return failed(`${label} stopped its turn though nobody asked it to.`, { retryable: true, usage });
    case 'refusal':
      return failed(`${label}'s model refused to go on. Change the task's words and retry it.`, { usage });
    case 'max_tokens':
      return failed(`${label}'s model came to the end of the text it may write. Retry the task to let it go on.`, {
        usage,
      });
    case 'max_turn_requests':
      return failed(`${label} came to the end of the steps it may take in one turn. Retry the task to let it go on.`, {
        usage,
      });
    default: {
      // Some agents tell a provider's failure as their last words and nothing else gives it away but the missing usage.
      const words = updates.lastWords();
      const counted = end.inputTokens !== null || end.outputTokens !== null;
      if (counted || quirks.failureText?.test(words) !== true) return { kind: 'completed', usage };
      if (/authenticat|unauthori[sz]ed|\b401\b/i.test(words)) return { ...signedOut(words, program), usage };
      return failedOrLimited(words, words, usage);
    }
  }
}

function failureOf(error: unknown, reading: Reading): TurnEnd {
  const { program, usage } = reading;
  if (!(error instanceof RequestError)) {
    const message = error instanceof Error ? error.message : String(error);
    return failed(`${program.label} could not be talked to: ${message}${said(reading)}`, {
      retryable: true,
      usage,
    });
  }
  if (error.code === authRequired) return { ...signedOut(error.message, program), usage };
  const more = detailsOf(error.data);
  const text = `${program.label} answered with an error: ${plainText(error.message)}${more}.${said(reading)}`;
  return failedOrLimited(text, `${error.message}${more}`, usage);
}

/** A failure told in words, of which the provider's own say whether it only refuses for now. */
function failedOrLimited(error: string, words: string, usage: Usage): TurnEnd {
  const limit = limitIn(words, Date.now());
  return limit === null
    ? failed(error, { retryable: !isUnpaid(words) && passing(error), usage })
    : { kind: 'limited', error: plainText(error), limit, usage };
}

function signedOut(words: string, program: AcpProgram): Extract<TurnEnd, { kind: 'failed' }> {
  const how = program.signIn ?? `Start ${program.command} in a terminal and sign in there`;
  return failed(
    `${program.label} is not signed in to its model provider (${plainText(words)}). ${how}, then retry the task. Keys in your environment reach agents only when the setting passEnvironment names them.`,
  );
}

function detailsOf(data: unknown): string {
  if (data === undefined || data === null) return '';
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return text === '{}' ? '' : ` (${plainText(text).slice(0, 1000)})`;
}

/** A provider or a network in trouble passes; a wrong key or a wrong request does not. */
function passing(text: string): boolean {
  return /server.?error|network|connect|timed? ?out|unavailable|\b(?:408|5\d\d)\b/i.test(text);
}

/** The end of what the agent printed beside the protocol, as a sentence to add. */
function said({ child, noise }: Reading): string {
  const words = (child.stderr() || noise.join('\n')).slice(-2000).trim();
  return words === '' ? '' : ` It said: ${words}`;
}

function endingWords({ code, signal }: Ending): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}

/** A failed turn; not to be tried again unless said so. */
export function failed(
  error: string,
  { retryable = false, usage = unknownUsage }: { readonly retryable?: boolean; readonly usage?: Usage } = {},
): Extract<TurnEnd, { kind: 'failed' }> {
  return { kind: 'failed', error, retryable, usage };
}
