import type { Retention } from '../core/contract/retention';
import { bytesWords, type Going } from '../core/contract/worktree';
import { type Command, UsageError } from './command';
import { plainLine } from './plain';
import { known } from './repository';
import { counted } from './text';
import { withClient } from './with-client';

const options = {
  'backup-days': 'backupDays',
  'backup-megabytes': 'backupMegabytes',
  'worktree-days': 'worktreeDays',
  'worktree-megabytes': 'worktreeMegabytes',
} as const satisfies Readonly<Record<string, keyof Retention>>;

/** How long what was taken away is kept: says what would go first, and sets it with --yes. */
export const retention: Command = {
  words: ['worktree', 'retention'],
  usage:
    '[--repository PATH_OR_NAME] [--backup-days N] [--backup-megabytes N] [--worktree-days N] [--worktree-megabytes N] [--yes]',
  summary: 'How long backups, and worktrees of done tasks, are kept; says what would go, and sets it with --yes',
  options: {
    repository: { type: 'string' },
    ...Object.fromEntries(Object.keys(options).map((name) => [name, { type: 'string' as const }])),
    yes: { type: 'boolean' },
  },
  names: { least: 0, most: 0 },
  examples: [
    'worktree retention',
    'worktree retention --backup-days 90',
    'worktree retention --repository . --worktree-days 7 --yes',
  ],
  more: [
    '  0 is no limit; for --worktree-days it means that the worktree goes as soon as its task is done. With --repository,',
    '  as-all takes back what it says for itself. Nothing of a task that is not done ever goes by itself, and nothing of the',
    '  last day for want of room.',
    '',
  ].join('\n'),
  run(given, around) {
    const said: { [Key in keyof Retention]?: number | null } = {};
    for (const [option, name] of Object.entries(options)) {
      const typed = given.text(option);
      if (typed === undefined) continue;
      if (!/^\d{1,9}$/.test(typed) && !(typed === 'as-all' && given.text('repository') !== undefined))
        throw new UsageError(`--${option} takes a whole number, 0 for no limit.`);
      said[name] = typed === 'as-all' ? null : Number(typed);
    }
    return withClient(around, async (client) => {
      const typed = given.text('repository');
      const repository = typed === undefined ? null : await known(client, typed, around);
      const settings = await client.settings.list();
      const named = Object.entries(options).map(([option, name]) => {
        const own = said[name] === undefined ? repository?.retention[name] : said[name];
        const value = own ?? (repository === null ? said[name] : null) ?? settings[name];
        return { option, name, value, inherited: repository !== null && (own ?? null) === null };
      });
      const holds = Object.fromEntries(named.map(({ name, value }) => [name, value]));
      const about = repository === null ? {} : { repository: repository.id };
      const going = await client.worktrees.going({ ...about, retention: holds });
      const lines = named.map(
        ({ option, value, inherited }) => `${option}  ${value}${inherited ? ' (as for all)' : ''}\n`,
      );
      const sets = Object.keys(said).length > 0;
      if (sets && given.flag('yes')) {
        if (repository === null) {
          for (const [name, value] of Object.entries(said)) await client.settings.set({ name, value });
        } else {
          const next = { ...repository.retention, ...said };
          await client.repositories.configure({ repository: repository.id, retention: next });
        }
      }
      const done = sets && given.flag('yes');
      const note = sets && !done ? { note: 'Nothing was set yet. Say it again with --yes.\n' } : {};
      return { json: { retention: holds, set: done, going }, text: `${lines.join('')}${goingText(going)}`, ...note };
    });
  },
};

function goingText({ backups, worktrees }: Going): string {
  if (backups.length + worktrees.length === 0) return 'Nothing would go by that now.\n';
  const bytes = [...backups.map((one) => one.bytes ?? 0), ...worktrees.map((one) => one.size?.bytes ?? 0)];
  const sum = bytesWords(bytes.reduce((one, other) => one + other, 0));
  const head = `Within an hour ${counted(backups.length, 'backup')} and ${counted(worktrees.length, 'worktree')} would go, ${sum}:\n`;
  const names = [
    ...worktrees.map(({ path }) => `  ${plainLine(path, 300)}\n`),
    ...backups.map(({ ref, task }) => `  ${ref}${task === null ? '' : `  ${plainLine(task.title, 100)}`}\n`),
  ];
  const more = names.length > 20 ? `  and ${names.length - 20} more\n` : '';
  return `${head}${names.slice(0, 20).join('')}${more}`;
}
