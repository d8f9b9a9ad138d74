import { z } from 'zod';

/** When a service can be used: once a port of this machine takes connections, or an address answers without an error. */
const readinessSchema = z.union(
  [
    z.strictObject({ port: z.number().int().min(1).max(65_535) }),
    z.strictObject({
      url: z.url({ protocol: /^https?$/, error: 'It must be an address like http://127.0.0.1:3000/.' }),
    }),
  ],
  'Give {"port": 5432}, a port from 1 to 65535, or {"url": "http://…"}, an address to ask.',
);

/** When a service can be used. */
export type Readiness = z.infer<typeof readinessSchema>;

/** What a service is called: `database`. */
export const serviceNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/, 'must be 1 to 32 letters, digits, dashes and underscores');

/**
 * A program that tasks need beside them, as a manifest names it. With `stop`, `command` starts something that runs elsewhere and
 * ends, and `stop` ends that; without, `command` is the service itself.
 */
const serviceSchema = z.strictObject({
  name: serviceNameSchema,
  command: z.string().trim().min(1).max(4096),
  stop: z.string().trim().min(1).max(4096).optional(),
  directory: z.string().min(1).max(4096).optional(),
  environment: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(8192)).default({}),
  pass: z.array(z.string().min(1).max(200)).max(100).default([]),
  ready: readinessSchema.optional(),
  seconds: z.number().int().min(1).max(3600).default(60),
});

/** A service of a manifest. */
export type Service = z.infer<typeof serviceSchema>;

/** How services stand: `elsewhere` what was started by a command that ended, `ended` one that is started again in a moment. */
const serviceStates = ['running', 'elsewhere', 'ended', 'given-up'] as const;

/** How a service of the runtime stands, since when, and how often it was started again. */
export const serviceStandSchema = z.object({
  name: z.string(),
  state: z.enum(serviceStates),
  since: z.number().int(),
  restarts: z.number().int(),
});
export type ServiceStand = z.infer<typeof serviceStandSchema>;

/** What is started before work is taken, in this order, and stopped after it, in the other. */
export const serviceManifestSchema = z.strictObject({
  services: z
    .array(serviceSchema)
    .min(1)
    .max(50)
    .refine(
      (all) => new Set(all.map(({ name }) => name)).size === all.length,
      'Two services have one name. Give each its own.',
    ),
});
