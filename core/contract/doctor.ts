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

/** The desktop runtime as whoever looks knows of it: one that runs it themselves, by its version; one by its path. */
export function desktopFinding(running: string | null, known: string | null): Finding {
  const found = { name: 'electron', required: false } as const;
  if (running !== null) return { ...found, state: 'ok', detail: `${running}, running`, hint: null };
  if (known !== null) return { ...found, state: 'ok', detail: known, hint: null };
  // Nobody has looked for one: the app brings its own, and whoever starts the terminal door names the one they know.
  const detail = 'not known here; only the window needs it, the terminal does not';
  return { ...found, state: 'warning', detail, hint: 'To open the window: npm start. It fetches Electron if need be.' };
}

/** What a runtime found, with the desktop runtime that whoever asks knows of where the runtime itself knows of none. */
export function withDesktop(report: DoctorReport, known: string | null): DoctorReport {
  const own = desktopFinding(null, known);
  const findings = report.findings.map((finding) =>
    finding.name === own.name && finding.state !== 'ok' ? own : finding,
  );
  return { ...report, findings };
}
