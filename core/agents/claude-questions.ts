import { z } from 'zod';
import type { Answer, RequestOption } from '../contract/request';
import type { Question } from './agent';
import type { ClaudePermission } from './claude-lines';
import { diffForDecision, viewTool } from './claude-tools';
import { capped } from './plain';
import { visibleText } from './visible';

/** What Claude Code is told in answer to a request for leave. */
export type ClaudeDecision =
  | {
      readonly behavior: 'allow';
      readonly updatedInput: Readonly<Record<string, unknown>>;
    }
  | { readonly behavior: 'deny'; readonly message: string; readonly interrupt: false };

const questionsSchema = z.object({
  questions: z
    .array(
      z.looseObject({
        question: z.string(),
        header: z.string().default(''),
        multiSelect: z.boolean().default(false),
        options: z.array(z.looseObject({ label: z.string(), description: z.string().default('') })).default([]),
      }),
    )
    .min(1),
});

const maximumShown = 64 * 1024;

/**
 * The questions a request for leave puts to the person, all at once, and the decision their answers make. Leave for a
 * tool and for a plan is one question; Claude's own questions are one each.
 */
export async function questionsOf(
  request: ClaudePermission,
  directory: string,
): Promise<{
  readonly questions: readonly Question[];
  readonly decide: (answers: readonly Answer[]) => ClaudeDecision;
}> {
  const { input } = request;
  if (request.tool_name === 'AskUserQuestion') {
    const parsed = questionsSchema.safeParse(input);
    if (parsed.success) {
      const asked = parsed.data.questions;
      return {
        questions: asked.map((each) => ({
          kind: 'clarification',
          title: visibleText(each.question),
          body: visibleText(each.header),
          tool: null,
          options: each.options.map(({ label, description }) => ({
            label: visibleText(label),
            description: visibleText(description),
            kind: 'choice',
          })),
          allowsText: true,
          multiple: each.multiSelect,
        })),
        decide: (answers) => {
          if (answers.some(isRefusal)) return deny(answers.map((answer) => answer.text).find(isText) ?? null);
          const words = asked.map((each, index) => [each.question, wordsOf(each.options, answers[index])]);
          return { behavior: 'allow', updatedInput: { ...input, answers: Object.fromEntries(words) } };
        },
      };
    }
  }
  const question =
    request.tool_name === 'ExitPlanMode' ? planQuestion(request) : await toolQuestion(request, directory);
  return {
    questions: [question],
    decide: ([answer]) => {
      if (answer?.decision !== 'allow') return deny(answer?.text ?? null);
      // Never with the rules it proposes: those would stand where nobody sees them. Standing rules are the runner's.
      return allowed(input);
    },
  };
}

/** Leave as it was asked for. */
export function allowed(input: Readonly<Record<string, unknown>>): ClaudeDecision {
  return { behavior: 'allow', updatedInput: input };
}

/** Whether the request needs the person even when leave is given for everything. */
export function isQuestion(request: ClaudePermission): boolean {
  return request.tool_name === 'AskUserQuestion';
}

function deny(text: string | null): ClaudeDecision {
  const message = isText(text) ? `The person denied this: ${text}` : 'The person denied this and gave no reason.';
  return { behavior: 'deny', message, interrupt: false };
}

function planQuestion({ input, tool_use_id }: ClaudePermission): Question {
  return {
    kind: 'plan',
    title: 'Approve the plan',
    body: capped(visibleText(typeof input.plan === 'string' ? input.plan : ''), maximumShown),
    tool: null,
    options: [allowOnce, rejectOnce],
    allowsText: true,
    multiple: false,
    call: tool_use_id ?? null,
  };
}

async function toolQuestion(request: ClaudePermission, directory: string): Promise<Question> {
  const { tool_name: name, input, tool_use_id } = request;
  const command = typeof input.command === 'string' ? visibleText(input.command) : null;
  const diff = await diffForDecision(name, input, directory);
  const reasons = [request.description, request.decision_reason, outsideNote(request)].filter(isText);
  return {
    kind: 'permission',
    title: visibleText(viewTool(name, input, directory).title),
    body: visibleText(reasons.join('\n')),
    tool: {
      name: visibleText(name),
      command,
      input: capped(visibleText(JSON.stringify(input, null, 2)), maximumShown),
      diff: diff === null ? null : capped(visibleText(diff), maximumShown),
    },
    options: [allowOnce, rejectOnce],
    allowsText: true,
    multiple: false,
    call: tool_use_id ?? null,
  };
}

const allowOnce: RequestOption = { label: 'Allow', description: '', kind: 'allow_once' };
const rejectOnce: RequestOption = { label: 'Deny', description: '', kind: 'reject_once' };

function outsideNote(request: ClaudePermission): string | null {
  return isText(request.blocked_path) ? `It touches ${request.blocked_path}.` : null;
}

function wordsOf(options: readonly { readonly label: string }[], answer: Answer | undefined): string {
  const chosen = (answer?.options ?? []).map((index) => options[index]?.label).filter(isText);
  return [...chosen, ...(isText(answer?.text) ? [answer.text] : [])].join(', ');
}

function isRefusal(answer: Answer): boolean {
  return answer.decision === 'deny';
}

function isText(value: string | null | undefined): value is string {
  return typeof value === 'string' && value !== '';
}
