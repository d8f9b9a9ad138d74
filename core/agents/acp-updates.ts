import { isAbsolute, relative } from 'node:path';
import type { SessionUpdate, ToolCall, ToolCallContent, ToolCallUpdate } from '@agentclientprotocol/sdk';
import type { TranscriptBody } from '../contract/transcript';
import type { Quirks } from './acp-quirks';
import { capped, plainText } from './plain';
import { streamText } from './stream';
import { unifiedDiff } from './unified-diff';

type ToolBody = Extract<TranscriptBody, { type: 'tool' }>;

/** A tool call as far as the agent has told it. */
export interface KnownTool {
  readonly title: string;
  /** The tool's own name, or null when the agent does not say. */
  readonly name: string | null;
  readonly kind: string;
  readonly input: unknown;
  readonly content: readonly ToolCallContent[];
}

/** Turns what an agent tells during one turn into transcript lines. */
export interface Updates {
  readonly take: (update: SessionUpdate) => void;
  /** What is known of a tool call, with what a permission request adds to it. */
  readonly tool: (call: ToolCallUpdate) => KnownTool;
  /** The person allowed it: it runs now. */
  readonly running: (call: string) => void;
  /** Records what is held back; call it before anything else is recorded. */
  readonly flush: () => void;
  /** The turn is over: tools that never told their end are closed as failed. */
  readonly close: () => void;
  /** The newest text when nothing came after it, else an empty one. */
  readonly lastWords: () => string;
  /** The turn's cost in US dollars so far, or null. */
  readonly costUsd: () => number | null;
}

const maximumOutput = 64 * 1024;
const liveTail = 4096;
const liveEveryMs = 1000;

interface Tool extends KnownTool {
  readonly status: ToolBody['status'];
  readonly live: string;
  readonly liveAt: number;
}

/** What a turn's updates are written with. */
export interface UpdateOptions {
  /** A text no other turn has. */
  readonly turn: string;
  readonly directory: string;
  readonly quirks: Quirks;
  readonly record: (body: TranscriptBody) => void;
  /** What the conversation had cost before this turn, in US dollars. */
  readonly costBefore: number | null;
  /** Told the turn's cost in US dollars so far, each time the agent tells it. */
  readonly onCost: (usd: number) => void;
}

/** Starts on a turn's updates. */
export function createUpdates({ directory, quirks, record, costBefore, onCost, ...given }: UpdateOptions): Updates {
  // An agent may number its messages anew in every turn, so that its own ids cannot name them in a session's transcript.
  const turn = given.turn.slice(0, 8);
  const tools = new Map<string, Tool>();
  const text = streamText(record);
  let messages = 0;
  let current = '';
  let words = '';
  let cost: number | null = null;
  let before: number | null = null;

  const say = (type: 'text' | 'thought', id: string, piece: string) => {
    const plain = plainText(piece);
    if (plain === '') return;
    const key = `${type} ${id}`;
    if (key !== current) {
      messages += 1;
      words = '';
    }
    current = key;
    words = type === 'text' ? (words + plain).slice(-4096) : '';
    text.add(type, `${turn}-${messages}`, plain);
  };

  const tell = (body: TranscriptBody) => {
    text.flush();
    current = '';
    words = '';
    record(body);
  };

  let measured = '';
  /** Tells how full the model is, once for each measure; a message that goes on meanwhile stays one. */
  const measure = (used: number, size: number) => {
    if (!Number.isSafeInteger(used) || used <= 0 || measured === `${used} ${size}`) return;
    measured = `${used} ${size}`;
    text.flush();
    record({ type: 'context', used, size: Number.isSafeInteger(size) && size > 0 ? size : null });
  };

  const tellTool = (call: string, tool: Tool, added: Partial<ToolBody>) =>
    tell({ type: 'tool', call: `${turn}-${call}`, title: tool.title, kind: tool.kind, status: tool.status, ...added });

  const takeTool = (update: ToolCall | ToolCallUpdate) => {
    const before = tools.get(update.toolCallId);
    const after = merge(before, update, quirks);
    tools.set(update.toolCallId, after);
    const printed = quirks.liveOutput(update._meta);
    if (printed !== null && before !== undefined) {
      const now = Date.now();
      const live = (before.live + plainText(printed)).slice(-liveTail);
      const due = before.status !== after.status || now - before.liveAt >= liveEveryMs;
      tools.set(update.toolCallId, { ...after, live, liveAt: due ? now : before.liveAt });
      if (due) tellTool(update.toolCallId, after, { output: live });
      return;
    }
    tellTool(update.toolCallId, after, {
      ...(update.rawInput === undefined || update.rawInput === null ? {} : { input: inputText(update.rawInput) }),
      ...(outputOf(update) === '' ? {} : { output: outputOf(update) }),
      ...diffOf(after, update, quirks),
      ...(update.locations?.length
        ? { paths: update.locations.map((location) => inside(directory, location.path)) }
        : {}),
    });
  };

  return {
    take(update) {
      switch (update.sessionUpdate) {
        case 'agent_message_chunk':
          return say('text', update.messageId ?? '', contentText(update.content));
        case 'agent_thought_chunk':
          return say('thought', update.messageId ?? '', contentText(update.content));
        case 'tool_call':
        case 'tool_call_update':
          return takeTool(update);
        case 'plan':
          return tell({
            type: 'plan',
            entries: update.entries.map((entry) => ({ text: plainText(entry.content), status: entry.status })),
          });
        case 'usage_update':
          measure(update.used, update.size);
          if (update.cost?.currency !== 'USD') return;
          // It is the conversation's, and goes on from what it was unless the agent begins to count anew.
          before ??= costBefore !== null && update.cost.amount >= costBefore - 1e-9 ? costBefore : 0;
          cost = Math.max(0, update.cost.amount - before);
          onCost(cost);
          return;
        case 'notice':
          return tell({ type: 'notice', level: 'info', text: plainText(update.title) });
        default:
          // What is left describes the agent (its commands, modes, titles) and not its work.
          return;
      }
    },
    tool: (call) => merge(tools.get(call.toolCallId), call, quirks),
    running(call) {
      const tool = tools.get(call);
      if (tool === undefined || tool.status !== 'pending') return;
      const running = { ...tool, status: 'running' } as const;
      tools.set(call, running);
      tellTool(call, running, {});
    },
    flush: text.flush,
    close() {
      for (const [call, tool] of tools) {
        if (tool.status === 'completed' || tool.status === 'failed') continue;
        tellTool(call, { ...tool, status: 'failed' }, { output: `${tool.live}The turn ended before this did.` });
      }
      tools.clear();
      text.flush();
    },
    lastWords: () => words.trim(),
    costUsd: () => cost,
  };
}

const statuses = { pending: 'pending', in_progress: 'running', completed: 'completed', failed: 'failed' } as const;

/** Adds an update to what is known; what it leaves out stays. */
function merge(before: Tool | undefined, update: ToolCall | ToolCallUpdate, quirks: Quirks): Tool {
  const name = update.name ?? quirks.toolName(update._meta) ?? before?.name ?? null;
  const kind = update.kind && update.kind !== 'other' ? update.kind : before?.kind;
  return {
    title: lineOf(update.title ?? '') || before?.title || name || 'A tool',
    name,
    kind: kind && kind !== 'other' ? kind : ((name && quirks.kindOf(name)) ?? 'other'),
    status: update.status ? statuses[update.status] : (before?.status ?? 'pending'),
    input: update.rawInput ?? before?.input,
    content: update.content ?? before?.content ?? [],
    live: before?.live ?? '',
    liveAt: before?.liveAt ?? 0,
  };
}

/** A text as one line that fits a list. */
export function lineOf(text: string): string {
  return plainText(text).replace(/\s+/g, ' ').trim().slice(0, 300);
}

/** A tool's input as a person reads it: pretty JSON, at most 64 KiB. */
export function inputText(input: unknown): string {
  return capped(typeof input === 'string' ? input : (JSON.stringify(input, null, 2) ?? ''), maximumOutput);
}

/** The texts among a tool call's content. */
export function textOf(content: readonly ToolCallContent[]): string {
  return content.flatMap((item) => (item.type === 'content' ? [contentText(item.content)] : [])).join('\n');
}

/** A tool call's change as a unified diff, or null when it tells none. */
export function toolDiff(tool: KnownTool, quirks: Quirks): string | null {
  const diffs = tool.content.flatMap((item) =>
    item.type === 'diff' ? [unifiedDiff({ path: item.path, before: item.oldText ?? null, after: item.newText })] : [],
  );
  const edit = diffs.length === 0 && tool.name !== null ? quirks.editOf(tool.name, tool.input) : null;
  const all = edit === null ? diffs : [unifiedDiff(edit)];
  return all.length === 0 ? null : capped(all.join(''), maximumOutput);
}

function diffOf(tool: KnownTool, update: ToolCall | ToolCallUpdate, quirks: Quirks): { diff?: string } {
  if (!update.content && update.rawInput === undefined) return {};
  const diff = toolDiff(tool, quirks);
  return diff === null ? {} : { diff: plainText(diff) };
}

function outputOf(update: ToolCall | ToolCallUpdate): string {
  const said = textOf(update.content ?? []);
  if (said !== '') return capped(plainText(said), maximumOutput);
  const { rawOutput } = update;
  return rawOutput === undefined || rawOutput === null ? '' : plainText(inputText(rawOutput));
}

function contentText(content: SessionUpdateContent): string {
  switch (content.type) {
    case 'text':
      return content.text;
    case 'resource_link':
      return content.uri;
    case 'resource':
      return 'text' in content.resource ? content.resource.text : `[${content.resource.uri}]`;
    default:
      return `[${content.type}]`;
  }
}

type SessionUpdateContent = Extract<SessionUpdate, { sessionUpdate: 'agent_message_chunk' }>['content'];

function inside(directory: string, path: string): string {
  if (!isAbsolute(path)) return plainText(path);
  const within = relative(directory, path);
  return plainText(within === '' || within.startsWith('..') ? path : within);
}
