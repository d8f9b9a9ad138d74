import { z } from 'zod';
import type { TranscriptBody } from '../contract/transcript';
import { endGroup, startChild, within } from './child';
import { findProgram } from './locate';
import { capped, plainText } from './plain';
import type { Driven, Said } from './screen';

const messageSchema = z.looseObject({
  id: z.string().nullish(),
  role: z.string(),
  created: z.number(),
  content: z.array(z.looseObject({ type: z.string() })),
  metadata: z
    .looseObject({
      userVisible: z.boolean().optional(),
      usage: z
        .looseObject({
          inputTokens: z.number().nullish(),
          outputTokens: z.number().nullish(),
          cost: z.number().nullish(),
        })
        .nullish(),
    })
    .nullish(),
});
type Message = z.infer<typeof messageSchema>;

const conversationSchema = z.looseObject({ id: z.string(), conversation: z.array(messageSchema) });

/** A conversation as Goose exports it. */
export type GooseConversation = z.infer<typeof conversationSchema>;

const textSchema = z.looseObject({ type: z.literal('text'), text: z.string() });
const callSchema = z.looseObject({
  type: z.literal('toolRequest'),
  id: z.string(),
  toolCall: z.looseObject({ value: z.looseObject({ name: z.string(), arguments: z.record(z.string(), z.unknown()) }) }),
});
const resultSchema = z.looseObject({
  type: z.literal('toolResponse'),
  id: z.string(),
  toolResult: z.looseObject({
    status: z.string(),
    value: z
      .looseObject({ isError: z.boolean().nullish(), content: z.array(z.looseObject({ text: z.string().optional() })) })
      .optional(),
  }),
});

const maximumInput = 16 * 1024;
const maximumOutput = 64 * 1024;

/** What messages say, as lines of a transcript. `kindOf` tells what sort of tool one is, by its name. */
export function linesOf(messages: readonly Message[], kindOf: (tool: string) => string | null): Said['lines'] {
  const calls = new Map<string, Pick<Extract<TranscriptBody, { type: 'tool' }>, 'title' | 'kind'>>();
  const bodies = (message: Message, index: number): readonly TranscriptBody[] =>
    message.content.flatMap((block, at): readonly TranscriptBody[] => {
      const text = textSchema.safeParse(block);
      if (text.success) {
        const words = plainText(text.data.text);
        if (words.trim() === '') return [];
        if (message.role === 'user') return [{ type: 'prompt', text: words, by: 'person' }];
        return [{ type: 'text', message: `${message.id ?? 'said'}-${index}-${at}`, text: words }];
      }
      const call = callSchema.safeParse(block);
      if (call.success) {
        const { name, arguments: input } = call.data.toolCall.value;
        const what = { title: titleOf(name, input), kind: kindOf(name) ?? 'other' };
        calls.set(call.data.id, what);
        const shown = capped(JSON.stringify(input, null, 2), maximumInput);
        return [{ type: 'tool', call: call.data.id, ...what, status: 'pending', input: shown }];
      }
      const result = resultSchema.safeParse(block);
      const what = result.success ? calls.get(result.data.id) : undefined;
      if (!result.success || what === undefined) return [];
      const { status, value } = result.data.toolResult;
      const output = (value?.content ?? []).map((piece) => piece.text ?? '').join('\n');
      const failed = status !== 'success' || value?.isError === true;
      return [
        {
          type: 'tool',
          call: result.data.id,
          ...what,
          status: failed ? 'failed' : 'completed',
          output: capped(plainText(output), maximumOutput),
        },
      ];
    });
  return messages.flatMap((message, index) => {
    if (message.metadata?.userVisible === false) return [];
    return bodies(message, index).map((body) => ({ at: message.created * 1000, body }));
  });
}

/** As Goose itself calls a tool: its name, and what it is about. */
function titleOf(name: string, input: Readonly<Record<string, unknown>>): string {
  const about = [input.command, input.path].find((value) => typeof value === 'string');
  const title = about === undefined ? name : `${name} · ${about}`;
  return capped(plainText(title).replace(/\s+/g, ' ').trim(), 300);
}

/** What the model calls behind messages used, as far as Goose says. */
export function usageOf(messages: readonly Message[]): Said['usage'] {
  const calls = messages.flatMap(({ metadata }) => (metadata?.usage ? [metadata.usage] : []));
  const sum = (numbers: readonly (number | null | undefined)[]): number | null => {
    const known = numbers.filter((number) => typeof number === 'number');
    return known.length === 0 ? null : known.reduce((total, number) => total + number, 0);
  };
  return {
    inputTokens: sum(calls.map(({ inputTokens }) => inputTokens)),
    outputTokens: sum(calls.map(({ outputTokens }) => outputTokens)),
    costUsd: sum(calls.map(({ cost }) => cost)),
  };
}

/** Where Goose is asked. */
type Place = Pick<Driven, 'directory' | 'environment'>;

/** The id of the conversation of this name, or null. Throws when Goose lists none at all. */
export async function sessionNamed(place: Place, name: string): Promise<string | null> {
  const listed = await ask(place, ['session', 'list', '--format', 'json']);
  const sessions = z.array(z.looseObject({ id: z.string(), name: z.string().nullish() })).safeParse(listed);
  if (!sessions.success) throw new Error('Goose did not list its conversations.');
  return sessions.data.find((session) => session.name === name)?.id ?? null;
}

/** A conversation as Goose exports it; null when it has none of this id. */
export async function readConversation(place: Place, id: string): Promise<GooseConversation | null> {
  const parsed = conversationSchema.safeParse(
    await ask(place, ['session', 'export', '--session-id', id, '--format', 'json']),
  );
  return parsed.success ? parsed.data : null;
}

const program = 'goose';
const answerMs = 15_000;
const longestAnswer = 256 * 1024 * 1024;

/** What Goose prints for a command of its own, as JSON; null when it prints none. */
async function ask({ directory, environment }: Place, args: readonly string[]): Promise<unknown> {
  const command = await findProgram(program, environment);
  if (command === null) return null;
  const child = await startChild({ command, args, directory, environment });
  child.closeInput();
  try {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const read = (async () => {
      for await (const chunk of child.stdout) {
        bytes += (chunk as Buffer).length;
        if (bytes > longestAnswer) return false;
        chunks.push(chunk as Buffer);
      }
      return true;
    })();
    if ((await within(read, answerMs)) !== true) return null;
    const text = Buffer.concat(chunks).toString('utf8');
    return text.trim().startsWith('{') || text.trim().startsWith('[') ? JSON.parse(text) : null;
  } finally {
    await endGroup(child, { graceMs: 200 });
  }
}
