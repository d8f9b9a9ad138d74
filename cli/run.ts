import { ORPCError } from '@orpc/client';
import { z } from 'zod';
import { CodedError } from '../core/contract/errors';
import { version } from '../core/version';
import { type Surroundings, UsageError } from './command';
import { commands } from './commands';
import { help } from './help';
import { here } from './hint';
import { ownWords, parse } from './parse';
import { plain, plainJson } from './plain';
import { usageWrapped } from './wrap';

/** Runs one command line and gives the exit code: 0 fine, 1 failed, 2 called the wrong way. */
export async function run(argv: readonly string[], around: Surroundings): Promise<number> {
  const json = ownWords(argv).includes('--json');
  let indent = 2;
  const answer = (value: unknown, text: string) => around.out.write(json ? `${plainJson(value, indent)}\n` : text);
  try {
    const asked = parse(argv, commands);
    if (asked.kind === 'version') answer({ version }, `${version}\n`);
    else if (asked.kind === 'help') {
      const text = help(asked.topic, commands, {
        program: around.program,
        ...(!json && { columns: around.out.columns }),
      });
      answer({ help: text }, text);
    } else {
      const { command, given } = asked;
      if (typeof command.lines === 'function' ? command.lines(given) : command.lines === true) indent = 0;
      if (asked.formerly && !json) {
        const [before, now] = [command.formerly?.join(' '), command.words.join(' ')];
        around.err.write(`"${before}" is the old way to say it. Type: ${around.program} ${now}\n`);
      }
      const onlyReads = typeof command.reads === 'function' ? command.reads(given) : command.reads === true;
      const outcome = await command.run(given, { ...around, onlyReads });
      if (json ? outcome.json !== undefined : outcome.text !== '') answer(outcome.json, outcome.text);
      if (!json && outcome.note !== undefined) around.err.write(outcome.note);
      return outcome.exit ?? 0;
    }
    return 0;
  } catch (error) {
    const failure = failureOf(error);
    const message = here(failure.message, around.program);
    if (json) answer({ error: { code: failure.code, message } }, '');
    else around.err.write(`${usageWrapped(plain(message), around.err.columns)}\n`);
    return failure.exit;
  }
}

const refusedSchema = z.object({ refused: z.string() });

function failureOf(error: unknown): { readonly code: string; readonly message: string; readonly exit: 1 | 2 } {
  if (error instanceof UsageError) return { code: 'USAGE', message: error.message, exit: 2 };
  if (error instanceof CodedError || error instanceof ORPCError) {
    // An input that no call takes can never be right, whatever else is done.
    const { success } = refusedSchema.safeParse(error instanceof CodedError ? error.facts : error.data);
    return { code: error.code, message: error.message, exit: success ? 2 : 1 };
  }
  if (error instanceof Error && error.name === 'AbortError') {
    const message =
      'The runtime ended while this was under way. The next one finishes what was begun: start it, look how things stand, and run this again if it was not done.';
    return { code: 'RUNTIME_GONE', message, exit: 1 };
  }
  return {
    code: 'INTERNAL',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    exit: 1,
  };
}
