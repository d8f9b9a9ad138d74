import type { Client } from '../core/client';
import { CodedError } from '../core/contract/errors';
import { overlapWords } from '../core/contract/overlap';
import { approvalsOf } from '../core/contract/review';
import type { Strategy } from '../core/contract/strategy';
import { mergedAlready } from './already';
import type { Command, Outcome, Surroundings } from './command';
import { endedText, runningOn } from './ended-programs';
import { here } from './hint';
import { asId } from './parse';
import { patchText } from './patch';
import { plainJson, plainLine } from './plain';
import { assertSeen, type Seen } from './seen';
import { heldText, meetingText, othersHeading, restackedText, stackText } from './stack-text';
import { taskOutcome } from './task-outcome';
import { counted } from './text';
import { withClient } from './with-client';

const stack: Command = {
  words: ['task', 'stack'],
  reads: true,
  usage: 'ID',
  summary: 'What must land for a task to land, in order',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['task stack 12', 'task stack 12 --json'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const task = given.id(0);
      const all = await client.tasks.stack({ task });
      const ready = all.every(({ problem }) => problem === null);
      const next = ready ? `Approve all of it in order: ${around.program} task approve ${task} --stack\n` : '';
      return { json: all, text: `${stackText(all, around.program)}${heldText(all)}${all.length > 1 ? next : ''}` };
    }),
};

const restack: Command = {
  words: ['task', 'restack'],
  usage: 'ID',
  summary: 'Bring a change onto what it is after as that stands now, or say why that cannot be done',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['task restack 12'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const task = given.id(0);
      const change = () => client.reviews.change({ task });
      // One that has no change to look at has none to move either; the runtime says why.
      const before = await change().catch(() => null);
      const now = await client.tasks.restack({ task });
      const outcome = await taskOutcome(client, now, around);
      if (now.state !== 'review') return outcome;
      return { ...outcome, text: `${restackedText(now, { before, after: await change() })}${outcome.text}` };
    }),
};

const overlaps: Command = {
  words: ['task', 'overlaps'],
  reads: true,
  usage: 'ID [TASK|base]',
  summary: 'Which other changes touch the same files, and whether they conflict; with another task, or base, the lines',
  options: {},
  names: { least: 1, most: 2 },
  examples: [
    'task overlaps 12',
    'task overlaps 12 9',
    'task overlaps 12 base',
    'task edit 12 --after 9  (it lands after task 9)',
  ],
  run: (given, around) =>
    withClient(around, async (client) => {
      const task = given.id(0);
      const typed = given.names()[1];
      if (typed === undefined) {
        const found = await client.tasks.get({ task });
        const lines = found.overlaps.map((one) => `${plainLine(overlapWords(one, found.base), 200)}\n`);
        const first = found.overlaps.find((one) => one.with !== null);
        const next =
          first === undefined
            ? ''
            : `See the lines: ${around.program} task overlaps ${task} ${first.with}\nHave it land after that one: ${around.program} task edit ${task} --after ${first.with}\n`;
        return {
          json: found.overlaps,
          text: lines.length === 0 ? 'It meets no other change.\n' : `${lines.join('')}${next}`,
        };
      }
      const other = typed === 'base' ? null : asId(typed);
      const [found, { base }] = await Promise.all([
        client.tasks.overlap({ task, with: other }),
        client.tasks.get({ task }),
      ]);
      const lines = found.files.map(meetingText);
      const patches = `\nThis change:\n${patchText(found.mine, around)}\n${othersHeading(other, base)}\n${patchText(found.theirs, around)}`;
      const text = lines.length === 0 ? 'They touch no common file.\n' : `${lines.join('\n')}\n${patches}`;
      return { json: found, text };
    }),
};

const verify: Command = {
  words: ['stack', 'verify'],
  reads: true,
  usage: '',
  summary: 'Look whether the branches and worktrees of tasks that are after each other agree with what is kept of them',
  options: {},
  names: { least: 0, most: 0 },
  examples: ['stack verify', 'stack verify --json'],
  run: (_, around) =>
    withClient(around, async (client) => {
      const found = await client.runtime.verifyStacks();
      const lines = found.findings.map(
        ({ task, what, todo }) =>
          `#${task}  ${plainLine(here(what, around.program), 500)}\n    ${plainLine(here(todo, around.program), 500)}\n`,
      );
      const looked = `${counted(found.checked, 'task')} looked at`;
      const text = lines.length === 0 ? `${looked}: all is as it should be.\n` : `${lines.join('')}${looked}.\n`;
      return { json: found, text, exit: lines.length === 0 ? 0 : 1 };
    }),
};

const dump: Command = {
  words: ['dump'],
  reads: true,
  usage: '[--with-words]',
  summary:
    'How everything stands as one JSON value, without secrets; titles, prompts and reasons only with --with-words',
  options: { 'with-words': { type: 'boolean' } },
  names: { least: 0, most: 0 },
  examples: ['dump > switchyard.json', 'dump --with-words'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const json = await client.runtime.dump({ withWords: given.flag('with-words') });
      return { json, text: `${plainJson(json)}\n` };
    }),
};

/** Tasks that are after each other, and how everything stands. */
export const stackCommands: readonly Command[] = [stack, restack, overlaps, verify, dump];

/** Approves all that a task is after, and it, in order. Throws WRONG_STATE when one of them cannot land. */
export async function approveStack(
  client: Client,
  around: Surroundings,
  {
    task,
    strategy,
    seen,
  }: { readonly task: number; readonly strategy: Strategy | undefined; readonly seen: Seen | undefined },
): Promise<Outcome> {
  const last = await client.tasks.get({ task });
  const already = await mergedAlready(client, last, { seen: seen?.head, strategy, message: undefined });
  if (already !== null) return { json: [last], text: already };
  const all = await client.tasks.stack({ task });
  const approvals = approvalsOf(all);
  const base = all[0]?.base ?? null;
  if (base === null || approvals.length < all.length || all.some(({ problem }) => problem !== null)) {
    throw new CodedError(
      'WRONG_STATE',
      `Nothing was merged: not all of the stack can land.\n${stackText(all, around.program).trimEnd()}`,
      { facts: { task } },
    );
  }
  const top = approvals.at(-1);
  if (top !== undefined) assertSeen(top, { seen, did: 'merged', program: around.program });
  const running = await runningOn(client);
  const landed = await client.tasks.approveStack({ base, approvals, strategy });
  const done = landed.filter(({ state }) => state === 'done').map(({ id }) => id);
  return { json: landed, text: `Merged, in order:\n${stackText(all, around.program)}${endedText(running, done)}` };
}
