import type { TranscriptBody } from '../contract/transcript';

/** What an agent did and said before it asked something, a line for each step. */
export interface Steps {
  /** A line of the conversation. */
  saw(body: TranscriptBody): void;
  /** The newest, oldest first, each short enough to stand beside a question. */
  newest(): readonly string[];
}

interface Step {
  /** The call or the message it tells of. */
  readonly of: string;
  readonly text: string;
  readonly status: keyof typeof after;
}

/** How many of the newest steps are shown beside a question. */
const kept = 5;
const longestText = 200;

/** What is said of a step beside what it is; of what was said or done, nothing. */
const after = {
  said: '',
  pending: ' (not begun)',
  running: ' (still running)',
  completed: '',
  failed: ' (failed)',
} as const;

/**
 * Follows a conversation for its newest steps. A call is one step, however often it is told of, and a message is one, in however
 * many pieces it comes; each stands where it began.
 */
export function followSteps(): Steps {
  const steps: Step[] = [];
  const put = (step: Step, at: number) => {
    if (at === -1) steps.push(step);
    else steps[at] = step;
    if (steps.length > kept) steps.shift();
  };
  return {
    saw(body) {
      if (body.type !== 'tool' && body.type !== 'text') return;
      const of = body.type === 'tool' ? `call ${body.call}` : `message ${body.message}`;
      const at = steps.findIndex((step) => step.of === of);
      const before = steps[at]?.text ?? '';
      if (body.type === 'text') {
        const text = `${before}${body.text}`.trimStart().slice(0, longestText);
        if (text !== '') put({ of, text, status: 'said' }, at);
        return;
      }
      // What is said of a call later need not name it again.
      const text = body.title === '' ? before : body.title;
      if (text !== '' && (at !== -1 || body.status !== 'pending')) put({ of, text, status: body.status }, at);
    },
    newest: () => steps.map(({ text, status }) => `${text.trimEnd()}${after[status]}`),
  };
}
