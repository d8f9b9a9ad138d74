import { z } from 'zod';
import { budgetSchema, noBudget } from './budget';
import { quietHoursSchema } from './quiet-hours';
import { forgeKinds } from './remote';
import { permissionLevelSchema, permissionLevels } from './task';

const pidNamespaces = ['auto', 'always', 'never'] as const;
const themes = ['system', 'light', 'dark'] as const;

/**
 * Every setting with its check, its default, and what it takes in words with an example. Names are what
 * `settings get NAME` takes.
 */
export const settingsSchema = z.object({
  /** How many tasks may run at once; tasks that wait for a person, or are driven by one, do not count. */
  concurrency: whole({ from: 1, to: 32, what: 'tasks at once', usual: 4 }),
  /** The agent a new task gets unless one is named. */
  defaultAgent: z.string().min(1).default('claude').meta(takes('the name of an agent', 'goose')),
  defaultPermissionLevel: permissionLevelSchema
    .default('supervised')
    .meta(takes(`one of ${permissionLevels.join(', ')}`, 'supervised')),
  /** Environment variables agents may see beyond the allow-list, by name. */
  passEnvironment: z
    .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable'))
    .max(100)
    .default([])
    .meta(takes('a JSON list of names of environment variables', ['ANTHROPIC_API_KEY'])),
  /** How often a task is tried before it fails for good. */
  maxAttempts: whole({ from: 1, to: 20, what: 'tries of a task', usual: 3 }),
  /** An agent that says nothing for this many minutes, without a question open, counts as hung. */
  silenceMinutes: whole({ from: 1, to: 1440, what: 'minutes', usual: 30 }),
  /** More agents that speak the Agent Client Protocol over stdio. */
  acpAgents: z
    .array(
      z.object({
        name: z
          .string()
          .regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be small letters, digits and dashes, and begin with a letter'),
        command: z.string().min(1),
        args: z.array(z.string()).default([]),
      }),
    )
    .max(50)
    .default([])
    .meta(
      takes('a JSON list of agents, each with a name of small letters, digits and dashes, a command, and args', [
        { name: 'gemini', command: 'gemini', args: ['--acp'] },
      ]),
    ),
  /**
   * How much memory the processes of one task may hold together, its terminals left out, in MB, before they are ended; 0 for
   * any amount.
   */
  taskMemoryMegabytes: whole({
    from: 0,
    to: 1_000_000,
    what: 'MB for the processes of one task, 0 for any amount',
    usual: 0,
  }),
  /** How much memory must be free before a task starts, in MB; 0 to start whatever is free. */
  memoryFloorMegabytes: whole({ from: 0, to: 1_000_000, what: 'MB that must be free, 0 for none', usual: 512 }),
  /**
   * Whether what tasks and terminals start is put into a pid namespace, so that the kernel ends all of it with whoever
   * started it; `auto` where that changes nothing else for it. Only on Linux with bubblewrap.
   */
  pidNamespace: z
    .enum(pidNamespaces)
    .default('auto')
    .meta(takes(`one of ${pidNamespaces.join(', ')}`, 'always')),
  /** Whether programs on terminals go on when Switchyard quits; they always outlive a crash of it. */
  keepTerminals: z.boolean().default(false).meta(takes('true or false', true)),
  /** How much of what each terminal printed is kept, in MB; of all of them together at most eight times that. */
  terminalMegabytes: whole({ from: 1, to: 10_000, what: 'MB of each terminal', usual: 256 }),
  /** The typeface terminals are shown in; empty for the app's own. */
  terminalFont: z.string().trim().max(200).default('').meta(takes('the name of a typeface, or an empty text', 'Menlo')),
  terminalFontSize: whole({ from: 8, to: 32, what: 'pixels', usual: 13 }),
  /** Whether what is selected in a terminal is copied at once. */
  terminalCopyOnSelect: z.boolean().default(true).meta(takes('true or false', false)),
  /** How long what an ended terminal printed is kept. */
  terminalDays: whole({ from: 1, to: 3650, what: 'days', usual: 30 }),
  /** How long backups of what was taken away are kept; 0 for good. */
  backupDays: whole({ from: 0, to: 3650, what: 'days that backups are kept, 0 for good', usual: 0 }),
  /** How much of them is kept in each repository, in MB, the newest first; 0 for any amount. */
  backupMegabytes: whole({ from: 0, to: 100_000_000, what: 'MB of backups in a repository, 0 for any', usual: 0 }),
  /** How long the worktree of a task that is done stays; 0 takes it away at once. */
  worktreeDays: whole({ from: 0, to: 3650, what: 'days that a worktree stays once its task is done', usual: 0 }),
  /** How much such worktrees of a repository may take together, in MB; 0 for any amount. */
  worktreeMegabytes: whole({ from: 0, to: 100_000_000, what: 'MB of worktrees of done tasks, 0 for any', usual: 0 }),
  /** Forges beyond github.com, gitlab.com, bitbucket.org and codeberg.org: by `host`, as it stands in the addresses of remotes. */
  forges: z
    .array(
      z.strictObject({
        host: z
          .string()
          .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/, 'must be the name of a host, with a port or without'),
        kind: z.enum(forgeKinds),
        /** Where its REST interface is; for GitHub Enterprise `https://HOST/api/v3` unless said. */
        api: z
          .string()
          .regex(/^(https:\/\/[^\s@?#]+|http:\/\/(127\.0\.0\.1|localhost)(:\d{1,5})?(\/[^\s@?#]*)?)$/)
          .optional(),
      }),
    )
    .max(50)
    .default([])
    .meta(
      takes(
        `a JSON list of forges, each with a host, a kind (${forgeKinds.join(', ')}) and, where it is elsewhere, its api`,
        [{ host: 'git.example.com', kind: 'github' }],
      ),
    ),
  /** Whether GitHub's own program `gh` may be asked for the token it has. */
  useGhToken: z.boolean().default(false).meta(takes('true or false', true)),
  /** Whether remotes on other machines may be reached without encryption. */
  plainHttp: z.boolean().default(false).meta(takes('true or false', true)),
  /** The budget a new task has unless it is given one. */
  taskBudget: budget('a task'),
  /** What all tasks together may spend on a day. */
  dayBudget: budget('all tasks of a day'),
  /** Whether other programs and browsers of this machine may ask, over 127.0.0.1. */
  server: z.boolean().default(true).meta(takes('true or false', false)),
  /** Names under which the server may be asked beyond this machine's own, as a tunnel of the person's passes them on. */
  serverHosts: z
    .array(
      z
        .string()
        .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/, 'must be the name of a host, with a port or without'),
    )
    .max(20)
    .default([])
    .meta(takes('a JSON list of names, each with its port where that is not 80 or 443', ['yard.example.net'])),
  /** The NATS server that carries the relay, from the next start on; empty for the relay's own bus. */
  natsUrl: z
    .string()
    .regex(/^((nats|tls):\/\/[a-zA-Z0-9.[\]:-]+)?$/, 'must be an address like nats://127.0.0.1:4222')
    .default('')
    .meta(
      takes('the address of a NATS server without user and password, or an empty text', 'nats://nats.example.com:4222'),
    ),
  theme: z
    .enum(themes)
    .default('system')
    .meta(takes(`one of ${themes.join(', ')}`, 'dark')),
  /** Whether a notification says that a task is ready for review, answered or failed; what asks always says so. */
  notifyFinished: z.boolean().default(true).meta(takes('true or false', false)),
  /** When no notification is shown; one at the end sums up what waits. */
  quietHours: quietHoursSchema
    .default('off')
    .meta(takes('off, or two different times of day as 22:00-07:00', '22:00-07:00')),
});
export type Settings = z.infer<typeof settingsSchema>;
export type SettingName = keyof Settings;

/** What a setting takes, in words that end a sentence, and a value it would take. */
export function settingTakes(name: SettingName): { readonly takes: string; readonly example: unknown } {
  const { description = 'a value', examples = [] } = settingsSchema.shape[name].meta() ?? {};
  return { takes: description, example: (examples as readonly unknown[])[0] };
}

function budget(whose: string) {
  return budgetSchema
    .default(noBudget)
    .meta(
      takes(`a JSON object with the most ${whose} may spend: usd, tokens, minutes, each a number or null`, { usd: 20 }),
    );
}

function whole(number: { readonly from: number; readonly to: number; readonly what: string; readonly usual: number }) {
  const { from, to, what, usual } = number;
  return z
    .number()
    .int()
    .min(from)
    .max(to)
    .default(usual)
    .meta(takes(`a whole number from ${from} to ${to} (${what})`, usual));
}

function takes(description: string, example: unknown) {
  return { description, examples: [example] };
}
