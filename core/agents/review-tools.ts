import { commentsOfReview, longestAgentComment, longestSummary, severities, verdicts } from '../contract/agent-review';

/** A tool as the Model Context Protocol describes one. */
export interface ToolOffer {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

/** What a tool says back to the agent. */
export interface ToolAnswer {
  readonly text: string;
  /** Nothing was done; the text says why and what to do instead. */
  readonly failed: boolean;
}

/** Where what a reviewing agent has to say of a change goes. */
export interface ReviewDesk {
  /** The files of the change, by the names they have in it. */
  readonly paths: readonly string[];
  /** Does what one of `reviewTools` is for. The same said again is done once. Throws only when the store cannot be written. */
  readonly take: (tool: string, input: unknown) => Promise<ToolAnswer>;
}

/** The tools of an agent that reviews a change. They are all it can leave there. */
export const reviewTools: readonly ToolOffer[] = [
  {
    name: 'comment',
    title: 'Comment on the change',
    description: `Leaves one comment on a place of the change under review. A person decides what becomes of it. One thing a comment, in plain text, at most ${longestAgentComment} characters; at most ${commentsOfReview} comments.`,
    inputSchema: {
      type: 'object',
      properties: {
        path: { type: 'string', description: 'A file of the change, relative to the repository.' },
        line: {
          type: 'integer',
          description: 'The line it is about, or the first of them; leave it out for the whole file.',
        },
        last_line: { type: 'integer', description: 'The last line, when it is about several.' },
        side: {
          type: 'string',
          enum: ['new', 'old'],
          description:
            'new, unless the lines are ones the change takes away: then old, with their numbers before the change.',
        },
        severity: { type: 'string', enum: [...severities], description: 'How much you make of it.' },
        text: { type: 'string', description: 'What is wrong, how one can see it, and what to do instead.' },
      },
      required: ['path', 'text'],
    },
  },
  {
    name: 'verdict',
    title: 'Say what you think of the whole',
    description: `Ends the review: whether the change is good or needs changes, with a summary for the person, in plain text, at most ${longestSummary} characters. It approves nothing.`,
    inputSchema: {
      type: 'object',
      properties: {
        verdict: { type: 'string', enum: [...verdicts] },
        summary: { type: 'string', description: 'What you looked at, what you found and what you could not tell.' },
      },
      required: ['verdict', 'summary'],
    },
  },
];

type Json = Readonly<Record<string, unknown>>;

/** Answers a message to a tool server that offers the review's tools; null for one that wants no answer. */
export async function answerToolServer(desk: ReviewDesk, message: Json): Promise<Json | null> {
  const { id, method } = message;
  if (id === undefined || typeof method !== 'string') return null;
  const params = (message.params ?? {}) as Json;
  const answer = { jsonrpc: '2.0', id };
  switch (method) {
    case 'initialize': {
      const serverInfo = { name: toolServerName, version: '1' };
      return {
        ...answer,
        result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo },
      };
    }
    case 'ping':
      return { ...answer, result: {} };
    case 'tools/list':
      return { ...answer, result: { tools: reviewTools } };
    case 'tools/call': {
      const { text, failed } = await desk.take(String(params.name), params.arguments);
      return { ...answer, result: { content: [{ type: 'text', text }], isError: failed } };
    }
    default:
      return { ...answer, error: { code: -32601, message: `There is no method ${method}.` } };
  }
}

/** What agents know our tool server as, whichever way they reach it. */
export const toolServerName = 'switchyard';

/** What begins a question of our tool server's that carries a tool call and is for no person; the server is told it. */
export const carriedMark = 'switchyard-tool ';
