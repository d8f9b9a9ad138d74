import { randomUUID } from 'node:crypto';
import { CodedError } from '../contract/errors';
import { type Agent, openingOf, type Turn, type TurnEnd, unknownUsage } from './agent';
import { type Child, endGroup, within } from './child';
import { type Conversation, claudeArguments, claudeEnvironment, goesOn } from './claude-arguments';
import { controlClaude } from './claude-control';
import { endOfTurn, isUnknownConversation, isUnknownPlace, usageOf } from './claude-end';
import { type ClaudeResult, parseClaudeLine } from './claude-lines';
import { findClaude, installClaude, locateClaude } from './claude-program';
import { usedInClaude } from './claude-record';
import { claudeScreen } from './claude-screen';
import { transcribeClaude } from './claude-transcript';
import { watchClaudeUsage } from './claude-usage';
import { readLines } from './lines';
import { toolServerName } from './review-tools';
import { watchSilence } from './silence';

/** How long Claude Code may take to leave by itself after its turn is over. */
const leaveMs = 5000;
/** How long it may take to obey an interrupt, and then each signal. */
const obeyMs = 1500;
/**
 * What is said when a conversation is to go on that was not cut off inside a turn. A step that a budget ended is told to the
 * model as one the person did not want.
 */
const goOn =
  'Go on where you left off. A step that was interrupted was not refused: do it again if it is still needed. If everything is done, just say so.';

/** Claude Code, driven by its own stream of JSON lines and its control protocol: the person's installed `claude`. */
export function createClaude(): Agent {
  const does = { locate: locateClaude, take, used: usedInClaude, screen: claudeScreen };
  return { name: 'claude', goesBack: true, models: true, ...does };
}

async function take(turn: Turn): Promise<TurnEnd> {
  if (turn.signal.aborted) return { kind: 'cancelled', usage: unknownUsage };
  const path = await findClaude(turn.environment);
  if (path === null) return failed(`Claude Code is not installed: no claude on the PATH. ${installClaude}`, false);
  if (turn.resume !== null) {
    const { resume: id, resumeAt, prompt } = turn;
    const end = await run(turn, path, { kind: 'resumed', id, prompt, at: resumeAt });
    if (end === 'unknown place') return takeFromEnd(turn, path, id);
    if (end !== 'unknown conversation') return end;
    const text = `Claude Code no longer has the conversation ${turn.resume}; a new one was begun with the whole task.`;
    turn.record({ type: 'notice', level: 'warning', text });
    turn.record({ type: 'prompt', text: turn.opening, by: 'switchyard' });
  }
  const prompt = turn.resume === null ? turn.prompt : openingOf(turn);
  const end = await run(turn, path, { kind: 'new', id: randomUUID(), prompt });
  return typeof end === 'string' ? failed('Claude Code did not begin a new conversation.', true) : end;
}

/** Goes on with the whole conversation, because the place to go on from is not in it any more. */
async function takeFromEnd(turn: Turn, path: string, id: string): Promise<TurnEnd> {
  const text =
    'Claude Code could not go back in its conversation, so it knows what came after; its files are as they were.';
  turn.record({ type: 'notice', level: 'warning', text });
  const told = 'The files in this folder were put back to an earlier state. Look at them before you go on.';
  const prompt = turn.prompt === '' ? told : `${told}\n\n${turn.prompt}`;
  const end = await run(turn, path, { kind: 'resumed', id, prompt, at: null });
  return typeof end === 'string' ? failed('Claude Code no longer has the conversation.', true) : end;
}

async function run(
  turn: Turn,
  path: string,
  conversation: Conversation,
): Promise<TurnEnd | 'unknown conversation' | 'unknown place'> {
  let child: Child;
  try {
    child = await turn.start({
      command: path,
      args: claudeArguments(turn, conversation),
      directory: turn.directory,
      environment: claudeEnvironment(turn, conversation),
      namespace: turn.namespace,
    });
  } catch (error) {
    if (error instanceof CodedError) return failed(error.message, false);
    throw error;
  }
  if (child.group !== null) turn.onProcess({ pid: child.pid, command: child.command });

  let stopped: 'cancelled' | 'silent' | 'broken' | null = null;
  let stopping: Promise<void> | null = null;
  const stop = (why: 'cancelled' | 'silent' | 'broken') => {
    stopped ??= why;
    control.close('ended');
    stopping ??= interrupt(child);
  };
  const cancel = () => stop('cancelled');
  const silence = watchSilence(turn.silenceMs, () => stop('silent'));
  const transcript = transcribeClaude(turn.directory, turn.record);
  const send = (message: object) => child.write(`${JSON.stringify(message)}\n`);
  const used = watchClaudeUsage({ send, onUsage: turn.onUsage });
  const control = controlClaude({
    turn,
    send,
    flush: transcript.flush,
    onAllowed: transcript.running,
    wait: silence.wait,
    onFailure: () => stop('broken'),
  });
  turn.signal.addEventListener('abort', cancel, { once: true });
  if (turn.signal.aborted) cancel();

  let result: ClaudeResult | null = null;
  let limit: { readonly until: number | null } | null = null;
  let begun = false;
  let working = !goesOn(conversation);
  let leaving: NodeJS.Timeout | undefined;
  const say = (text: string) =>
    send({
      type: 'user',
      message: { role: 'user', content: [{ type: 'text', text }] },
      parent_tool_use_id: null,
      session_id: '',
    });
  try {
    const served = turn.review === null ? {} : { sdkMcpServers: [toolServerName] };
    send({ type: 'control_request', request_id: 'initialize', request: { subtype: 'initialize', ...served } });
    used.ask();
    if (!goesOn(conversation)) say(conversation.prompt);
    const onDropped = (bytes: number) =>
      turn.record({
        type: 'notice',
        level: 'warning',
        text: `Claude Code printed a line of ${bytes} bytes; left out.`,
      });
    for await (const text of readLines(child.stdout, { onDropped })) {
      silence.heard();
      const line = parseClaudeLine(text);
      if (line === null) continue;
      if (line.type === 'system' && line.subtype === 'init' && line.session_id !== undefined && !begun) {
        begun = true;
        turn.onSession(line.session_id);
      } else if (line.type === 'system' && line.subtype === 'session_state_changed')
        working ||= line.state === 'running';
      else if (line.type === 'control_response' && line.response.request_id === 'initialize') {
        // A turn that was cut off is taken up before this reply comes; otherwise Claude Code waits to be told.
        if (!working && !begun) {
          turn.record({ type: 'prompt', text: goOn, by: 'switchyard' });
          say(goOn);
        }
      } else if (line.type === 'control_response') used.take(line.response);
      else if (line.type === 'control_request') control.take(line.request_id, line.request);
      else if (line.type === 'control_cancel_request') control.cancel(line.request_id);
      else if (line.type === 'rate_limit_event') {
        const { status, resetsAt } = line.rate_limit_info;
        limit = status === 'rejected' ? { until: typeof resetsAt === 'number' ? resetsAt * 1000 : null } : null;
      } else if (line.type === 'result') {
        result = line;
        transcript.measured(line);
        // Everything was said; what it left running in the background gets a short while and is then ended.
        child.closeInput();
        leaving ??= setTimeout(() => child.signal('SIGTERM'), leaveMs);
      } else {
        // A place inside a tool's own conversation is none of this one.
        if (line.type === 'assistant' && line.uuid !== undefined && !line.parent_tool_use_id) turn.onPoint(line.uuid);
        transcript.take(line);
      }
      if (line.type === 'stream_event' && line.event.type === 'message_stop' && result === null) used.ask();
    }
  } finally {
    clearTimeout(leaving);
    silence.stop();
    turn.signal.removeEventListener('abort', cancel);
    control.close('gone');
    await stopping;
    await endGroup(child);
    transcript.close();
  }

  const usage = result === null ? unknownUsage : usageOf(result);
  if (control.failure() !== undefined) throw control.failure();
  if (turn.signal.aborted) return { kind: 'cancelled', usage };
  if (stopped === 'silent') {
    const error = `Claude Code said nothing for ${Math.round(turn.silenceMs / 1000)} s and was ended.`;
    return { kind: 'failed', error, retryable: true, usage };
  }
  const facts = { result, limit, ending: await child.ended, stderr: child.stderr(), begun };
  if (conversation.kind === 'resumed' && !begun) {
    if (conversation.at !== null && isUnknownPlace(facts)) return 'unknown place';
    if (isUnknownConversation(facts)) return 'unknown conversation';
  }
  if (result !== null) turn.record({ type: 'usage', ...usage });
  return endOfTurn(facts);
}

/** Asks in the program's own words, then as a terminal would; older versions leave a tool behind at any other signal. */
async function interrupt(child: Child): Promise<void> {
  child.write(
    `${JSON.stringify({ type: 'control_request', request_id: 'interrupt', request: { subtype: 'interrupt' } })}\n`,
  );
  child.closeInput();
  if ((await within(child.ended, obeyMs)) !== null) return;
  child.signal('SIGINT');
  if ((await within(child.ended, obeyMs)) !== null) return;
  await endGroup(child);
}

function failed(error: string, retryable: boolean): TurnEnd {
  return { kind: 'failed', error, retryable, usage: unknownUsage };
}
