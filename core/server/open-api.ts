import type { AnyContractRouter } from '@orpc/contract';
import { OpenAPIGenerator } from '@orpc/openapi';
import { OpenAPIHandler } from '@orpc/openapi/fetch';
import type { AnyRouter } from '@orpc/server';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import type { Caller } from '../contract/caller';
import { type CallHandler, callChecks } from './call-routes';
import type { Log } from './errors';

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
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    security: [{ token: [] }],
  });
  return { handler, document };
}
