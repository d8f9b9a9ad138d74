import { z } from 'zod';

/** Who may own a data folder: the desktop app, or the runtime without a window. */
const owners = ['app', 'background'] as const;

/** What the owner of a data folder says of itself in run/owner.json: that it starts, then how it is reached. */
export const ownerRecordSchema = z.object({
  pid: z.number().int().positive(),
  /** Epoch milliseconds. */
  startedAt: z.number().int(),
  version: z.string(),
  owner: z.enum(owners),
  /** It was started to run in a terminal; left out where it was not. */
  foreground: z.boolean().optional(),
  /** The path of its socket, or the name of its pipe on Windows; null while it starts. */
  socket: z.string().min(1).nullable(),
});
export type OwnerRecord = z.infer<typeof ownerRecordSchema>;
