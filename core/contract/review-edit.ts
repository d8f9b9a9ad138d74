import { z } from 'zod';
import { oidSchema } from './oid';
import { taskIdSchema } from './task';

/** A stretch of lines as a patch's header names it: of no lines, the one after which they would be, 0 at the top. */
const stretchSchema = z.strictObject({ start: z.number().int().nonnegative(), count: z.number().int().nonnegative() });

/** A hunk of the reviewed change as it is shown, with the lines around it: in the merge base, and in the head. */
export const hunkPlaceSchema = z.strictObject({ old: stretchSchema, new: stretchSchema });
export type HunkPlace = z.infer<typeof hunkPlaceSchema>;

/** The path of a file from the top of its repository. */
export const repositoryPathSchema = z
  .string()
  .min(1)
  .max(4096)
  .refine(
    (path) => !path.includes('\0') && path.split('/').every((part) => !['', '.', '..'].includes(part)),
    'Name a file by its path from the top of the repository.',
  );

/** The most text that a file may hold to be edited in place, in bytes. */
export const maxEditedBytes = 1024 * 1024;

/** What a person changed in a task's change themselves: a commit of theirs on its branch, or its undoing. */
export const reviewEditSchema = z.object({
  task: taskIdSchema,
  kind: z.enum(['take-back', 'edit']),
  path: z.string(),
  /** Where the branch stands now; what is reviewed and can be approved. */
  head: oidSchema,
});
export type ReviewEdit = z.infer<typeof reviewEditSchema>;

/** A file of the change as it is stored, for editing in place. */
export const fileTextSchema = z.object({
  /** With its line ends as they are; null when it cannot be edited here. */
  text: z.string().nullable(),
  /** The id of what is stored, by which a later state of it is told apart; null when there is no such file. */
  blob: oidSchema.nullable(),
  /** Why it cannot be, a sentence. */
  reason: z.string().nullable(),
});
export type FileText = z.infer<typeof fileTextSchema>;
