import { z } from 'zod';

/** Where a base branch stands against the branch of a remote it follows, as last fetched. Nothing is fetched to find out. */
export const upstreamSchema = z.object({
  /** As git writes it: `origin/main`. */
  name: z.string(),
  /** How many commits only the base has, and only the other. */
  ahead: z.number().int(),
  behind: z.number().int(),
  /** When anything was fetched last, in epoch milliseconds; null when that is not known. */
  fetchedAt: z.number().int().nullable(),
});
export type Upstream = z.infer<typeof upstreamSchema>;

/** What there is to know of a base and the branch it follows before something lands on it; null when they agree. */
export function upstreamWords(base: string, { name, ahead, behind }: Upstream): string | null {
  const commits = (count: number) => (count === 1 ? '1 commit' : `${count} commits`);
  if (behind === 0) return null;
  if (ahead === 0) {
    return `${base} is ${commits(behind)} behind ${name} as last fetched. What lands on it now has to be brought together with ${behind === 1 ? 'that one' : 'those'} later: bring ${base} up to date first (git pull), then look at the change again.`;
  }
  return `${base} and ${name} have come apart as last fetched: ${commits(ahead)} only here, ${commits(behind)} only there. Bring them together first (git pull), then look at the change again.`;
}

/** Why nothing lands on a protected base, and the way that is left. */
export function protectedWords(base: string, pattern: string, branch: string | null): string {
  const by = pattern === base ? '' : ` (by ${pattern})`;
  const own = branch === null ? 'the branch of the change' : branch;
  return `${base} is protected${by}, so Switchyard never moves it. Push ${own} (in the terminal: task push) and have it merged there, or take ${base} off the list of protected branches.`;
}

/** Commits of the base a task had before that are part of its change, because its new base does not have them. */
export const alongSchema = z.object({ branch: z.string(), commits: z.number().int().positive() });
export type Along = z.infer<typeof alongSchema>;

/** What whoever gives a task another base has to know of the commits of the old one, both doors alike. */
export function alongWords({ branch, commits }: Along, base: string): string {
  return commits === 1
    ? `1 commit of ${branch} comes along: ${base} does not have it, so it is part of the change now.`
    : `${commits} commits of ${branch} come along: ${base} does not have them, so they are part of the change now.`;
}
