import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Conversed, Leave } from './agent';
import { type ClaudeLine, parseClaudeLine } from './claude-lines';
import { readLines } from './lines';

/**
 * Which leave its record of a conversation shows to be used: the call was made before it was given, and its result, which is
 * no error, came after. A call that is cut off, or takes the end of its host for a refusal, leaves an error or nothing. Some
 * providers use the id of a call again, so the times count, too. Throws when the record cannot be read.
 */
export async function usedInClaude(
  { agentSession, environment }: Conversed,
  given: readonly Leave[],
): Promise<readonly Leave[]> {
  const record = await recordOf(environment, agentSession);
  if (record === null) return [];
  const calls = new Map<string, number>();
  const used = new Set<Leave>();
  for await (const text of readLines(createReadStream(record.path))) {
    // Most lines are of other calls, and some are long.
    if (!given.some(({ call }) => text.includes(call))) continue;
    const line = messageOf(text);
    if (line === null || typeof line.message.message.content === 'string') continue;
    for (const block of line.message.message.content) {
      if (block.type === 'tool_use' && block.id !== undefined) calls.set(block.id, line.at);
      if (block.type !== 'tool_result' || block.is_error === true) continue;
      for (const leave of given) {
        const calledAt = leave.call === block.tool_use_id ? calls.get(leave.call) : undefined;
        if (calledAt !== undefined && calledAt <= leave.givenAt && leave.givenAt <= line.at) used.add(leave);
      }
    }
  }
  return [...used];
}

/** What a line of the record says, as far as it is a message. */
const recordLine = z.looseObject({
  type: z.enum(['user', 'assistant']),
  timestamp: z.string(),
  isSidechain: z.boolean().optional(),
  /** Put there by the program itself. */
  isMeta: z.boolean().optional(),
  message: z.unknown(),
  toolUseResult: z.unknown().optional(),
});

/** A message of the person's or of the agent's. */
export type Message = Extract<ClaudeLine, { type: 'user' | 'assistant' }>;

/** What a line of the record says, and when; null for what is no message of the conversation itself. */
export function messageOf(text: string): { readonly at: number; readonly message: Message } | null {
  const parsed = recordLine.safeParse(read(text));
  if (!parsed.success || parsed.data.isSidechain === true || parsed.data.isMeta === true) return null;
  const { type, timestamp, message, toolUseResult } = parsed.data;
  // The same shapes as on its stream, but for this one name.
  const line = parseClaudeLine(JSON.stringify({ type, message, tool_use_result: toolUseResult }));
  if (line === null || (line.type !== 'user' && line.type !== 'assistant')) return null;
  return { at: Date.parse(timestamp) || 0, message: line };
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Its last line may be half written.
    return null;
  }
}

/** The record Claude Code keeps of a conversation: a file named after it, in a folder named after where it was begun. */
export async function recordOf(
  environment: Readonly<Record<string, string>>,
  agentSession: string,
): Promise<{ readonly path: string; readonly bytes: number } | null> {
  const home = environment.CLAUDE_CONFIG_DIR || join(environment.HOME || environment.USERPROFILE || '', '.claude');
  const projects = join(home, 'projects');
  for (const folder of await readdir(projects).catch(() => [])) {
    const path = join(projects, folder, `${agentSession}.jsonl`);
    const bytes = await stat(path).then(
      ({ size }) => size,
      () => null,
    );
    if (bytes !== null) return { path, bytes };
  }
  return null;
}
