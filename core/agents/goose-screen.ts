import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { PermissionLevel } from '../contract/task';
import { type GooseConversation, linesOf, readConversation, sessionNamed, usageOf } from './goose-record';
import { findProgram } from './locate';
import { type Driven, nothingSaid, type Opened, type Said, type Screen, type Seat, tooLong } from './screen';

type Environment = Readonly<Record<string, string>>;

/** What of Goose its screen needs to know, the same as its other drive. */
export interface GooseScreenOptions {
  readonly install: string;
  readonly environment: (level: PermissionLevel, model: string | null) => Environment;
  /** What the repository would have Goose run by itself. */
  readonly repositoryPrograms: (directory: string) => Promise<readonly string[]>;
  /** What sort of tool it is, by its name. */
  readonly kindOf: (tool: string) => string | null;
}

const program = 'goose';
const builtin = ['--with-builtin', 'developer'];

/** Makes the terminal program of Goose. A new conversation is found again by the name it is given. */
export function createGooseScreen(options: GooseScreenOptions): Screen {
  return { open: (seat) => open(options, seat), said: (driven) => said(options, driven) };
}

async function open(options: GooseScreenOptions, seat: Seat): Promise<Opened> {
  const { resume, directory, opening } = seat;
  const programs = seat.trusted ? [] : await options.repositoryPrograms(directory);
  if (programs.length > 0) {
    const error = `Goose was not opened in ${directory}: it would run what this repository brings for agents (${programs.join(', ')}), and the repository is not trusted. Read those files, then trust the repository.`;
    return { kind: 'refused', error };
  }
  const command = await findProgram(program, seat.environment);
  if (command === null) return { kind: 'refused', error: `There is no goose on the PATH. ${options.install}` };
  const environment = { ...seat.environment, ...options.environment(seat.permissionLevel, seat.model) };
  let known: GooseConversation | null;
  try {
    known = resume === null ? null : await readConversation({ directory, environment }, resume);
  } catch (cause) {
    // Begun anew it would know nothing of what it was told and did.
    return { kind: 'refused', error: cause instanceof Error ? cause.message : String(cause) };
  }
  if (known !== null) {
    const args = ['session', '--resume', '--session-id', known.id, ...builtin];
    return { kind: 'program', command, args, environment, agentSession: known.id, mark: markOf(known) };
  }
  const error = tooLong(opening);
  if (error !== null) return { kind: 'refused', error };
  const name = `switchyard-${randomUUID()}`;
  // In one piece, because a prompt that begins with a dash would be taken for an option of its own.
  const args = ['run', '--interactive', '--name', name, ...builtin, `--text=${opening}`];
  return { kind: 'program', command, args, environment, agentSession: null, mark: JSON.stringify({ name }) };
}

const markSchema = z.union([z.object({ name: z.string() }), z.object({ messages: z.number() })]);

function markOf(known: GooseConversation): string {
  return JSON.stringify({ messages: known.conversation.length });
}

async function said(options: GooseScreenOptions, driven: Driven): Promise<Said> {
  const mark = markSchema.parse(JSON.parse(driven.mark));
  const id = 'name' in mark ? await sessionNamed(driven, mark.name) : driven.agentSession;
  const known = id === null ? null : await readConversation(driven, id);
  if (known === null) return { agentSession: null, ...nothingSaid };
  const before = 'messages' in mark && mark.messages <= known.conversation.length ? mark.messages : 0;
  const messages = known.conversation.slice(before);
  return { agentSession: known.id, lines: linesOf(messages, options.kindOf), usage: usageOf(messages) };
}
