import type { Client } from '../core/client';
import { type Comment, type CommentPlace, fateWords, isUndecided, type LineRange } from '../core/contract/comment';
import { type Command, UsageError } from './command';
import { textOf } from './message';
import { asId } from './parse';
import { fileIn } from './path-in';
import { plain, plainLine } from './plain';
import { ago, counted, table } from './text';
import { withClient } from './with-client';

const add: Command = {
  words: ['task', 'comment'],
  usage: 'ID --file PATH [--lines N-M] [--old] --text TEXT',
  summary: 'Remark on a file of a change, or on some of its lines; task reject sends all remarks at once',
  options: {
    file: { type: 'string' },
    lines: { type: 'string' },
    old: { type: 'boolean' },
    text: { type: 'string' },
  },
  names: { least: 1, most: 1 },
  examples: [
    'task comment 12 --file src/app.ts --lines 40-44 --text "Close this on every path"',
    'task comment 12 --file README.md --text "Say what it is for"',
    'task comment 12 --file src/app.ts --lines 12 --old --text "Why was this removed?"',
  ],
  more: '  --old names lines as they were before the change, for what it takes away.\n',
  async run(given, around) {
    const typed = given.needed('file');
    const side = given.flag('old') ? 'old' : 'new';
    const lines = linesIn(given.text('lines'));
    const text = await textOf(given.needed('text'), around);
    return withClient(around, async (client) => {
      const task = given.id(0);
      const [{ head, mergeBase, files }, about] = await Promise.all([
        client.reviews.get({ task }),
        client.tasks.get({ task }),
      ]);
      const file = fileIn(typed, { files, task: about }, around);
      const place: CommentPlace = { path: side === 'old' ? (file.oldPath ?? file.path) : file.path, side, lines };
      const comment = await client.comments.add({ task, head, mergeBase, place, text });
      return {
        json: comment,
        text: `Kept comment ${comment.id} on ${inWords(comment.place)}.\n  Send it with the change: ${around.program} task reject ${task}\n`,
      };
    });
  },
};

const list: Command = {
  words: ['task', 'comments'],
  reads: true,
  usage: 'ID',
  summary: 'What was remarked on a change, and what its agent did about it',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['task comments 12', 'task comments 12 --json'],
  more: [
    '  The word after the number says what became of a comment:',
    ...table(Object.entries(fateWords))
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`),
    '  After what was changed since, `resolved` stands where you were done with one (`comment resolve`).',
    '',
  ].join('\n'),
  run: (given, around) =>
    withClient(around, async (client) => {
      const comments = await client.comments.list({ task: given.id(0) });
      return { json: comments, text: comments.length === 0 ? 'Nothing was remarked.\n' : comments.map(shown).join('') };
    }),
};

const edit: Command = {
  words: ['comment', 'edit'],
  usage: 'ID --text TEXT',
  summary: 'Change a comment that was not sent',
  options: { text: { type: 'string' } },
  names: { least: 1, most: 1 },
  examples: ['comment edit 3 --text "Close this on every path, also when it throws"'],
  async run(given, around) {
    const text = await textOf(given.needed('text'), around);
    return withClient(around, async (client) => {
      const comment = await client.comments.edit({ comment: given.id(0), text });
      return { json: comment, text: `Changed comment ${comment.id}.\n` };
    });
  },
};

const remove: Command = {
  words: ['comment', 'remove'],
  usage: 'ID',
  summary: 'Take back a comment that was not sent',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['comment remove 3'],
  run: (given, around) =>
    withClient(around, async (client) => {
      await client.comments.remove({ comment: given.id(0) });
      return { json: { removed: given.id(0) }, text: `Took comment ${given.id(0)} back.\n` };
    }),
};

const resolve: Command = {
  words: ['comment', 'resolve'],
  usage: 'ID [--not]',
  summary: 'Say that you are done with a comment, or with --not that you are not',
  options: { not: { type: 'boolean' } },
  names: { least: 1, most: 1 },
  examples: ['comment resolve 3', 'comment resolve 3 --not'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const comment = await client.comments.resolve({ comment: given.id(0), resolved: !given.flag('not') });
      return {
        json: comment,
        text: `Comment ${comment.id} is ${comment.resolvedAt === null ? 'open again' : 'resolved'}.\n`,
      };
    }),
};

const accept = deciding('accept', {
  summary: "Make comments of an agent's review your own, to be sent with the next changes you ask for",
  did: 'Accepted',
  decide: (client, comments) => client.comments.accept({ comments }),
});

const dismiss = deciding('dismiss', {
  summary: "Throw comments of an agent's review away",
  did: 'Dismissed',
  decide: (client, comments) => client.comments.dismiss({ comments }),
});

/** A command that decides on comments an agent left: on those that are named, or on all of a task. */
function deciding(
  verb: 'accept' | 'dismiss',
  how: {
    readonly summary: string;
    readonly did: string;
    readonly decide: (client: Client, comments: number[]) => Promise<void>;
  },
): Command {
  return {
    words: ['comment', verb],
    usage: 'ID...|--task ID',
    summary: how.summary,
    options: { task: { type: 'string' } },
    names: { least: 0, most: 1000 },
    examples: [`comment ${verb} 3 4`, `comment ${verb} --task 12  (all that you have not decided on)`],
    run: (given, around) => {
      const task = given.text('task');
      const named = given.names().map(asId);
      if ((task === undefined) === (named.length === 0))
        throw new UsageError(`Name the comments to ${verb}, or with --task the task all of whose it is to be.`);
      return withClient(around, async (client) => {
        const open = async (id: number) =>
          (await client.comments.list({ task: id })).filter(isUndecided).map((comment) => comment.id);
        const comments = task === undefined ? named : await open(asId(task));
        if (comments.length === 0) return { json: { comments }, text: 'Nothing is undecided.\n' };
        await how.decide(client, comments);
        return { json: { comments }, text: `${how.did} ${counted(comments.length, 'comment')}.\n` };
      });
    },
  };
}

/** Remarks on the lines of a change: making, listing, changing, taking back, deciding on an agent's, being done with. */
export const commentCommands: readonly Command[] = [add, list, edit, remove, accept, dismiss, resolve];

/** Reads `12` or `12-14`. Throws UsageError for anything else. */
function linesIn(typed: string | undefined): LineRange | null {
  if (typed === undefined) return null;
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(typed.trim()) ?? [];
  const lines = { first: Number(first), last: Number(last) };
  if (first === undefined || lines.first < 1 || lines.last < lines.first)
    throw new UsageError('--lines must be a line or a range of lines, for example 12 or 12-14.');
  return lines;
}

function shown(comment: Comment): string {
  const { id, place, now, text, since, sentAt, createdAt, resolvedAt, reviewer } = comment;
  const fate = resolvedAt === null ? comment.fate : `${comment.fate}, resolved`;
  const there = now === null ? `${inWords(place)} (no longer there)` : inWords(now);
  const severity = reviewer?.severity == null ? '' : `, ${reviewer.severity}`;
  const by = reviewer === null ? '' : `  ${plainLine(reviewer.agent)} in task ${reviewer.task}${severity}`;
  const lines = plain(text).trim().split('\n');
  const changes = since === null ? [] : plain(since).split('\n');
  return [
    `${id}  ${fate}  ${ago(sentAt ?? createdAt)}  ${there}${by}`,
    ...lines.map((line) => `    ${line}`),
    ...changes.map((line) => `      ${line}`),
    '',
  ].join('\n');
}

function inWords({ path, side, lines }: CommentPlace): string {
  const where = lines === null ? '' : lines.first === lines.last ? `:${lines.first}` : `:${lines.first}-${lines.last}`;
  return `${plainLine(path)}${where}${side === 'old' ? ' (before)' : ''}`;
}
