import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import type { TranscriptBody } from '../contract/transcript';
import { type Child, endGroup, startChild, within } from './child';
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

/** A conversation as Goose exports it; null when it says that it has none of this id. Throws when that cannot be known. */
export async function readConversation(place: Place, id: string): Promise<GooseConversation | null> {
  const told = await ask(place, ['session', 'export', '--session-id', id, '--format', 'json']);
  if (told === null) return null;
  const parsed = conversationSchema.safeParse(told);
  if (!parsed.success) throw new Error(`Goose’s export of its conversation ${id} could not be understood.`);
  return parsed.data;
}

const program = 'goose';
const answerMs = 15_000;
const longestAnswer = 256 * 1024 * 1024;

/** Goose's own words for a conversation that is not there, as against one that it fails to read. */
const noSuchSession = /: Session not found\s*$/m;

/**
 * What Goose prints for a command of its own, as JSON; null when it says that there is no such conversation. Throws when
 * it prints none, or not in time. It is asked once more before that: its database may have been held by the screen that
 * has just ended, and a conversation that was begun there cannot be gone on with unless it is found.
 */
async function ask(place: Place, args: readonly string[]): Promise<unknown> {
  const command = await findProgram(program, place.environment);
  if (command === null) throw new Error('There is no goose on the PATH to ask for its conversations.');
  return await askOnce(command, place, args).catch(() => askOnce(command, place, args));
}

async function askOnce(command: string, { directory, environment }: Place, args: readonly string[]): Promise<unknown> {
  const child = await startChild({ command, args, directory, environment });
  child.closeInput();
  const asked = `goose ${args.slice(0, 2).join(' ')}`;
  try {
    const answer = await within(readAnswer(child.stdout), answerMs);
    if (answer === null) throw new Error(`${asked} said nothing whole within ${answerMs / 1000} seconds.`);
    if (answer.kind === 'too long') throw new Error(`${asked} printed more than ${longestAnswer / 1024 / 1024} MiB.`);
    if (/^\s*[{[]/.test(answer.text)) return JSON.parse(answer.text);
    const why = await complaintOf(child);
    if (noSuchSession.test(why)) return null;
    throw new Error(`${asked} failed: ${why.trim().split('\n')[0] || 'it printed nothing.'}`);
  } finally {
    await endGroup(child, { graceMs: 200 });
  }
}

/** What a program that ends said of it; its end may be seen before its last words are. */
async function complaintOf(child: Child): Promise<string> {
  await within(child.ended, answerMs);
  for (let looks = 0; looks < 10 && child.stderr() === ''; looks += 1) await setTimeout(50);
  return child.stderr();
}

type Answer = { readonly kind: 'whole'; readonly text: string } | { readonly kind: 'too long' };

async function readAnswer(stdout: Child['stdout']): Promise<Answer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdout) {
    bytes += (chunk as Buffer).length;
    if (bytes > longestAnswer) return { kind: 'too long' };
    chunks.push(chunk as Buffer);
  }
  return { kind: 'whole', text: Buffer.concat(chunks).toString('utf8') };
}
