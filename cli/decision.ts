import { z } from 'zod';
import type { Decision } from '../core/contract/decision';
import { assertNever } from '../core/contract/errors';
import { answerSchema } from '../core/contract/request';
import { plainLine } from './plain';
import { counted, shortId } from './text';

/** A decision in the cells of one line: its number, when, who, what was decided, and in short what was shown. */
export function decisionCells(decision: Decision): readonly string[] {
  const { number, at, by, rule, kind } = decision;
  // The record names a rule with its number, which `by` says already.
  const words = rule === null ? shownText(decision) : plainLine(rule.replace(/^\d+: /, ''), 80);
  return [String(number), new Date(at).toISOString(), plainLine(by), kind, decided(decision), words];
}

// What a record holds was written by whatever version wrote it, so each part is said only when it is as expected.
const approvedSchema = z.object({ strategy: z.string() });
const pushedSchema = z.object({ url: z.string(), branch: z.string() });
const askedSchema = z.object({ host: z.string(), repository: z.string() });
const pathSchema = z.object({ path: z.string() });
const commentSchema = z.object({ comment: z.string() });
const questionSchema = z.object({
  title: z.string(),
  tool: z.object({ command: z.string().nullable() }).nullable(),
  options: z.array(z.object({ label: z.string() })),
});
const reviewSchema = z.object({ head: z.string(), files: z.array(z.unknown()) });
const headSchema = z.object({ head: z.string() });
const changeSchema = z.object({ change: z.object({ files: z.number() }) });
const revokedSchema = z.object({ rule: z.number(), words: z.string() });
// Earlier versions wrote `always` where there is a rule now.
const alwaysSchema = z.object({ always: z.literal(true) });
const overriddenSchema = z.object({ overrideChecks: z.literal(true) });
const programsSchema = z.object({ programs: z.array(z.string()) });

function decided(decision: Decision): string {
  const { kind, answered } = decision;
  const task = `task ${decision.task ?? 'unknown'}`;
  switch (kind) {
    case 'answer':
      return answerText(decision, task);
    case 'approve': {
      const strategy = approvedSchema.safeParse(answered).data?.strategy;
      const overridden = overriddenSchema.safeParse(answered).success ? ', overriding its checks' : '';
      return strategy === undefined ? task : `${task} (merge by ${plainLine(strategy)}${overridden})`;
    }
    case 'request-changes': {
      const comment = commentSchema.safeParse(answered).data?.comment;
      return comment === undefined ? task : `${task}: ${plainLine(comment, 80)}`;
    }
    case 'take-back':
    case 'edit':
    case 'undo-edit': {
      const path = pathSchema.safeParse(answered).data?.path;
      return path === undefined ? task : `${task}: ${plainLine(path, 80)}`;
    }
    case 'push': {
      const pushed = pushedSchema.safeParse(answered).data;
      return pushed === undefined ? task : `${task} to ${plainLine(pushed.branch, 80)} on ${plainLine(pushed.url, 80)}`;
    }
    case 'open-pull-request':
    case 'merge-pull-request': {
      const asked = askedSchema.safeParse(answered).data;
      return asked === undefined
        ? task
        : `${task} in ${plainLine(asked.repository, 80)} on ${plainLine(asked.host, 80)}`;
    }
    case 'discard':
    case 'restore':
      return task;
    case 'revoke': {
      const revoked = revokedSchema.safeParse(decision.shown).data;
      return revoked === undefined ? '' : `rule ${revoked.rule}: ${plainLine(revoked.words, 200)}`;
    }
    case 'trust':
    case 'distrust':
      return plainLine(decision.repository, 300);
    default:
      return assertNever(kind);
  }
}

function answerText({ request, shown, answered }: Decision, task: string): string {
  const question = questionSchema.safeParse(shown).data;
  const answer = answerSchema.safeParse(answered).data;
  const about = question === undefined ? '' : ` — ${plainLine(question.tool?.command ?? question.title, 80)}`;
  const labels = answer?.options.map((index) => question?.options[index]?.label ?? `option ${index}`) ?? [];
  const decision =
    answer?.decision === 'allow' ? (isForGood(answered) ? 'always allowed' : 'allowed') : answer?.decision;
  // The label of an option that decides says nothing the decision does not say.
  const words = [
    ...(decision === null || decision === undefined ? labels : [decision === 'deny' ? 'denied' : decision]),
    ...(answer?.text ? [answer.text] : []),
  ];
  const said = words.length === 0 ? '' : `: ${plainLine(words.join(', '), 80)}`;
  return `request ${request ?? 'unknown'} of ${task}${said}${about}`;
}

function isForGood(answered: Decision['answered']): boolean {
  return alwaysSchema.safeParse(answered).success || (answerSchema.safeParse(answered).data?.rule ?? null) !== null;
}

function shownText({ kind, shown }: Decision): string {
  if (kind === 'trust') {
    const programs = programsSchema.safeParse(shown).data?.programs;
    return programs === undefined ? 'nothing was shown' : counted(programs.length, 'program');
  }
  const review = reviewSchema.safeParse(shown).data;
  if (review !== undefined) return `${counted(review.files.length, 'file')}, commit ${shortId(plainLine(review.head))}`;
  const head = headSchema.safeParse(shown).data?.head;
  if (head !== undefined) return `commit ${shortId(plainLine(head))}`;
  const change = changeSchema.safeParse(shown).data?.change;
  return change === undefined ? '' : counted(change.files, 'file');
}
