import type { AnyContractRouter, OpenAPI } from '@orpc/contract';
import { OpenAPIGenerator } from '@orpc/openapi';
import { OpenAPIHandler } from '@orpc/openapi/fetch';
import type { AnyRouter } from '@orpc/server';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import type { Caller } from '../contract/caller';
import { errorCodes } from '../contract/errors';
import { type CallName, whoMayCall } from '../contract/key';
import { type CallHandler, callChecks } from './call-routes';
import { failureStatuses, type Log } from './errors';

/** The description of all calls by OpenAPI 3.1, and what answers them so. */
export async function describeCalls(options: {
  readonly router: AnyRouter;
  readonly contract: AnyContractRouter;
  readonly version: string;
  readonly log: Log;
}): Promise<{ readonly handler: CallHandler; readonly document: object }> {
  const { router, contract, version, log } = options;
  const handler = new OpenAPIHandler<Caller>(router, callChecks(log));
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  const document = await generator.generate(contract, {
    info: {
      title: 'Switchyard',
      version,
      description:
        'Every call of the runtime on this machine. A failure is {"code", "message", "data"}; which codes there are, and which calls a key may make, docs/http.md says.',
    },
    servers: [{ url: '/api' }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } }, responses: failures },
    security: [{ token: [] }],
  });
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    const post = item?.post;
    if (post === undefined) continue;
    post.description = whoMayCall(path.slice(1).replace('/', '.') as CallName);
    post.responses = { ...post.responses, ...failed };
  }
  return { handler, document };
}

const code: OpenAPI.SchemaObject = { type: 'string', enum: [...errorCodes] };
const message: OpenAPI.SchemaObject = { type: 'string' };

/** What answers where a call was not done: its own failure, or what the server refuses before it looks which call that is. */
const failures: Record<string, OpenAPI.ResponseObject> = {
  Failed: {
    description: 'The call failed: why, and facts about it.',
    content: {
      'application/json': {
        schema: {
          type: 'object',
          properties: { code, message, data: { type: 'object' }, status: { type: 'integer' } },
          required: ['code', 'message'],
        },
      },
    },
  },
  Refused: {
    description: 'The request was refused before anybody looked which call it is: for its token, its head or its body.',
    content: {
      'application/json': {
        schema: {
          type: 'object',
          properties: { error: { type: 'object', properties: { code, message }, required: ['code', 'message'] } },
          required: ['error'],
        },
      },
    },
  },
};

const failed = Object.fromEntries(
  [
    ...failureStatuses().map((status) => [status, 'Failed'] as const),
    ...[401, 413, 415].map((status) => [status, 'Refused'] as const),
  ].map(([status, kind]) => [status, { $ref: `#/components/responses/${kind}` }]),
);
