import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { TranscriptBody } from '../contract/transcript';
import { modelArguments, untrustedArguments } from './claude-arguments';
import { hookSettings, listenToClaude } from './claude-hooks';
import type { ClaudeBlock } from './claude-lines';
import { findClaude, installClaude } from './claude-program';
import { type Message, messageOf, recordOf } from './claude-record';
import { transcribeClaude } from './claude-transcript';
import { readLines } from './lines';
import { programVersion } from './locate';
import { plainText } from './plain';
import { type Driven, nothingSaid, type Opened, type Said, type Screen, type Seat, tooLong } from './screen';

/** The terminal program of Claude Code. */
export const claudeScreen: Screen = { open, said, listen: listenToClaude };

async function open(seat: Seat): Promise<Opened> {
  const command = await findClaude(seat.environment);
  if (command === null) {
    return { kind: 'refused', error: `Claude Code is not installed: no claude on the PATH. ${installClaude}` };
  }
  const known = seat.resume === null ? null : await recordOf(seat.environment, seat.resume);
  const agentSession = known === null ? randomUUID() : (seat.resume ?? '');
  const refused = known === null ? tooLong(seat.opening) : null;
  if (refused !== null) return { kind: 'refused', error: refused };
  const hooks = (await runsHooks(command, seat.environment)) ? seat.hooks : null;
  return {
    kind: 'program',
    command,
    args: [
      ...(known === null ? ['--session-id', agentSession] : ['--resume', agentSession]),
      // Left to itself it starts in a mode that asks nobody, and leave given in a turn would be void on the screen.
      ...['--permission-mode', 'default'],
      ...modelArguments(seat),
      ...untrustedArguments(seat),
      ...(hooks === null ? [] : ['--settings', hookSettings(hooks.program)]),
      ...(known === null ? ['--', seat.opening] : []),
    ],
    environment: { ...seat.environment, ...hooks?.environment },
    agentSession,
    mark: String(known?.bytes ?? 0),
  };
}

/** The first version that was seen to start a hook without a shell; an older one would run its first word alone. */
const firstVersion = [2, 1, 329] as const;

async function runsHooks(command: string, environment: Readonly<Record<string, string>>): Promise<boolean> {
  const version = (await programVersion(command, environment))?.split('.').map((part) => Number.parseInt(part, 10));
  if (version === undefined) return false;
  const differs = firstVersion.findIndex((part, index) => part !== version[index]);
  return differs === -1 || (version[differs] ?? 0) > (firstVersion[differs] ?? 0);
}

async function said({ agentSession, mark, directory, environment }: Driven): Promise<Said> {
  const record = agentSession === null ? null : await recordOf(environment, agentSession);
  if (record === null) return { agentSession: null, ...nothingSaid };
  const lines: { at: number; body: TranscriptBody }[] = [];
  let at = 0;
  const tell = (body: TranscriptBody) => void lines.push({ at, body });
  const transcript = transcribeClaude(directory, tell);
  const used = new Map<string, { input: number; output: number }>();
  // A record that is shorter than it was is another one.
  const start = record.bytes < Number(mark) ? 0 : Number(mark);
  for await (const text of readLines(createReadStream(record.path, { start }))) {
    const line = messageOf(text);
    if (line === null) continue;
    at = line.at;
    if (line.message.type === 'user') for (const words of wordsOf(line.message)) tell(words);
    if (line.message.type === 'assistant') count(used, line.message);
    transcript.take(line.message);
    transcript.flush();
  }
  transcript.close();
  return { agentSession, lines, usage: usageOf(used) };
}

const interrupted = /^\[Request interrupted by user/;
/** What its own commands leave among the person's messages. */
const ofCommand = /^<(?:command-(?:name|message|args)|local-command-[a-z]+|bash-(?:input|stdout|stderr))>/;

/** What the person said with a line of the record. */
function wordsOf({ message }: Message): readonly TranscriptBody[] {
  const blocks: readonly Pick<ClaudeBlock, 'type' | 'text'>[] =
    typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content;
  return blocks.flatMap(({ type, text = '' }): readonly TranscriptBody[] => {
    if (type !== 'text' || text.trim() === '' || ofCommand.test(text.trimStart())) return [];
    if (interrupted.test(text)) return [{ type: 'notice', level: 'info', text: 'You interrupted the agent.' }];
    return [{ type: 'prompt', text: plainText(text), by: 'person' }];
  });
}

/** A message is written once for each of its blocks, each time with the same sum. */
function count(used: Map<string, { input: number; output: number }>, { message }: Message): void {
  const { usage, id = '' } = message;
  if (usage === undefined || message.model === '<synthetic>') return;
  const { input_tokens = 0, cache_creation_input_tokens = 0, cache_read_input_tokens = 0, output_tokens = 0 } = usage;
  used.set(id, { input: input_tokens + cache_creation_input_tokens + cache_read_input_tokens, output: output_tokens });
}

function usageOf(used: ReadonlyMap<string, { readonly input: number; readonly output: number }>): Said['usage'] {
  if (used.size === 0) return nothingSaid.usage;
  const calls = [...used.values()];
  return {
    inputTokens: calls.reduce((sum, { input }) => sum + input, 0),
    outputTokens: calls.reduce((sum, { output }) => sum + output, 0),
    // It is in no line of the record.
    costUsd: null,
  };
}
