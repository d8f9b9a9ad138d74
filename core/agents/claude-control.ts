import type { Answer } from '../contract/request';
import { agentGone, type Turn } from './agent';
import { isReviewTool } from './claude-arguments';
import { type ClaudePermission, isPermission, toolMessageOf } from './claude-lines';
import { allowed, isQuestion, questionsOf } from './claude-questions';
import { answerToolServer, type ReviewDesk } from './review-tools';

/** Answers what Claude Code asks of its host. */
export interface ClaudeControl {
  readonly take: (id: string, request: { readonly subtype: string }) => void;
  /** Claude Code takes a question back. */
  readonly cancel: (id: string) => void;
  /** Takes back every open question: the turn was ended, or the process is gone. */
  readonly close: (why: 'ended' | 'gone') => void;
  /** What went wrong while a question was asked, if anything did. */
  readonly failure: () => unknown;
}

/** What the answers are given with. */
export interface ControlOptions {
  readonly turn: Turn;
  readonly send: (message: object) => void;
  /** Called before a question is recorded. */
  readonly flush: () => void;
  /** Called with the tool call that is allowed to run. */
  readonly onAllowed: (call: string | undefined) => void;
  /** Marks that silence is no fault until what comes back is called. */
  readonly wait: () => () => void;
  readonly onFailure: () => void;
}

/** Starts answering one process. */
export function controlClaude(options: ControlOptions): ClaudeControl {
  const { turn, send, flush, onAllowed, wait, onFailure } = options;
  const open = new Map<string, AbortController>();
  let failure: unknown;

  const reply = (id: string, response: object) =>
    send({ type: 'control_response', response: { subtype: 'success', request_id: id, response } });

  const refuse = (id: string, subtype: string) =>
    send({
      type: 'control_response',
      response: { subtype: 'error', request_id: id, error: `Switchyard does not know the request ${subtype}.` },
    });

  const decide = async (id: string, request: ClaudePermission) => {
    const ours = turn.review !== null && isReviewTool(request.tool_name);
    if (ours || (turn.permissionLevel === 'autonomous' && !isQuestion(request))) {
      onAllowed(request.tool_use_id);
      reply(id, allowed(request.input));
      return;
    }
    const withdrawn = new AbortController();
    open.set(id, withdrawn);
    const answered = wait();
    try {
      const { questions, decide: decision } = await questionsOf(request, turn.directory);
      if (withdrawn.signal.aborted) return;
      flush();
      const answers: readonly Answer[] = await Promise.all(
        questions.map((question, index) => turn.ask(question, withdrawn.signal, `${id} ${index}`)),
      );
      const made = decision(answers);
      if (made.behavior === 'allow') onAllowed(request.tool_use_id);
      reply(id, made);
    } catch (error) {
      if (withdrawn.signal.aborted || turn.signal.aborted) return;
      failure = error;
      onFailure();
    } finally {
      open.delete(id);
      answered();
    }
  };

  const serve = async (id: string, desk: ReviewDesk, message: Readonly<Record<string, unknown>>) => {
    try {
      // One that wants no answer is acknowledged, or Claude Code would wait for it.
      const answer = (await answerToolServer(desk, message)) ?? { jsonrpc: '2.0', id: 0, result: {} };
      reply(id, { mcp_response: answer });
    } catch (error) {
      if (turn.signal.aborted) return;
      failure = error;
      onFailure();
    }
  };

  return {
    failure: () => failure,
    take(id, request) {
      const message = toolMessageOf(request);
      if (turn.review !== null && message !== null) return void serve(id, turn.review, message);
      if (isPermission(request)) void decide(id, request);
      else refuse(id, request.subtype);
    },
    cancel: (id) => open.get(id)?.abort(),
    close(why) {
      for (const withdrawn of open.values()) withdrawn.abort(why === 'gone' ? agentGone : undefined);
    },
  };
}
