import type { Client } from '../core/client';
import { CodedError } from '../core/contract/errors';
import {
  type Backup,
  backupCauseWords,
  bytesWords,
  type Worktree,
  type Worktrees,
  worktreeReasons,
  worktreeReasonWords,
} from '../core/contract/worktree';
import { type Command, type Given, type Surroundings, UsageError } from './command';
import { pathOf } from './path';
import { plainLine } from './plain';
import { known } from './repository';
import { retention } from './retention';
import { ago, counted, fittingTable, table, whenText } from './text';
import { withClient } from './with-client';

const sorts = ['repository', 'size', 'age', 'files'] as const;

const list: Command = {
  words: ['worktree', 'list'],
  reads: true,
  usage: '[--repository PATH_OR_NAME] [--reason WORDS] [--sort repository|size|age|files] [--measure]',
  summary: 'Every worktree: its task, branch, size, age, and why it is there',
  options: {
    repository: { type: 'string' },
    reason: { type: 'string' },
    sort: { type: 'string' },
    measure: { type: 'boolean' },
  },
  names: { least: 0, most: 0 },
  examples: ['worktree list', 'worktree list --sort size --measure', 'worktree list --reason "nobody\'s" --json'],
  more: `  Sizes are measured anew; where that takes more than 2 seconds they are as known before, unless --measure waits. Reasons: ${worktreeReasons.join(', ')}.\n`,
  run(given, around) {
    const sort = oneOfThese('sort', given.text('sort'), sorts);
    const reason = oneOfThese('reason', given.text('reason'), worktreeReasons);
    return withClient(around, async (client) => {
      const typed = given.text('repository');
      const repository = typed === undefined ? null : (await known(client, typed, around)).id;
      const answer = await measured(client, around, given.flag('measure') ? Number.POSITIVE_INFINITY : patienceMs);
      const shown = answer.worktrees
        .filter((one) => repository === null || one.repositoryId === repository)
        .filter((one) => reason === undefined || one.reason === reason)
        .sort(ordering[sort ?? 'repository']);
      const text = shown.length === 0 ? 'No worktrees.\n' : fittingTable(shown.map(cells), around.out);
      const note =
        answer.measuring === 0 ? {} : { note: `${counted(answer.measuring, 'worktree')} still to be measured.\n` };
      return { json: { ...answer, worktrees: shown }, text, ...note };
    });
  },
};

const show: Command = {
  words: ['worktree', 'show'],
  reads: true,
  usage: 'PATH_OR_TASK',
  summary: 'One worktree, and what in it is in no commit',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['worktree show 12', 'worktree show . --json'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const path = await pathGiven(client, given, around);
      await measured(client, around, patienceMs);
      const worktree = await client.worktrees.get({ path });
      const { uncommitted, task } = worktree;
      const rows = [
        ['path', plainLine(worktree.path, 1000)],
        ['why', worktreeReasonWords(worktree)],
        ['branch', plainLine(worktree.branch ?? 'none', 200)],
        ...(task === null ? [] : [['task', `#${task.id} ${plainLine(task.title, 100)}`]]),
        ['made', `${ago(worktree.createdAt)} ago`],
        ['size', sizeText(worktree)],
        ...(worktree.unfinished === null ? [] : [['under way', `a ${worktree.unfinished} that is not finished`]]),
        ['uncommitted', uncommitted === null ? 'unknown' : counted(uncommitted.count, 'file')],
      ];
      const names = (uncommitted?.paths ?? []).map((path) => `  ${plainLine(path, 300)}\n`).join('');
      return { json: worktree, text: `${table(rows)}${names}` };
    }),
};

const remove: Command = {
  words: ['worktree', 'remove'],
  usage: 'PATH_OR_TASK',
  summary: 'Take a worktree away; its whole state is kept in the recycle bin first',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['worktree remove 12'],
  more: '  The worktree of a task that can go on comes back as it was when the task does.\n',
  run: (given, around) =>
    withClient(around, async (client) => {
      const path = await pathGiven(client, given, around);
      const removed = await client.worktrees.remove({ path });
      const { ref, notKept } = removed;
      const lost =
        notKept.length === 0
          ? ''
          : `Ignored by git, too large for the backup, and gone: ${plainLine(notKept.join(', '), 500)}.\n`;
      const text = `Removed ${plainLine(path, 1000)}.\n${lost}`;
      if (ref === null) return { json: removed, text };
      return { json: removed, text, note: `To put it back: ${around.program} worktree restore ${shortRef(ref)}\n` };
    }),
};

const bin: Command = {
  words: ['worktree', 'bin'],
  reads: true,
  usage: '[--repository PATH_OR_NAME]',
  summary: 'The recycle bin: what was taken away, when, why, and until when it is kept',
  options: { repository: { type: 'string' } },
  names: { least: 0, most: 0 },
  examples: ['worktree bin', 'worktree bin --json'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const typed = given.text('repository');
      const repository = typed === undefined ? null : (await known(client, typed, around)).id;
      const backups = (await client.worktrees.backups()).filter(
        (one) => repository === null || one.repositoryId === repository,
      );
      const text =
        backups.length === 0 ? 'Nothing was taken away.\n' : fittingTable(backups.map(backupCells), around.out);
      return { json: backups, text };
    }),
};

const restore: Command = {
  words: ['worktree', 'restore'],
  usage: 'BACKUP [--repository PATH_OR_NAME]',
  summary: 'Put back what was taken away: its files byte for byte, and what was staged',
  options: { repository: { type: 'string' } },
  names: { least: 1, most: 1 },
  examples: ['worktree bin', 'worktree restore 12/1764000000000'],
  more: `  As the worktree of its task where that can go on, else beside it, on a branch of its own. A folder without files is not kept, and
  not put back.
`,
  run: (given, around) =>
    withClient(around, async (client) => {
      const { repositoryId, ref } = await backupGiven(client, given, around);
      const restored = await client.worktrees.restore({ repository: repositoryId, ref });
      const where = restored.path === '' ? '' : ` at ${plainLine(restored.path, 1000)}`;
      const branch = restored.branch === null ? '' : `, on ${plainLine(restored.branch, 200)}`;
      return { json: restored, text: `It is back${where}${branch}.\n` };
    }),
};

const removeBackup: Command = {
  words: ['worktree', 'remove-backup'],
  usage: 'BACKUP --yes [--repository PATH_OR_NAME]',
  summary: 'Remove what was taken away for good',
  options: { repository: { type: 'string' }, yes: { type: 'boolean' } },
  names: { least: 1, most: 1 },
  examples: ['worktree remove-backup 12/1764000000000 --yes'],
  run(given, around) {
    if (!given.flag('yes')) throw new UsageError('What it keeps cannot come back after this. Say --yes to remove it.');
    return withClient(around, async (client) => {
      const { repositoryId, ref } = await backupGiven(client, given, around);
      await client.worktrees.removeBackup({ repository: repositoryId, ref });
      return { json: { removed: ref }, text: `Removed ${ref} for good.\n` };
    });
  },
};

/** Worktrees, what was taken away of them, and how long that is kept. */
export const worktreeCommands: readonly Command[] = [list, show, remove, bin, restore, removeBackup, retention];

const ordering: Readonly<Record<(typeof sorts)[number], (one: Worktree, other: Worktree) => number>> = {
  repository: (one, other) => one.path.localeCompare(other.path, undefined, { numeric: true }),
  size: (one, other) => (other.size?.bytes ?? -1) - (one.size?.bytes ?? -1),
  age: (one, other) => one.createdAt - other.createdAt,
  files: (one, other) => (other.size?.uncommitted ?? -1) - (one.size?.uncommitted ?? -1),
};

function cells(worktree: Worktree): readonly string[] {
  const { task, branch, createdAt, size, path } = worktree;
  const dirty = size?.uncommitted;
  return [
    task === null ? '' : `#${task.id}`,
    sizeText(worktree),
    dirty === undefined || dirty === null ? '' : dirty === 0 ? 'clean' : `${dirty} uncommitted`,
    ago(createdAt),
    worktreeReasonWords(worktree),
    plainLine(branch ?? '', 60),
    plainLine(path, 1000),
  ];
}

function sizeText({ size }: Pick<Worktree, 'size'>): string {
  if (size === null) return '…';
  return `${size.whole ? '' : 'over '}${bytesWords(size.bytes)}`;
}

function backupCells(backup: Backup): readonly string[] {
  const { ref, task, createdAt, bytes, keptUntil, cause, by, repository, restoredPath } = backup;
  return [
    shortRef(ref),
    `${ago(createdAt)} ago`,
    bytes === null ? '' : bytesWords(bytes),
    `${backupCauseWords(cause)}${by === null || by === 'person' ? '' : ` by ${plainLine(by, 30)}`}`,
    restoredPath === null ? (keptUntil === null ? '' : `until ${whenText(keptUntil)}`) : 'put back',
    plainLine(task?.title ?? repository, 100),
  ];
}

/** What names a backup: its task and when it was made, or its whole ref for what is kept elsewhere. */
function shortRef(ref: string): string {
  return ref.replace(/^refs\/switchyard\/backup\//, '');
}

async function backupGiven(client: Client, given: Given, around: Surroundings): Promise<Backup> {
  const typed = given.name(0);
  const repository = given.text('repository');
  const id = repository === undefined ? null : (await known(client, repository, around)).id;
  const found = (await client.worktrees.backups()).filter(
    ({ ref, repositoryId }) => (ref === typed || shortRef(ref) === typed) && (id === null || repositoryId === id),
  );
  const [one, second] = found;
  if (one !== undefined && second === undefined) return one;
  if (one === undefined) {
    throw new CodedError('NOT_FOUND', `There is no backup ${plainLine(typed, 200)}. See: worktree bin`);
  }
  throw new CodedError('BAD_INPUT', `Several repositories have a backup ${typed}. Say which: --repository PATH`);
}

/** The worktree somebody named: by a folder in it, or by the number of its task. Throws NOT_FOUND. */
async function pathGiven(client: Client, given: Given, around: Surroundings): Promise<string> {
  const typed = given.name(0);
  if (/^\d{1,9}$/.test(typed)) {
    const { worktree } = await client.tasks.get({ task: Number(typed) });
    if (worktree !== null) return worktree;
    throw new CodedError('NOT_FOUND', `Task ${typed} has no worktree. What was taken away of it: worktree bin`);
  }
  const path = pathOf(typed, around);
  const { worktrees } = await client.worktrees.list();
  return worktrees.find((one) => path === one.path || path.startsWith(`${one.path}/`))?.path ?? path;
}

/** As long as whoever only wants to see worktrees waits for their sizes. */
const patienceMs = 2000;

/** Every worktree, once all are measured or patience is over. */
async function measured(client: Client, { signal }: Surroundings, limitMs: number): Promise<Worktrees> {
  const since = Date.now();
  for (let wait = 10; ; wait = Math.min(200, wait * 2)) {
    const answer = await client.worktrees.list({ since });
    if (answer.measuring === 0 || signal.aborted || Date.now() - since >= limitMs) return answer;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

function oneOfThese<Word extends string>(
  option: string,
  typed: string | undefined,
  words: readonly Word[],
): Word | undefined {
  const found = words.find((word) => word === typed);
  if (typed === undefined || found !== undefined) return found;
  throw new UsageError(`--${option} takes one of ${words.join(', ')}.`);
}
