/**
 * The language in which a test tells the scripted model what to do: lines in the prompt, done one after the other,
 * then a closing sentence. Anything else in the prompt is ignored. `{answer}` in a written text is the newest tool
 * result (the person's answer), `{first}` the first line of the conversation's first prompt.
 *
 *   [write: PATH | TEXT]      write a file with the agent's own tool
 *   [permission: COMMAND]     run a command with the agent's own shell tool
 *   [ask: QUESTION | A | B]   ask the person
 *   [plan: TEXT]              propose a plan
 *   [comment: PATH:LINE | TEXT]  leave a comment in a review
 *   [verdict: VERDICT | TEXT] end the review with that
 *   [say: TEXT]               one more sentence before the next step
 *   [wait: 2s]                answer only after a while
 *   [print: BYTES]            that much text
 *   [hang]                    begin to answer and never end
 *   [error: STATUS]           an HTTP error, every time
 *   [error-once: STATUS]      an HTTP error, the first time
 *   [error: STATUS | SECONDS] the same, naming when it is over, as providers do for a limit
 *   [refuse]                  close the connection without an answer
 *   [nothing]                 no change
 */
export type Step =
  | { readonly do: 'write'; readonly path: string; readonly text: string }
  | { readonly do: 'permission'; readonly command: string }
  | { readonly do: 'ask'; readonly question: string; readonly options: readonly string[] }
  | { readonly do: 'plan'; readonly text: string }
  | { readonly do: 'tool'; readonly tool: 'comment' | 'verdict'; readonly input: Readonly<Record<string, unknown>> }
  | { readonly do: 'say'; readonly text: string }
  | { readonly do: 'wait'; readonly milliseconds: number }
  | { readonly do: 'print'; readonly bytes: number }
  | { readonly do: 'error'; readonly status: number; readonly once: boolean; readonly overAfter: number | null }
  | { readonly do: 'hang' }
  | { readonly do: 'refuse' };

/** A step that a tool of the agent carries out. */
export type ToolStep = Extract<Step, { do: 'write' | 'permission' | 'ask' | 'plan' | 'tool' }>;

/** One request to the model, whatever protocol it came by. */
export interface Exchange {
  /** The texts the person's side said, oldest first, without tool results. */
  readonly prompts: readonly string[];
  /** The tool results since the newest prompt that has steps, oldest first. */
  readonly results: readonly ToolResult[];
  /** The names of the tools the agent offers; none for a side request, such as a title. */
  readonly tools: readonly string[];
}

/** What a tool said back to the model. */
export interface ToolResult {
  readonly id: string;
  readonly text: string;
}

/** What the model does next: waits, then says something, then calls a tool, fails, hangs or ends its turn. */
export interface Move {
  readonly waitMs: number;
  readonly text: string;
  readonly act:
    | { readonly kind: 'end' }
    | { readonly kind: 'tool'; readonly step: ToolStep; readonly id: string }
    /** `overAfter`: in how many seconds it is said to be over; null when nothing is said. */
    | { readonly kind: 'error'; readonly status: number; readonly overAfter: number | null }
    | { readonly kind: 'hang' }
    | { readonly kind: 'refuse' };
}

const line = /^\s*\[([a-z-]+)(?::\s*(.*))?\]\s*$/;

/** The steps a prompt names, in order. */
export function parseSteps(prompt: string): readonly Step[] {
  return prompt.split('\n').flatMap((each): readonly Step[] => {
    const [, name, rest = ''] = line.exec(each) ?? [];
    const parts = rest.split('|').map((part) => part.trim());
    const [first = '', ...others] = parts;
    switch (name) {
      case 'write':
        return [{ do: 'write', path: first, text: others.join(' | ') } as const];
      case 'permission':
        // A command may hold pipes of its own.
        return [{ do: 'permission', command: rest.trim() } as const];
      case 'ask':
        return [{ do: 'ask', question: first, options: others } as const];
      case 'plan':
        return [{ do: 'plan', text: rest } as const];
      case 'comment': {
        const [path, line] = first.split(':');
        const input = { path, ...(line !== undefined && { line: Number(line) }), text: others.join(' | ') };
        return [{ do: 'tool', tool: 'comment', input } as const];
      }
      case 'verdict':
        return [{ do: 'tool', tool: 'verdict', input: { verdict: first, summary: others.join(' | ') } } as const];
      case 'say':
        return [{ do: 'say', text: rest } as const];
      case 'wait':
        return [{ do: 'wait', milliseconds: Number.parseFloat(rest) * 1000 } as const];
      case 'print':
        return [{ do: 'print', bytes: Number.parseInt(rest, 10) } as const];
      case 'error':
      case 'error-once':
        return [
          {
            do: 'error',
            status: Number.parseInt(first, 10),
            once: name === 'error-once',
            overAfter: others[0] === undefined ? null : Number.parseInt(others[0], 10),
          } as const,
        ];
      case 'hang':
      case 'refuse':
        return [{ do: name } as const];
      default:
        return [];
    }
  });
}

/** Whether a prompt names steps; the newest one that does is the one being worked on. */
export function hasSteps(prompt: string): boolean {
  return prompt.split('\n').some((each) => /^\s*\[(nothing|[a-z-]+:.*|hang|refuse)\]\s*$/.test(each));
}

/**
 * The move that follows from the conversation alone, so that the server needs no memory of it: a tool step is done when there
 * is a result of it, whatever came of the others. `failedBefore` says whether this prompt already got its once-only error.
 */
export function nextMove(exchange: Exchange, failedBefore: (prompt: string) => boolean, refuses = true): Move {
  const prompt = exchange.prompts.findLast(hasSteps) ?? exchange.prompts.at(-1) ?? '';
  if (exchange.tools.length === 0) return { waitMs: 0, text: 'A title', act: { kind: 'end' } };
  let waitMs = 0;
  let text = '';
  const done = new Set(exchange.results.map(({ id }) => stepOf(id)));
  for (const [index, step] of parseSteps(prompt).entries()) {
    switch (step.do) {
      case 'write':
      case 'permission':
      case 'ask':
      case 'tool':
      case 'plan': {
        if (done.has(index)) {
          // What came before a finished tool call was said and waited for with that call.
          waitMs = 0;
          text = '';
          break;
        }
        const id = `toolu_${index}_${randomTail()}`;
        return { waitMs, text, act: { kind: 'tool', step: filled(step, exchange), id } };
      }
      case 'say':
        text += `${step.text}\n`;
        break;
      case 'print':
        text += 'x'
          .repeat(79)
          .concat('\n')
          .repeat(Math.ceil(step.bytes / 80));
        break;
      case 'wait':
        waitMs += step.milliseconds;
        break;
      case 'error':
        if (refuses && (!step.once || !failedBefore(prompt))) {
          return { waitMs, text, act: { kind: 'error', status: step.status, overAfter: step.overAfter } };
        }
        break;
      case 'hang':
      case 'refuse':
        return { waitMs, text, act: { kind: step.do } };
    }
  }
  return { waitMs, text: `${text}Done with ${exchange.results.length} steps.`, act: { kind: 'end' } };
}

/** The number of the step a tool was called for, which is in the id of the call. */
function stepOf(id: string): number {
  return Number(/toolu_(\d+)_/.exec(id)?.[1] ?? Number.NaN);
}

function filled(step: ToolStep, exchange: Exchange): ToolStep {
  if (step.do !== 'write') return step;
  const answer = exchange.results.at(-1)?.text ?? '';
  const first = exchange.prompts.find(hasSteps)?.trim().split('\n')[0] ?? '';
  return { ...step, text: step.text.replace('{answer}', () => answer).replace('{first}', () => first) };
}

function randomTail(): string {
  return Math.random().toString(36).slice(2, 10);
}
