import { z } from 'zod';
import { toolServerName } from './review-tools';

/** A block of a message, as far as it is looked at. */
const blockSchema = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  thinking: z.string().optional(),
  id: z.string().optional(),
  name: z.string().optional(),
  input: z.record(z.string(), z.unknown()).optional(),
  tool_use_id: z.string().optional(),
  content: z.unknown().optional(),
  is_error: z.boolean().nullish(),
});
export type ClaudeBlock = z.infer<typeof blockSchema>;

const usageSchema = z.looseObject({
  input_tokens: z.number().optional(),
  output_tokens: z.number().optional(),
  cache_creation_input_tokens: z.number().optional(),
  cache_read_input_tokens: z.number().optional(),
});

const messageSchema = z.looseObject({
  id: z.string().optional(),
  model: z.string().optional(),
  content: z.union([z.string(), z.array(blockSchema)]),
  /** What the model call that made this message read and wrote. */
  usage: usageSchema.optional().catch(undefined),
});

const modelUsageSchema = z.looseObject({
  inputTokens: z.number(),
  outputTokens: z.number(),
  cacheReadInputTokens: z.number().default(0),
  cacheCreationInputTokens: z.number().default(0),
  costUSD: z.number(),
});

const resultSchema = z.looseObject({
  type: z.literal('result'),
  subtype: z.string(),
  is_error: z.boolean().default(false),
  result: z.string().optional(),
  errors: z.array(z.string()).optional(),
  api_error_status: z.number().nullish(),
  terminal_reason: z.string().nullish(),
  /** What each model used in the life of the process, and how much it can hold. */
  modelUsage: z
    .record(z.string(), z.looseObject({ contextWindow: z.number().optional() }))
    .optional()
    .catch(undefined),
  total_cost_usd: z.number().optional(),
  usage: usageSchema.optional(),
  /** What each model used since the result before it; older versions do not say. */
  model_usage_since_last_result: z.record(z.string(), modelUsageSchema).optional(),
});
export type ClaudeResult = z.infer<typeof resultSchema>;

const permissionSchema = z.looseObject({
  subtype: z.literal('can_use_tool'),
  tool_name: z.string(),
  input: z.record(z.string(), z.unknown()),
  tool_use_id: z.string().optional(),
  description: z.string().optional(),
  blocked_path: z.string().nullish(),
  decision_reason: z.string().nullish(),
  permission_suggestions: z.array(z.looseObject({ type: z.string() })).nullish(),
});
export type ClaudePermission = z.infer<typeof permissionSchema>;

const streamEventSchema = z.looseObject({
  type: z.string(),
  index: z.number().optional(),
  message: z.looseObject({ id: z.string() }).optional(),
  delta: z
    .looseObject({ type: z.string().optional(), text: z.string().optional(), thinking: z.string().optional() })
    .optional(),
});
export type ClaudeStreamEvent = z.infer<typeof streamEventSchema>;

const lineSchema = z.union([
  resultSchema,
  z.looseObject({
    type: z.literal('system'),
    subtype: z.string(),
    session_id: z.string().optional(),
    attempt: z.number().optional(),
    max_retries: z.number().optional(),
    error: z.unknown().optional(),
    error_status: z.number().nullish(),
    state: z.string().optional(),
  }),
  z.looseObject({
    type: z.literal('stream_event'),
    event: streamEventSchema,
    parent_tool_use_id: z.string().nullish(),
  }),
  z.looseObject({
    type: z.literal('assistant'),
    message: messageSchema,
    parent_tool_use_id: z.string().nullish(),
    /** The place of the conversation this is. */
    uuid: z.string().optional(),
  }),
  z.looseObject({
    type: z.literal('user'),
    message: messageSchema,
    parent_tool_use_id: z.string().nullish(),
    tool_use_result: z.unknown().optional(),
  }),
  z.looseObject({
    type: z.literal('control_request'),
    request_id: z.string(),
    request: z.union([permissionSchema, z.looseObject({ subtype: z.string() })]),
  }),
  z.looseObject({ type: z.literal('control_cancel_request'), request_id: z.string() }),
  z.looseObject({
    type: z.literal('control_response'),
    response: z.looseObject({ request_id: z.string().optional(), response: z.unknown().optional() }),
  }),
  z.looseObject({
    type: z.literal('rate_limit_event'),
    rate_limit_info: z.looseObject({ status: z.string(), resetsAt: z.number().nullish() }),
  }),
]);

/** One line of Claude Code's stream that means something to us. */
export type ClaudeLine = z.infer<typeof lineSchema>;

/** Reads one line; null for what is no JSON, of an unknown kind or of an unexpected shape, which newer versions may send. */
export function parseClaudeLine(text: string): ClaudeLine | null {
  try {
    const parsed = lineSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

const toolMessageSchema = z.looseObject({
  subtype: z.literal('mcp_message'),
  server_name: z.literal(toolServerName),
  message: z.record(z.string(), z.unknown()),
});

/** What a control request says to the tool server that we are ourselves; null for any other request. */
export function toolMessageOf(request: { readonly subtype: string }): Readonly<Record<string, unknown>> | null {
  const parsed = toolMessageSchema.safeParse(request);
  return parsed.success ? parsed.data.message : null;
}

/** Whether a control request asks for leave to use a tool, and was understood. */
export function isPermission(request: { readonly subtype: string }): request is ClaudePermission {
  return request.subtype === 'can_use_tool' && permissionSchema.safeParse(request).success;
}
