import type { TranscriptBody } from '../contract/transcript';
import { contextOf, type Measured, windowOf } from './claude-context';
import type { ClaudeBlock, ClaudeLine, ClaudeResult, ClaudeStreamEvent } from './claude-lines';
import { reportedDiff, type ToolView, viewTool } from './claude-tools';
import { capped, plainText } from './plain';
import { streamText } from './stream';

const maximumInput = 16 * 1024;
const maximumOutput = 64 * 1024;

/** Turns the lines of one process into transcript lines. */
export interface ClaudeTranscript {
  readonly take: (line: ClaudeLine) => void;
  /** The person (or the permission level) allowed a call: it runs now. */
  readonly running: (call: string | undefined) => void;
  /** Records what is held back, so that what is recorded next comes after it. */
  readonly flush: () => void;
  /** Tells how full the model was at its last call, now that it says how much it can hold. */
  readonly measured: (result: ClaudeResult) => void;
  /** Closes calls whose end was never told. */
  readonly close: () => void;
}

/** Starts on one process's lines; paths in `directory` are shown relative to it. */
export function transcribeClaude(directory: string, record: (body: TranscriptBody) => void): ClaudeTranscript {
  const text = streamText(record);
  const streamed = new Set<string>();
  const calls = new Map<string, ToolView>();
  let message = '';
  let measured: Measured | null = null;

  const tell = (body: TranscriptBody) => {
    text.flush();
    record(body);
  };

  const stream = (event: ClaudeStreamEvent) => {
    if (event.type === 'message_start') message = event.message?.id ?? '';
    const block = `${message}-${event.index ?? 0}`;
    const said = event.delta?.text ?? event.delta?.thinking;
    if (event.type !== 'content_block_delta' || said === undefined) return;
    streamed.add(message);
    text.add(event.delta?.thinking === undefined ? 'text' : 'thought', block, said);
  };

  const assistant = (id: string, blocks: readonly ClaudeBlock[]) => {
    for (const [index, block] of blocks.entries()) {
      if (block.type === 'tool_use') callTool(block);
      // Older versions and quiet turns send whole blocks only; what was streamed is not said again.
      else if (!streamed.has(id)) {
        if (block.text !== undefined) text.add('text', `${id}-${index}`, block.text);
        if (block.thinking !== undefined) text.add('thought', `${id}-${index}`, block.thinking);
      }
    }
  };

  const callTool = (block: ClaudeBlock) => {
    const [id, name, input] = [block.id, block.name, block.input ?? {}];
    if (id === undefined || name === undefined) return;
    const view = viewTool(name, input, directory);
    calls.set(id, view);
    if (name === 'TodoWrite') recordPlan(input, tell);
    tell({
      ...bodyOf(id, view, 'pending'),
      input: capped(JSON.stringify(input, null, 2), maximumInput),
      ...(view.paths.length === 0 ? {} : { paths: [...view.paths] }),
      ...(view.diff === null ? {} : { diff: capped(view.diff, maximumOutput) }),
    });
  };

  const toolResult = (block: ClaudeBlock, result: unknown) => {
    const view = calls.get(block.tool_use_id ?? '');
    if (block.type !== 'tool_result' || block.tool_use_id === undefined || view === undefined) return;
    calls.delete(block.tool_use_id);
    const diff = reportedDiff(result, directory);
    tell({
      ...bodyOf(block.tool_use_id, view, block.is_error === true ? 'failed' : 'completed'),
      output: capped(plainText(outputOf(block.content)), maximumOutput),
      ...(diff === null ? {} : { diff: capped(diff, maximumOutput) }),
    });
  };

  return {
    flush: text.flush,
    running(call) {
      const view = call === undefined ? undefined : calls.get(call);
      if (call !== undefined && view !== undefined) tell(bodyOf(call, view, 'running'));
    },
    measured(result) {
      const size = measured === null ? null : windowOf(result, measured.model);
      if (measured !== null && size !== null) tell({ type: 'context', used: measured.used, size });
    },
    close() {
      for (const [call, view] of calls) tell(bodyOf(call, view, 'failed'));
      calls.clear();
      text.flush();
    },
    take(line) {
      if (line.type === 'stream_event') {
        // What a helper agent says is its own business; only its tools are shown.
        if (!line.parent_tool_use_id) stream(line.event);
      } else if (line.type === 'assistant') {
        // A made-up message carries the program's own errors, which the end of the turn tells.
        if (line.message.model === '<synthetic>') return;
        const tools = blocksOf(line.message.content).filter(
          ({ type }) => type === 'tool_use' || !line.parent_tool_use_id,
        );
        assistant(line.message.id ?? '', tools);
        const now = line.parent_tool_use_id ? null : contextOf(line.message);
        // A message comes a block at a time, each with the same numbers.
        if (now === null || (now.used === measured?.used && now.model === measured.model)) return;
        measured = now;
        tell({ type: 'context', used: now.used, size: null });
      } else if (line.type === 'user') {
        for (const block of blocksOf(line.message.content)) toolResult(block, line.tool_use_result);
      } else if (line.type === 'system' && line.subtype === 'api_retry') {
        const why = line.error_status ?? (typeof line.error === 'string' ? line.error : 'no connection');
        const times = `${line.attempt ?? '?'} of ${line.max_retries ?? '?'}`;
        tell({ type: 'notice', level: 'warning', text: `The model did not answer (${why}); trying again, ${times}.` });
      } else if (line.type === 'system' && line.subtype === 'compact_boundary') {
        tell({ type: 'notice', level: 'info', text: 'The conversation was shortened to fit the model.' });
      }
    },
  };
}

type ToolBody = Extract<TranscriptBody, { type: 'tool' }>;

function bodyOf(call: string, view: ToolView, status: ToolBody['status']): ToolBody {
  return { type: 'tool', call, title: view.title, kind: view.kind, status };
}

function blocksOf(content: string | readonly ClaudeBlock[]): readonly ClaudeBlock[] {
  return typeof content === 'string' ? [] : content;
}

/** The text of a tool's result: a string, or blocks of which some may be pictures. */
function outputOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return (content as readonly { type?: string; text?: string }[])
    .map((block) => block.text ?? `[${block.type ?? 'something'}]`)
    .join('\n');
}

/** The list of things to do, which older versions keep with a tool of their own. */
function recordPlan(input: Readonly<Record<string, unknown>>, tell: (body: TranscriptBody) => void): void {
  if (!Array.isArray(input.todos)) return;
  const entries = (input.todos as readonly { content?: unknown; status?: unknown }[]).map(({ content, status }) => ({
    text: String(content ?? ''),
    status: statusOf(status),
  }));
  tell({ type: 'plan', entries });
}

function statusOf(status: unknown): 'pending' | 'in_progress' | 'completed' {
  return status === 'completed' || status === 'in_progress' ? status : 'pending';
}
