import { requestShown } from '../contract/decision';
import type { Answer, Request } from '../contract/request';
import { ruleWords } from '../contract/rule';
import { type Asked, covers } from '../contract/rule-offers';
import type { Database } from '../store/database';
import { addDecision } from '../store/decisions';
import { answerRequest } from '../store/requests';
import { countUse, readRule, standingRules } from '../store/rules';

/** A permission as a rule sees it: what is asked, in which session, and whether its files lie in the worktree. */
export interface Covered extends Asked {
  readonly task: number;
  readonly session: number;
  readonly inside: boolean;
}

/** The standing rule that covers what is asked, the oldest when several do; undefined when a person must answer. */
export function ruleFor(db: Database, asked: Covered): number | undefined {
  return standingRules(db, asked).find(({ match }) => covers(match, asked, asked.inside))?.id;
}

/**
 * Answers an open permission as a rule says, in the person's place: the answer, its decision and the rule's count are one
 * transaction with whatever the caller does.
 */
export function answerByRule(
  db: Database,
  { request, rule, at }: { readonly request: number; readonly rule: number; readonly at: number },
): Request {
  const by = ruleName(rule);
  const answered = answerRequest(db, { request, answer: allowOnce, by, at });
  countUse(db, { rule, at });
  addDecision(db, {
    at,
    by,
    kind: 'answer',
    task: answered.task,
    repository: answered.repository,
    request,
    shown: requestShown(answered),
    answered: allowOnce,
    rule: `${rule}: ${ruleWords(readRule(db, rule).match)}`,
  });
  return answered;
}

/** Who answered when a rule did. */
export function ruleName(rule: number): string {
  return `rule ${rule}`;
}

/** Which rule answered, in words that end a sentence; empty when a person did. */
export function ruleSentence(db: Database, by: string): string {
  const id = /^rule (\d+)$/.exec(by)?.[1];
  return id === undefined ? '' : ` by rule ${id}: ${ruleWords(readRule(db, Number(id)).match)}`;
}

const allowOnce: Answer = { decision: 'allow', rule: null, options: [], text: null };
