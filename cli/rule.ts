import { type Rule, ruleVerb, ruleWords, scopeWords } from '../core/contract/rule';
import type { Command } from './command';
import { plainLine } from './plain';
import { ago, counted, fittingTable } from './text';
import { withClient } from './with-client';

const list: Command = {
  words: ['rule', 'list'],
  reads: true,
  usage: '[--all]',
  summary: 'What is allowed without asking, by rules you made with `answer --always`',
  options: { all: { type: 'boolean' } },
  names: { least: 0, most: 0 },
  examples: ['rule list', 'rule list --all --json'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const rules = await client.rules.list({ revoked: given.flag('all') });
      const text =
        rules.length === 0
          ? 'There is no rule: every permission is asked for.\n'
          : fittingTable(rules.map(ruleCells), around.out);
      return { json: rules, text };
    }),
};

const revoke: Command = {
  words: ['rule', 'revoke'],
  usage: 'RULE',
  summary: 'Take a rule back: what it covers is asked again',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['rule revoke 2'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const id = given.id(0);
      const before = (await client.rules.list({ revoked: true })).find((rule) => rule.id === id)?.revokedAt ?? null;
      const rule = await client.rules.revoke({ rule: id });
      const when =
        before === null ? '' : `, since you revoked it ${ago(before)} ago (${new Date(before).toISOString()})`;
      return { json: rule, text: `Rule ${rule.id} answers nothing any more${when}: ${whatItAllows(rule)}.\n` };
    }),
};

/** The standing rules: listing and taking back. */
export const ruleCommands: readonly Command[] = [list, revoke];

function ruleCells(rule: Rule): readonly string[] {
  const { id, uses, lastUsedAt, revokedAt, createdAt, task } = rule;
  const used = uses === 0 ? 'never used' : `used ${counted(uses, 'time')}, last ${ago(lastUsedAt ?? createdAt)} ago`;
  const state = revokedAt === null ? used : `${used}, revoked ${ago(revokedAt)} ago`;
  return [`${id}`, `made ${ago(createdAt)} ago for task #${task}`, state, plainLine(whatItAllows(rule), 300)];
}

function whatItAllows({ agent, match, scope, repository, task }: Rule): string {
  const where = scope === 'session' ? `${scopeWords(scope)} of task #${task}` : `in ${plainLine(repository, 200)}`;
  return `${plainLine(agent)} may ${ruleVerb(match)} ${plainLine(ruleWords(match), 200)} ${where}`;
}
