import type {
  CreateElicitationRequest,
  CreateElicitationResponse,
  ElicitationContentValue,
  RequestPermissionRequest,
  RequestPermissionResponse,
} from '@agentclientprotocol/sdk';
import { z } from 'zod';
import type { Answer } from '../contract/request';
import { type Field, fieldsOf } from './acp-form';
import { allowed, permissionOutcome, permissionQuestion, unanswered } from './acp-permission';
import type { Quirks } from './acp-quirks';
import type { Updates } from './acp-updates';
import type { agentGone, Question, Turn } from './agent';
import { carriedMark, type ReviewDesk, reviewTools } from './review-tools';
import type { Silence } from './silence';

/** Where an agent's questions arrive during one turn. */
export interface Desk {
  readonly permission: (request: RequestPermissionRequest, put: Put) => Promise<RequestPermissionResponse>;
  readonly form: (request: CreateElicitationRequest, put: Put) => Promise<CreateElicitationResponse>;
  /** Answers every open question of the agent with "cancelled"; an agent waits for that before it stops. */
  readonly dismiss: () => void;
  /** Lets go of the open questions: nobody waits for an answer any more. Without a reason they are taken back. */
  readonly withdraw: (why?: typeof agentGone) => void;
  /** The reasons for refusals that the agent has not been told yet; taking them empties the list. */
  readonly takeReasons: () => readonly string[];
}

/** How a question of the agent's arrived. */
export interface Put {
  /** The agent's own id of the request. */
  readonly requestId: string | number | null;
  /** Aborted when the agent takes it back, and when the connection ends. */
  readonly signal: AbortSignal;
}

/** What a desk works with. */
export interface DeskOptions {
  readonly turn: Turn;
  readonly quirks: Quirks;
  readonly updates: Updates;
  readonly silence: Silence;
  /** Says something to the agent while its turn runs; false when it does not listen then. */
  readonly steer: (text: string) => Promise<boolean>;
  /** Asking went wrong on our side: the turn cannot go on. */
  readonly onBroken: (cause: unknown) => void;
}

/** The code with which the protocol takes a request back. */
const requestCancelled = -32800;

/** Opens a desk for one turn. */
export function openDesk({ turn, quirks, updates, silence, steer, onBroken }: DeskOptions): Desk {
  const dismissed = new AbortController();
  const ownTools = ['ask_human', ...(turn.review === null ? [] : reviewTools.map(({ name }) => name))].flatMap(
    quirks.toolNames,
  );
  const open = new Set<AbortController>();
  const forms = new Map<string, Promise<CreateElicitationResponse>>();
  let reasons: readonly string[] = [];

  /** The person's answer, or null when the question came to nothing. */
  const put = async (question: Question, signal: AbortSignal, name: string): Promise<Answer | null> => {
    if (dismissed.signal.aborted) return null;
    const withdrawn = new AbortController();
    // A connection that breaks also aborts its requests; the question then stays, for the agent asks it again.
    const onAbort = () => codeOf(signal.reason) === requestCancelled && withdrawn.abort();
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    open.add(withdrawn);
    const heardAgain = silence.wait();
    const none = new Promise<null>((resolve) => {
      dismissed.signal.addEventListener('abort', () => resolve(null), { once: true });
    });
    try {
      updates.flush();
      const asked = turn.ask(question, withdrawn.signal, name).catch((cause: unknown) => {
        if (withdrawn.signal.aborted || turn.signal.aborted || dismissed.signal.aborted) return null;
        onBroken(cause);
        return null;
      });
      return await Promise.race([asked, none]);
    } finally {
      heardAgain();
      open.delete(withdrawn);
      signal.removeEventListener('abort', onAbort);
    }
  };

  /** Asks until the answer fits the field, saying each time why it did not; null when it was refused or came to nothing. */
  const fill = async (
    field: Field,
    signal: AbortSignal,
    name: string,
  ): Promise<Readonly<Record<string, ElicitationContentValue>> | null> => {
    let { question } = field;
    for (let times = 0; ; times += 1) {
      const answer = await put(question, signal, `${name} ${times}`);
      if (answer === null || answer.decision === 'deny') return null;
      const value = field.read(answer);
      if (typeof value !== 'string') return value;
      question = { ...field.question, body: [field.question.body, value].filter((part) => part !== '').join('\n\n') };
    }
  };

  const fillAll = async (fields: readonly Field[], { requestId, signal }: Put): Promise<CreateElicitationResponse> => {
    const values = await Promise.all(
      fields.map((field, index) => fill(field, signal, `${nameOf(requestId)} ${index}`)),
    );
    if (dismissed.signal.aborted || signal.aborted) return { action: 'cancel' };
    const given = values.filter((value) => value !== null);
    if (given.length < values.length) return { action: 'decline' };
    return { action: 'accept', content: Object.assign({}, ...given) };
  };

  const carry = async (review: ReviewDesk, { tool, input }: Carried): Promise<CreateElicitationResponse> => {
    try {
      const { text, failed } = await review.take(tool, input);
      return { action: 'accept', content: { answer: text, failed } };
    } catch (cause) {
      if (!turn.signal.aborted && !dismissed.signal.aborted) onBroken(cause);
      return { action: 'cancel' };
    }
  };

  return {
    async permission(request, { requestId, signal }) {
      const tool = updates.tool(request.toolCall);
      const call = request.toolCall.toolCallId;
      // Such a tool asks the person itself, or does nothing but what the task is: asking for leave would be asking twice.
      if (tool.name !== null && ownTools.includes(tool.name)) return allowed(request);
      const question = permissionQuestion(tool, quirks);
      if (turn.permissionLevel === 'autonomous') {
        updates.flush();
        turn.record({ type: 'notice', level: 'info', text: `Allowed without asking: ${question.title}` });
        updates.running(call);
        return allowed(request);
      }
      const answer = await put(question, signal, nameOf(requestId));
      if (answer === null) return unanswered;
      if (answer.decision === 'allow') updates.running(call);
      if (answer.decision === 'deny' && answer.text !== null && answer.text.trim() !== '') {
        // The protocol has no place for a reason beside a refusal, so it is said, and before the agent goes on.
        const reason = `You were not given leave for "${question.title}". The reason: ${answer.text}`;
        if (!(await steer(reason))) reasons = [...reasons, reason];
      }
      return permissionOutcome(request, answer);
    },
    async form(request, arrived) {
      const form = formSchema.safeParse(request);
      const carried = turn.review !== null && form.success ? carriedBy(form.data.message) : null;
      if (turn.review !== null && carried !== null) return carry(turn.review, carried);
      const fields = form.success ? fieldsOf(form.data.message, form.data.requestedSchema) : null;
      if (!form.success || fields === null) {
        updates.flush();
        turn.record({
          type: 'notice',
          level: 'warning',
          text: 'The agent asked in a way that cannot be shown here; it was told that the question is declined.',
        });
        return { action: 'decline' };
      }
      // One that is asked again while it is open is the same: the agent's own time limit passed over it.
      const key = JSON.stringify(form.data);
      const asked = forms.get(key) ?? fillAll(fields, arrived).finally(() => forms.delete(key));
      forms.set(key, asked);
      return asked;
    },
    dismiss: () => dismissed.abort(),
    takeReasons() {
      const taken = reasons;
      reasons = [];
      return taken;
    },
    withdraw(why) {
      for (const withdrawn of open) withdrawn.abort(why);
    },
  };
}

const formSchema = z.object({
  mode: z.literal('form'),
  message: z.string(),
  requestedSchema: z.custom<Parameters<typeof fieldsOf>[1]>((value) => typeof value === 'object' && value !== null),
});

/** A call of one of our server's tools, as that passes it on. */
type Carried = z.infer<typeof carriedSchema>;

const carriedSchema = z.object({ tool: z.string(), input: z.unknown() });

function carriedBy(message: string): Carried | null {
  if (!message.startsWith(carriedMark)) return null;
  try {
    return carriedSchema.parse(JSON.parse(message.slice(carriedMark.length)));
  } catch {
    return null;
  }
}

/** The number 1 and the text "1" are two ids. */
function nameOf(requestId: Put['requestId']): string {
  return JSON.stringify(requestId);
}

function codeOf(reason: unknown): number | null {
  return typeof reason === 'object' && reason !== null && 'code' in reason && typeof reason.code === 'number'
    ? reason.code
    : null;
}
