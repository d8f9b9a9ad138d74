import { z } from 'zod';

const findingSchema = z.object({
  name: z.string(),
  /** `missing` stops the main job when `required`; `warning` does not. */
  state: z.enum(['ok', 'warning', 'missing']),
  required: z.boolean(),
  detail: z.string(),
  /** What to do, when something is to be done. */
  hint: z.string().nullable(),
});
export type Finding = z.infer<typeof findingSchema>;

/** What `doctor` found; `ok` is false when the main job cannot run. */
export const doctorReportSchema = z.object({ ok: z.boolean(), findings: z.array(findingSchema) });
export type DoctorReport = z.infer<typeof doctorReportSchema>;
