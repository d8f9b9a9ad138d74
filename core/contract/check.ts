import { z } from 'zod';
import { oidSchema } from './oid';

/** What a repository runs in a new worktree is kept as a check of this name, which no check may have. */
export const setupName = 'Worktree setup';
/** The same of what it runs in a worktree before that is taken away. */
export const teardownName = 'Worktree teardown';

/** Whether a run is one of these, and says nothing of a change. */
export function isWorktreeScript(name: string): boolean {
  return name === setupName || name === teardownName;
}

/** A check is called by its name, which is how a person says which to run: `test`, `lint`, `build`. */
export const checkNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(40)
  .regex(/^[^\p{C}-][^\p{C}]*$/u, 'A name is printable text that does not begin with a dash.')
  .refine((name) => !isWorktreeScript(name), 'This name is that of what sets worktrees up or tears them down.');

/** A command of the repository's own by which its changes are checked. */
export const repositoryCheckSchema = z.strictObject({
  name: checkNameSchema,
  /** A command line, for example `npm test`. */
  command: z.string().trim().min(1).max(4000),
  /** A change is only approved once it passed, unless the person says otherwise. */
  required: z.boolean(),
});
export type RepositoryCheck = z.infer<typeof repositoryCheckSchema>;

/** All the checks of a repository, in the order in which they run. */
export const repositoryChecksSchema = z
  .array(repositoryCheckSchema)
  .max(20)
  .refine((checks) => new Set(checks.map(({ name }) => name)).size === checks.length, 'Each check has its own name.');

/** One run of a check in a task's worktree, as lists show it: without what it printed. */
export const checkSchema = z.object({
  run: z.number().int().positive(),
  name: z.string(),
  command: z.string(),
  state: z.enum(['running', 'passed', 'failed']),
  /** The exit status; null while it runs or when a signal ended it. */
  exitCode: z.number().int().nullable(),
  startedAt: z.number().int(),
  endedAt: z.number().int().nullable(),
  /** The commit of the task's branch it saw; null in runs older than this was kept. */
  head: oidSchema.nullable(),
  /** Whether nothing but that commit was in the worktree when it began. */
  clean: z.boolean(),
  /** It says nothing certain of the change as it stands: that is another commit, or more than that commit was there. */
  stale: z.boolean(),
  /** What it left in the worktree that is in no commit: some of the paths. */
  leftBehind: z.array(z.string()),
  /** The train it was for: then `head` is what would have landed, and the run says nothing of the task's branch alone. */
  train: z.number().int().positive().nullable(),
});
export type Check = z.infer<typeof checkSchema>;

/** A check with the end of what it printed, at most 64 KiB, control sequences removed. */
export const checkDetailSchema = checkSchema.extend({ output: z.string() });
export type CheckDetail = z.infer<typeof checkDetailSchema>;

/** What a check printed so far, as it runs: the end of it, at most 64 KiB. */
export const checkOutputSchema = z.object({ run: z.number().int().positive(), output: z.string() });
export type CheckOutput = z.infer<typeof checkOutputSchema>;

const checkStates = ['not-run', 'running', 'passed', 'failed', 'stale', 'failed-on-top'] as const;

/**
 * How a check of the repository stands for a change. `stale`: it passed, but on another commit, on more than the commit, or
 * with another command. `failed-on-top`: it passed, and failed on a train on the very files that would land now. Only `passed` says
 * something good of the change as it stands.
 */
export type CheckState = (typeof checkStates)[number];

/** A check of the repository as a review shows it. */
export const checkStandSchema = z.object({ name: z.string(), required: z.boolean(), state: z.enum(checkStates) });
export type CheckStand = z.infer<typeof checkStandSchema>;

/** How the checks of a repository stand, given the newest run of each. */
export function standOfChecks(checks: readonly RepositoryCheck[], runs: readonly Check[]): CheckStand[] {
  return checks.map((check) => ({ name: check.name, required: check.required, state: stateOf(check, runs) }));
}

/** The same where some that passed failed on a train, on what would land now. */
export function withFailedOnTop(stands: readonly CheckStand[], failed: readonly string[]): CheckStand[] {
  return stands.map((stand) =>
    stand.state === 'passed' && failed.includes(stand.name) ? { ...stand, state: 'failed-on-top' } : stand,
  );
}

/** Which of them failed so, by name. */
export function failedOnTop(stands: readonly CheckStand[]): string[] {
  return stands.flatMap(({ name, state }) => (state === 'failed-on-top' ? [name] : []));
}

/** Required checks that passed on a change, and on how many commits of its base none of them ran together with it. */
export const passedApartSchema = z.object({
  checks: z.array(z.string()),
  behind: z.number().int().positive(),
});
export type PassedApart = z.infer<typeof passedApartSchema>;

/** What whoever approves has to know of that first, both doors alike. */
export function passedApartWords(
  { checks, behind }: PassedApart,
  { id, base }: { readonly id: number; readonly base: string },
): string {
  const [commits, them] = behind === 1 ? ['1 commit', 'it'] : [`${behind} commits`, 'them'];
  return `${checks.join(', ')} passed on the branch, which is ${commits} behind ${base}, and did not run on top of ${them}. Landing it as a train has the result checked first (in the terminal: task land ${id}).`;
}

/** Those that keep a change from being approved, unless the person says otherwise. */
export function blockingChecks(stands: readonly CheckStand[]): CheckStand[] {
  return stands.filter(({ required, state }) => required && state !== 'passed');
}

function stateOf(check: RepositoryCheck, runs: readonly Check[]): CheckState {
  const run = runs.find(({ name, train }) => name === check.name && train === null);
  if (run === undefined) return 'not-run';
  if (run.state !== 'passed') return run.state;
  return run.stale || run.command !== check.command ? 'stale' : 'passed';
}

/** How a check stands, in words for either door: `test has not run`. */
export function checkStandWords({ name, state }: Pick<CheckStand, 'name' | 'state'>): string {
  return `${name} ${stateWords[state]}`;
}

const stateWords: Readonly<Record<CheckState, string>> = {
  'not-run': 'has not run',
  running: 'still runs',
  passed: 'passed',
  failed: 'failed',
  stale: 'passed on an older change',
  'failed-on-top': 'failed on a train, on top of its base as that is now',
};
