import {
  type ClientContext,
  client,
  type InitializeResponse,
  type McpServer,
  PROTOCOL_VERSION,
  RequestError,
  type Stream,
} from '@agentclientprotocol/sdk';
import { z } from 'zod';
import type { Desk } from './acp-desk';
import type { Quirks } from './acp-quirks';
import type { Updates } from './acp-updates';
import type { Turn } from './agent';
import { within } from './child';

/** A conversation with an agent over one connection. */
export interface Conversation {
  /** Says one thing and resolves with how the agent's turn ended. Everything it told before that has been taken. */
  readonly prompt: (text: string) => Promise<PromptEnd>;
  readonly cancel: () => Promise<void>;
  /** Adds a message to the running turn; false when this agent only listens between turns. */
  readonly steer: (text: string) => Promise<boolean>;
  /** False when the conversation to go on with was gone and a new one was begun. */
  readonly resumed: boolean;
}

/** How a prompt ended, as the agent tells it. */
export interface PromptEnd {
  readonly stopReason: string;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
}

/** What a conversation is opened with. */
export interface Opening {
  readonly turn: Turn;
  readonly quirks: Quirks;
  readonly label: string;
  readonly mcpServers: readonly McpServer[];
  readonly updates: Updates;
  readonly desk: Desk;
}

/** An agent that does not even introduce itself in this time is none. Programs that are fetched first take their time. */
const introductionMs = 120_000;

const sessionSchema = z.object({
  modes: z
    .object({ currentModeId: z.string(), availableModes: z.array(z.object({ id: z.string() })).catch([]) })
    .nullish()
    .catch(null),
});
const newSessionSchema = sessionSchema.extend({ sessionId: z.string().min(1) });
const promptSchema = z.object({
  stopReason: z.string(),
  usage: z
    .object({ inputTokens: z.number().int().nullish(), outputTokens: z.number().int().nullish() })
    .nullish()
    .catch(null),
});

/** A connection to an agent: what its messages lead to, and how it is closed. */
export interface Connection {
  /** Introduces us, then goes on with the turn's conversation or begins one. Throws what the agent answers with. */
  readonly open: () => Promise<Conversation>;
  readonly close: () => void;
}

/** Connects to an agent that has been started. Its updates and questions go where the opening says. */
export function connect(messages: Stream, opening: Opening): Connection {
  const { turn, quirks, updates, desk } = opening;
  let session: string | null = null;
  let run: string | null = null;
  const connection = client({ name: 'switchyard' })
    .onNotification('session/update', ({ params }) => {
      // While a conversation is loaded its history is told again; that is in the transcript already.
      if (params.sessionId !== session) return;
      const told = quirks.steer?.runOf(params.update._meta);
      if (told !== undefined) run = told;
      updates.take(params.update);
    })
    .onRequest('session/request_permission', ({ params, ...put }) => desk.permission(params, put))
    .onRequest('elicitation/create', ({ params, ...put }) => desk.form(params, put))
    // Agents announce things of their own; what is not known is not needed.
    .onNotification('*', () => {})
    .connect(messages);
  const { agent } = connection;

  const open = async (): Promise<Conversation> => {
    const introduction = await within(introduce(agent), introductionMs);
    if (introduction === null) {
      throw new Error(
        `${opening.label} did not introduce itself within ${introductionMs / 1000} s. Check that its command speaks the Agent Client Protocol.`,
      );
    }
    if (introduction.protocolVersion !== PROTOCOL_VERSION) {
      throw new Error(
        `${opening.label} speaks version ${introduction.protocolVersion} of the Agent Client Protocol and this program version ${PROTOCOL_VERSION}. Update the older of the two.`,
      );
    }
    const passes = quirks.passesQuestions(introduction);
    if (turn.review !== null && !passes) {
      throw new Error(
        `This version of ${opening.label} cannot pass on comments, so it cannot review. Update it, or ask another agent.`,
      );
    }
    const place = {
      cwd: turn.directory,
      mcpServers: passes ? [...opening.mcpServers] : [],
    };
    const loaded =
      turn.resume === null ? null : await resume(agent, introduction, opening, { ...place, sessionId: turn.resume });
    const begun = loaded ?? newSessionSchema.parse(await agent.request<unknown>('session/new', place));
    const id = begun.sessionId;
    // What was replayed is taken, and dropped, before anything new is listened to.
    await settled();
    session = id;
    turn.onSession(id);
    await setMode(agent, id, begun.modes?.currentModeId ?? null, opening);
    return {
      resumed: loaded !== null,
      async prompt(text) {
        const answer = await agent.request('session/prompt', { sessionId: id, prompt: [{ type: 'text', text }] });
        await settled();
        const end = promptSchema.parse(answer);
        return {
          stopReason: end.stopReason,
          inputTokens: end.usage?.inputTokens ?? null,
          outputTokens: end.usage?.outputTokens ?? null,
        };
      },
      cancel: () => agent.notify('session/cancel', { sessionId: id }),
      async steer(text) {
        if (quirks.steer === null || run === null) return false;
        try {
          await agent.request<unknown>(quirks.steer.method, quirks.steer.params(id, run, text));
          return true;
        } catch (error) {
          // An older version does not know it, or the turn is just over.
          if (error instanceof RequestError) return false;
          throw error;
        }
      },
    };
  };
  return { open, close: () => connection.close() };
}

function introduce(agent: ClientContext): Promise<InitializeResponse> {
  return agent.request('initialize', {
    protocolVersion: PROTOCOL_VERSION,
    clientInfo: { name: 'switchyard', title: 'Switchyard', version: '1' },
    // Files and commands stay with the agent: reading or writing for it would be ours to keep inside the worktree.
    clientCapabilities: {
      fs: { readTextFile: false, writeTextFile: false },
      terminal: false,
      elicitation: { form: {} },
    },
  });
}

/** Goes on with a conversation, or null when the agent cannot; the transcript then says why. */
async function resume(
  agent: ClientContext,
  introduction: InitializeResponse,
  opening: Opening,
  request: { readonly cwd: string; readonly mcpServers: McpServer[]; readonly sessionId: string },
): Promise<z.infer<typeof newSessionSchema> | null> {
  const { turn, label } = opening;
  const can = introduction.agentCapabilities;
  const startOver = (why: string) => {
    turn.record({ type: 'notice', level: 'warning', text: `${label} starts over with the task: ${why}` });
    return null;
  };
  try {
    const read = (answer: unknown) => ({ ...sessionSchema.parse(answer ?? {}), sessionId: request.sessionId });
    if (can?.loadSession) return read(await agent.request<unknown>('session/load', request));
    if (can?.sessionCapabilities?.resume) return read(await agent.request<unknown>('session/resume', request));
    return startOver('it cannot go on with an earlier conversation.');
  } catch (error) {
    // Who must sign in first still has the conversation.
    if (!(error instanceof RequestError) || error.code === authRequired) throw error;
    return startOver(`the earlier conversation could not be opened (${error.message}).`);
  }
}

/** The protocol's code for an agent that is not signed in. */
export const authRequired = -32000;

/** Puts the session in the mode the permission level asks for. An agent that refuses does not get to work. */
async function setMode(
  agent: ClientContext,
  sessionId: string,
  current: string | null,
  opening: Opening,
): Promise<void> {
  const mode = opening.quirks.mode(opening.turn.permissionLevel);
  if (mode === null || mode === current) return;
  await agent.request('session/set_mode', { sessionId, modeId: mode });
}

/** Messages are handled in promises of their own; after this, all that were read before have been. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
