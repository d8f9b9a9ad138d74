import type { Client } from '../core/client';
import { openDecision, type SealedDecision } from '../core/contract/decision';
import { CodedError } from '../core/contract/errors';
import type { Command } from './command';
import { decisionCells, decisionText } from './decision';
import { asId } from './parse';
import { fittedTable } from './text';
import { withClient } from './with-client';

const list: Command = {
  words: ['audit', 'list'],
  reads: true,
  usage: '[--task ID]',
  summary: 'Every decision that was taken: who, when, what was shown and what was answered',
  options: { task: { type: 'string' } },
  names: { least: 0, most: 0 },
  examples: ['audit list', 'audit list --task 3 --json'],
  more: '  A line is cut where the terminal ends; `audit show` shows a decision whole.\n',
  run: (given, around) =>
    withClient(around, async (client) => {
      const task = given.text('task');
      const sealed = await all(client, task === undefined ? undefined : asId(task));
      const found = sealed.map((one) => ({ one, decision: openDecision(one) }));
      // What cannot be read is given as it is, so that nobody takes the rest for everything.
      const json = found.map(({ one, decision }) => (decision === null ? one : { ...decision, hash: one.hash }));
      const rows = found.map(({ one, decision }) =>
        decision === null
          ? [String(one.number), '', '', '', 'cannot be read: the record is broken here']
          : decisionCells(decision),
      );
      const text = rows.length === 0 ? 'Nothing was decided yet.\n' : fittedTable(rows, around.out.columns);
      return { json, text, exit: found.some(({ decision }) => decision === null) ? 1 : 0 };
    }),
};

const show: Command = {
  words: ['audit', 'show'],
  reads: true,
  usage: 'NUMBER',
  summary: 'One decision whole: what was shown, and every word of what was answered',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['audit show 7', 'audit show 7 --json'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const number = given.id(0);
      const [one] = await client.decisions.list({ after: number - 1, limit: 1 });
      if (one?.number !== number)
        throw new CodedError('NOT_FOUND', `There is no decision ${number}. See: ${around.program} audit list`);
      const decision = openDecision(one);
      if (decision !== null) return { json: { ...decision, hash: one.hash }, text: decisionText(decision, one.hash) };
      const text = `Decision ${number} cannot be read: the record is broken here. See: ${around.program} audit check\n`;
      return { json: one, text, exit: 1 };
    }),
};

const exported: Command = {
  words: ['audit', 'export'],
  reads: true,
  usage: '',
  summary: 'The record of decisions, for keeping elsewhere: a line each, its SHA-256 and its exact text',
  options: {},
  names: { least: 0, most: 0 },
  examples: ['audit export > decisions.txt'],
  more: [
    '  A line is a hash, a space and the decision as JSON. The hash is the SHA-256 of the text after the space, and the',
    '  JSON names the hash of the line before it as `previous`, so a changed, added or missing line shows.',
    '',
  ].join('\n'),
  run: (_given, around) =>
    withClient(around, async (client) => {
      const sealed = await all(client, undefined);
      return { json: sealed, text: sealed.map(({ hash, text }) => `${hash} ${text}\n`).join('') };
    }),
};

const check: Command = {
  words: ['audit', 'check'],
  reads: true,
  usage: '',
  summary: 'Whether the record of decisions is whole; exit code 1 when it is not',
  options: {},
  names: { least: 0, most: 0 },
  examples: ['audit check', 'audit check --json'],
  run: (_given, around) =>
    withClient(around, async (client) => {
      const record = await client.decisions.check();
      if (record.broken === null) {
        const newest = record.newest === null ? '' : ` The newest is ${record.newest}.`;
        return { json: record, text: `${record.count} recorded, unbroken.${newest}\n` };
      }
      const { number, reason } = record.broken;
      const text = `The record is broken at decision ${number}: ${reason}. Compare it with an export you kept.\n`;
      return { json: record, text, exit: 1 };
    }),
};

/** The record of decisions. */
export const auditCommands: readonly Command[] = [list, show, exported, check];

async function all(client: Client, task: number | undefined): Promise<SealedDecision[]> {
  const found: SealedDecision[] = [];
  for (;;) {
    const after = found.at(-1)?.number ?? 0;
    const more = await client.decisions.list({ after, limit: 500, ...(task !== undefined && { task }) });
    if (more.length === 0) return found;
    found.push(...more);
  }
}
