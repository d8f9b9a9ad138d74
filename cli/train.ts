import type { Client, Connection } from '../core/client';
import { carWords } from '../core/contract/aboard';
import { isDraft, isUndecided } from '../core/contract/comment';
import { CodedError } from '../core/contract/errors';
import { strategies } from '../core/contract/strategy';
import { type Train, type TrainApproval, trainWords } from '../core/contract/train';
import { trainAlready } from './already';
import { type Command, type Outcome, type Surroundings, UsageError } from './command';
import { asId, oneOf } from './parse';
import { plainLine } from './plain';
import { assertSeen, type Seen, seenIn } from './seen';
import { ago, counted, shortId, table } from './text';
import { withClient } from './with-client';

const land: Command = {
  words: ['task', 'land'],
  usage: 'ID[@[FROM..]COMMIT]... [--strategy ff|merge|squash|rebase] [--leave-comments] [--wait]',
  summary:
    'Approve several changes of one base: each lands once its checks passed on top of those before it; one that fails goes back to its agent',
  options: {
    strategy: { type: 'string' },
    'leave-comments': { type: 'boolean' },
    wait: { type: 'boolean' },
  },
  names: { least: 1, most: 50 },
  examples: [
    'task land 12 14 15',
    'task land 12 14 15 --strategy squash --wait  (returns when all had their turn; exit code 1 unless all landed)',
    'task land 12@88f0e1a2b3..3f2c1ab90d 14@0b7d2f41c6  (what task diff showed, or its commit alone: refused when it is another now)',
  ],
  more: [
    '  Nothing begins unless every change is in review and its base is where it was seen. Then each is brought onto what has landed,',
    '  in a worktree made for that the required checks run (all, where none is required), and that very commit lands. What conflicts',
    '  or fails a check goes back to its agent with what it failed with, and the others go on without it.',
    '',
  ].join('\n'),
  run: (given, around) => {
    const asked = given.names().map(askedFor);
    const twice = asked.find(({ task }, at) => asked.findIndex((one) => one.task === task) < at);
    if (twice !== undefined) throw new UsageError(`Task ${twice.task} is named twice. Name each task once.`);
    const strategy = oneOf('strategy', given.text('strategy'), strategies);
    const leaves = given.flag('leave-comments');
    return withConnection(around, async (connection) => {
      const { client } = connection;
      const already = trainAlready(await client.trains.list(), asked, strategy);
      if (already !== undefined) {
        const goesOn = already.state === 'open';
        const isTold = around.err.isTTY;
        const now = goesOn && given.flag('wait') ? await waitForTrain(already.id, client, around, isTold) : already;
        const outcome = now === already ? trainOutcome(now, around) : ended(now, around, isTold);
        const said = goesOn ? `These are on train ${already.id} already.` : 'These have landed already.';
        return { ...outcome, text: `${said}\n${outcome.text}` };
      }
      const looked: Awaited<ReturnType<typeof look>>[] = [];
      // A review takes several programs: not fifty of them at once.
      for (const one of asked) looked.push(await look(client, one, { leaves, program: around.program }));
      const [first] = looked;
      if (first === undefined) throw new UsageError('Name the tasks that are to land.');
      const changes = looked.map(({ change }) => change);
      const train = await client.trains.start({ base: first.base, changes, strategy });
      if (!given.flag('wait')) return trainOutcome(train, around);
      // Elsewhere than at a terminal how it ended is all that is asked for.
      const isTold = around.err.isTTY;
      return ended(await waitForTrain(train.id, client, around, isTold), around, isTold);
    });
  },
};

const list: Command = {
  words: ['train', 'list'],
  reads: true,
  usage: '',
  summary: 'Changes that were approved together with task land, newest first',
  options: {},
  names: { least: 0, most: 0 },
  examples: ['train list', 'train list --json'],
  run: (_, around) =>
    withClient(around, async (client) => {
      const trains = await client.trains.list();
      const rows = trains.map((train) => [
        `${train.id}`,
        train.state === 'open' ? '◐ under way' : '✓ ended',
        `${plainLine(train.base, 60)} of ${plainLine(train.repository, 300)}`,
        trainWords(train),
        ago(train.endedAt ?? train.createdAt),
      ]);
      return { json: trains, text: trains.length === 0 ? 'No trains.\n' : table(rows) };
    }),
};

const show: Command = {
  words: ['train', 'show'],
  reads: (given) => !given.flag('follow'),
  usage: 'ID [--follow]',
  summary: 'How the changes on a train stand; --follow tells each step and returns when all had their turn',
  options: { follow: { type: 'boolean', short: 'f' } },
  names: { least: 1, most: 1 },
  examples: ['train show 3', 'train show 3 --follow', 'train show 3 --json'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const train = await client.trains.get({ train: given.id(0) });
      if (!given.flag('follow')) return trainOutcome(train, around);
      return ended(await waitForTrain(train.id, client, around, true), around, true);
    }),
};

const stop: Command = {
  words: ['train', 'stop'],
  usage: 'ID',
  summary: 'End a train: what has not landed stays in review',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['train stop 3'],
  run: (given, around) =>
    withClient(around, async (client) => trainOutcome(await client.trains.stop({ train: given.id(0) }), around)),
};

/** Several changes that land one after the other. */
export const trainCommands: readonly Command[] = [land, list, show, stop];

interface Asked {
  readonly task: number;
  /** What was seen; undefined for what is there. */
  readonly seen: Seen | undefined;
}

function askedFor(typed: string): Asked {
  const [id = '', seen, ...more] = typed.split('@');
  const named = seen === undefined ? undefined : seenIn(seen);
  if (more.length > 0 || named === null)
    throw new UsageError(
      `${plainLine(typed, 100)} is no task: write its number, or number@commit with at least 7 characters of it, as task diff says it.`,
    );
  return { task: asId(id), seen: named };
}

async function look(
  client: Client,
  { task, seen }: Asked,
  { leaves, program }: { readonly leaves: boolean; readonly program: string },
): Promise<{ readonly base: string; readonly change: TrainApproval['changes'][number] }> {
  const [review, comments] = await Promise.all([
    client.reviews.get({ task }),
    leaves ? client.comments.list({ task }) : [],
  ]);
  assertSeen(review, { seen, did: 'begun', program });
  const { base, mergeBase, head, tree } = review;
  const left = comments.filter((comment) => isDraft(comment) || isUndecided(comment)).map(({ id }) => id);
  return { base, change: { task, mergeBase, head, tree, ...(leaves && { leaveComments: left }) } };
}

async function withConnection(
  around: Surroundings,
  act: (connection: Connection) => Promise<Outcome>,
): Promise<Outcome> {
  const connection = await around.reach();
  try {
    return await act(connection);
  } finally {
    connection.close();
  }
}

/** Gives a train as it is when it has ended, and tells each step of it once where these are `told`. */
async function waitForTrain(id: number, client: Client, around: Surroundings, isTold: boolean): Promise<Train> {
  let told: readonly string[] = [];
  try {
    for await (const change of await client.changes.follow(undefined, { signal: around.signal })) {
      const train =
        change.type === 'snapshot'
          ? (change.trains.find((one) => one.id === id) ?? (await client.trains.get({ train: id })))
          : change.type === 'train.changed' && change.train.id === id
            ? change.train
            : undefined;
      if (train === undefined) continue;
      const lines = carRows(train).map((row) => row.join('  ').trimEnd());
      for (const line of lines) if (isTold && !told.includes(line)) around.err.write(`${line}\n`);
      told = lines;
      if (train.state === 'ended') return train;
    }
  } catch (cause) {
    if (!around.signal.aborted) throw cause;
  }
  const watch = `see it with: ${around.program} train show ${id}`;
  if (around.signal.aborted) throw new CodedError('CANCELLED', `Stopped waiting. Train ${id} goes on; ${watch}`);
  throw new CodedError(
    'INTERNAL',
    `The runtime ended while train ${id} was watched. The next one goes on with it; ${watch}`,
  );
}

/** How a train ended; what was told of each change at the same place is not said again. */
function ended(train: Train, around: Surroundings, isTold: boolean): Outcome {
  const all = train.cars.every(({ state }) => state === 'landed');
  const isSame = isTold && around.out.isTTY === around.err.isTTY;
  return { ...trainOutcome(train, around, isSame), exit: all ? 0 : 1 };
}

function trainOutcome(train: Train, { program }: Surroundings, isShort = false): Outcome {
  const how = train.strategy === null ? '' : `, by ${train.strategy}`;
  const head = `Train ${train.id}: ${counted(train.cars.length, 'change')} onto ${plainLine(train.base, 60)} of ${plainLine(train.repository, 300)}${how}\n`;
  const why = train.reason === null ? '' : `  ${plainLine(train.reason, 1000)}\n`;
  const next =
    train.state === 'open'
      ? `  Watch: ${program} train show ${train.id} --follow\n  Stop:  ${program} train stop ${train.id}\n`
      : '';
  const cars = isShort ? `  ${trainWords(train)}\n` : table(carRows(train));
  return { json: train, text: `${head}${cars}${why}${next}` };
}

function carRows({ cars }: Train): string[][] {
  return cars.map(({ task, title, state, reason, mergedOid }) => [
    `  #${task}`,
    plainLine(title, 60),
    mergedOid === null ? carWords({ state }) : `landed as ${shortId(mergedOid)}`,
    reason === null ? '' : plainLine(reason, 1000),
  ]);
}
