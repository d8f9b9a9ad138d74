import type { Caller } from '../contract/caller';
import { CodedError } from '../contract/errors';
import { messageTextSchema } from '../contract/message';
import { isOwnSession, type RelayAgent, type RelayHeard, type RelayMessage, type RelayStatus } from '../contract/relay';
import { addMessage } from '../store/messages';
import { insertRelayMessage, knownRelayMessage } from '../store/relay-messages';
import { newestSession, readSession } from '../store/sessions';
import { taskRow } from '../store/task-row';
import { mustBe } from './acting';
import type { Room } from './room';

/** An agent's name on the relay. */
interface Address {
  readonly session: string;
  readonly role: string;
}

/** The relay as calls are handed it. */
export interface RelayDesk {
  send(work: Address & { readonly message: RelayMessage; readonly by: string }): Promise<number>;
  /** Takes back work that was not answered, of one id or all, and gives the ids. */
  takeBack(from: Address & { readonly id?: string | undefined }): Promise<readonly string[]>;
  /** Whether the agent is connected, or is the runner's own. */
  isThere(agent: Address): boolean;
  agents(): Promise<RelayAgent[]>;
  follow(
    from: { readonly pattern: string; readonly after?: number | undefined },
    signal: AbortSignal | undefined,
  ): AsyncIterable<RelayHeard>;
  /** False when no agent of that name is connected. */
  disconnect(agent: Address): Promise<boolean>;
  status(): Promise<RelayStatus>;
}

/** Gives work to an agent, and says its number once it is kept, and whether the agent is there. */
export async function send(
  room: Room,
  { by }: Caller,
  work: Address & { readonly message: RelayMessage },
): Promise<{ seq: number; connected: boolean }> {
  const seq = await room.relay.send({ ...work, by });
  return { seq, connected: room.relay.isThere(work) };
}

/** Takes back work that its agent has not answered, and says of which ids. Throws NOT_FOUND and WRONG_STATE. */
export async function takeBack(
  room: Room,
  from: Address & { readonly id?: string | undefined },
): Promise<{ ids: string[] }> {
  const { session, role, id } = from;
  if (isOwnSession(session)) {
    const message = `Session ${session} is of a task, and what was sent to it is a message of that. Take that back: message list, message remove`;
    throw new CodedError('WRONG_STATE', message, { facts: { session } });
  }
  const ids = await room.relay.takeBack(from);
  if (ids.length > 0) return { ids: [...ids] };
  const which = id === undefined ? 'No work' : `No work ${id}`;
  throw new CodedError('NOT_FOUND', `${which} waits for ${role} of session ${session}, so nothing was taken back.`, {
    facts: { session, role },
  });
}

/** Hangs up on a connected agent. Throws NOT_FOUND. */
export async function disconnect(room: Room, agent: Address): Promise<void> {
  if (await room.relay.disconnect(agent)) return;
  throw new CodedError(
    'NOT_FOUND',
    `No agent is connected as ${agent.role} in session ${agent.session}. See: agent list`,
    { facts: { ...agent } },
  );
}

/** What came by the relay for an agent of the runner, as its task has it. */
export interface ToldTask {
  /** The message of the task. */
  readonly id: number;
  /** The agent's name. */
  readonly role: string;
  /** Its number on the relay, when it was there before. */
  readonly seq: number | null;
}

/**
 * Makes of work for a session of the runner a message of its task, once for each id. It is the relay's and not the person's: it
 * answers nothing and allows nothing. Throws NOT_FOUND, BAD_INPUT, LIMIT, WRONG_STATE.
 */
export async function tellTask(
  room: Pick<Room, 'db' | 'writer' | 'now' | 'announceMessages'>,
  work: Address & { readonly message: RelayMessage; readonly by: string },
): Promise<ToldTask> {
  const { message } = work;
  const session = readSession(room.db, Number(work.session));
  if (work.role !== session.agent && work.role !== 'agent') {
    throw new CodedError(
      'NOT_FOUND',
      `The agent of session ${work.session} is ${session.agent}, and not ${work.role}.`,
    );
  }
  const text = textOf(message);
  const told = await room.writer.write((db) => {
    const known = knownRelayMessage(db, { session: session.id, id: message.id });
    if (known !== undefined) return { ...known, fresh: false };
    const newest = newestSession(db, session.task);
    if (newest !== undefined && newest.id !== session.id) {
      throw new CodedError(
        'WRONG_STATE',
        `Session ${session.id} is over. Send to session ${newest.id} of the same task.`,
        {
          facts: { session: session.id, newest: newest.id },
        },
      );
    }
    mustBe(taskRow(db, session.task), ['queued', 'running', 'waiting'], 'written to');
    // Whoever sent it: a person who wants to be heard as one writes to the task.
    const by = work.by === 'person' ? 'relay' : work.by;
    const id = addMessage(db, { task: session.task, text, by, at: room.now() });
    insertRelayMessage(db, { message: id, session: session.id, id: message.id });
    return { message: id, seq: null, fresh: true };
  });
  if (told.fresh) room.announceMessages(session.task);
  return { id: told.message, role: session.agent, seq: told.seq };
}

function textOf({ payload }: RelayMessage): string {
  const text = typeof payload === 'object' && payload !== null && 'text' in payload ? payload.text : payload;
  const read = messageTextSchema.safeParse(text);
  if (read.success) return read.data;
  throw new CodedError(
    'BAD_INPUT',
    'Work for a task of Switchyard is a text of at most 50,000 characters, as the payload or as its "text".',
  );
}
