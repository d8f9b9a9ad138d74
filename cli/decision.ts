import { z } from 'zod';
import type { Decision } from '../core/contract/decision';
import { assertNever } from '../core/contract/errors';
import { answerSchema } from '../core/contract/request';
import { plainJson, plainLine } from './plain';
import { counted, shortId, table } from './text';

/** A decision in the cells of one line: its number, when, who, which kind, and what was decided and in short shown. */
export function decisionCells(decision: Decision): readonly string[] {
  const { number, at, by, kind } = decision;
  const minute = `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')}Z`;
  return [String(number), minute, plainLine(by, 40), kind, said(decision).join('; ')];
}

/** A decision as long as it is: the same, then each comment, what was shown and what was answered as they were kept. */
export function decisionText(decision: Decision, hash: string): string {
  const { number, at, by, rule, kind, task, repository, request, shown, answered } = decision;
  const rows = [
    ['decision', `${number}, ${kind}: ${said(decision, 10_000).join('; ')}`],
    ['when', new Date(at).toISOString()],
    ['by', plainLine(by)],
    ...(rule === null ? [] : [['rule', plainLine(rule, 10_000)]]),
    ...(task === null ? [] : [['task', `${task}`]]),
    ...(request === null ? [] : [['request', `${request}`]]),
    ...(repository === '' ? [] : [['repository', plainLine(repository, 5000)]]),
    ['hash', hash],
  ];
  const part = (label: string, value: Decision['shown']) =>
    value === null ? '' : `${label}\n${plainJson(value).replace(/^/gm, '  ')}\n`;
  return `${table(rows)}${part('shown', shown)}${part('answered', answered)}`;
}

/** As much of what somebody wrote as a line holds. */
const glance = 80;

function said(decision: Decision, width = glance): readonly string[] {
  // The record names a rule with its number, which `by` says already.
  const rule = decision.rule === null ? shownText(decision) : plainLine(decision.rule.replace(/^\d+: /, ''), width);
  return [decided(decision, width), rule].filter((words) => words !== '');
}

// What a record holds was written by whatever version wrote it, so each part is said only when it is as expected.
const approvedSchema = z.object({ strategy: z.string() });
const trainSchema = z.object({ train: z.number(), tasks: z.array(z.number()) });
const pushedSchema = z.object({ url: z.string(), branch: z.string() });
const askedSchema = z.object({ host: z.string(), repository: z.string() });
const pickedSchema = z.object({ discards: z.array(z.number()) });
const pathSchema = z.object({ path: z.string() });
const pointSchema = z.object({ number: z.number(), name: z.string().nullable() });
const wentBackSchema = z.object({ checkpoint: pointSchema, left: pointSchema });
const keptSchema = z.object({ ref: z.string() });
const commentSchema = z.object({ comment: z.string(), comments: z.array(z.object({ text: z.string() })).default([]) });
const resolveSchema = z.object({ resolve: z.array(z.unknown()) });
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
const emptySchema = z.object({ nothingToMerge: z.literal(true) });
const namedKeySchema = z.object({ key: z.number(), name: z.string(), type: z.string() });
const browserSchema = z.object({ signIn: z.number(), browser: z.string() });
const programsSchema = z.object({ programs: z.array(z.string()) });

function decided(decision: Decision, width: number): string {
  const { kind, answered } = decision;
  const task = `task ${decision.task ?? 'unknown'}`;
  const overridden = overriddenSchema.safeParse(answered).success ? ', overriding its checks' : '';
  switch (kind) {
    case 'answer':
      return answerText(decision, task, width);
    case 'approve': {
      const strategy = approvedSchema.safeParse(answered).data?.strategy;
      if (strategy === undefined) return task;
      const did = emptySchema.safeParse(answered).success ? 'nothing to merge' : `merge by ${plainLine(strategy)}`;
      return `${task} (${did}${overridden})`;
    }
    case 'approve-train': {
      const train = trainSchema.safeParse(answered).data;
      return train === undefined ? '' : `train ${train.train} (${train.tasks.map((id) => `task ${id}`).join(', ')})`;
    }
    case 'request-changes':
      return `${task}${changesText(answered, width)}`;
    case 'take-back':
    case 'edit':
    case 'undo-edit': {
      const path = pathSchema.safeParse(answered).data?.path;
      return path === undefined ? task : `${task}: ${plainLine(path, width)}`;
    }
    case 'go-back':
      return `${task}${wentText(decision)}`;
    case 'push': {
      const pushed = pushedSchema.safeParse(answered).data;
      return pushed === undefined
        ? task
        : `${task} to ${plainLine(pushed.branch, width)} on ${plainLine(pushed.url, width)}${overridden}`;
    }
    case 'open-pull-request':
    case 'merge-pull-request': {
      const asked = askedSchema.safeParse(answered).data;
      return asked === undefined
        ? task
        : `${task} in ${plainLine(asked.repository, 80)} on ${plainLine(asked.host, 80)}${overridden}`;
    }
    case 'pick': {
      const others = pickedSchema.safeParse(answered).data?.discards ?? [];
      return `${task}, discarding ${others.map((id) => `task ${id}`).join(', ')}`;
    }
    case 'discard':
    case 'restore':
      return task;
    case 'remove-worktree':
      return plainLine(pathSchema.safeParse(answered).data?.path ?? task, 300);
    case 'restore-backup':
    case 'remove-backup':
      return plainLine(keptSchema.safeParse(answered).data?.ref ?? task, 300);
    case 'revoke': {
      const revoked = revokedSchema.safeParse(decision.shown).data;
      return revoked === undefined ? '' : `rule ${revoked.rule}: ${plainLine(revoked.words, 200)}`;
    }
    case 'trust':
    case 'distrust':
      return plainLine(decision.repository, 300);
    case 'make-key':
    case 'rotate-key':
    case 'revoke-key': {
      const key = namedKeySchema.safeParse(answered).data;
      return key === undefined ? '' : `key ${key.key}, ${plainLine(key.name)} (${plainLine(key.type)})`;
    }
    case 'sign-in':
    case 'sign-out': {
      const browser = browserSchema.safeParse(answered).data;
      return browser === undefined ? '' : `browser ${browser.signIn}: ${plainLine(browser.browser, width)}`;
    }
    default:
      return assertNever(kind);
  }
}

/** Which checkpoint was gone back to, and which one keeps what was left. */
function wentText({ shown }: Decision): string {
  const went = wentBackSchema.safeParse(shown).data;
  if (went === undefined) return '';
  const { checkpoint, left } = went;
  const name = checkpoint.name === null ? '' : ` (${plainLine(checkpoint.name, 80).toLowerCase()})`;
  return ` back to checkpoint ${checkpoint.number}${name}; what was there is checkpoint ${left.number}`;
}

/** What was asked for: the words on the whole, then how many comments on lines there were and how they begin. */
function changesText(answered: Decision['answered'], width: number): string {
  const resolve = resolveSchema.safeParse(answered).data?.resolve;
  if (resolve !== undefined) return `: resolve ${counted(resolve.length, 'conflict')}`;
  const { comment, comments } = commentSchema.safeParse(answered).data ?? { comment: '', comments: [] };
  const parts = [
    ...(comment === '' ? [] : [plainLine(comment, width)]),
    ...(comments.length === 0
      ? []
      : [`${counted(comments.length, 'comment')}: ${comments.map(({ text }) => plainLine(text, width)).join(' / ')}`]),
  ];
  return parts.length === 0 ? '' : `: ${parts.join('; ')}`;
}

function answerText({ request, shown, answered }: Decision, task: string, width: number): string {
  const question = questionSchema.safeParse(shown).data;
  const answer = answerSchema.safeParse(answered).data;
  const about = question === undefined ? '' : ` — ${plainLine(question.tool?.command ?? question.title, width)}`;
  const labels = answer?.options.map((index) => question?.options[index]?.label ?? `option ${index}`) ?? [];
  const decision =
    answer?.decision === 'allow' ? (isForGood(answered) ? 'always allowed' : 'allowed') : answer?.decision;
  // The label of an option that decides says nothing the decision does not say.
  const words = [
    ...(decision === null || decision === undefined ? labels : [decision === 'deny' ? 'denied' : decision]),
    ...(answer?.text ? [answer.text] : []),
  ];
  const said = words.length === 0 ? '' : `: ${plainLine(words.join(', '), width)}`;
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
