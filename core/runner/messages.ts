import { stripVTControlCharacters } from 'node:util';

/** The commit message for an agent's change: the task's title, and its prompt in the body. */
export function commitMessage(task: { readonly title: string; readonly prompt: string }): string {
  const title = plain(task.title).replaceAll(/\s+/g, ' ').trim();
  const body = plain(task.prompt).trim();
  return `${title}\n\n${body}\n`;
}

/** What a person said about a finished change, as the agent's next message. */
export function commentMessage(comments: readonly string[]): string {
  return comments.map((comment) => plain(comment).trim()).join('\n\n');
}

/** Answers that came after the agent stopped waiting, as its next message: never lost, never called a denial. */
export function lateAnswerMessage(answers: readonly { readonly title: string; readonly text: string }[]): string {
  return answers.map((answer) => `You asked: ${answer.title}\nThe answer is: ${answer.text}`).join('\n\n');
}

/** A sentence that failed work is retried with, for the list. */
export function retryReason(error: string, attempt: number, maxAttempts: number): string {
  return `Attempt ${attempt} of ${maxAttempts} failed: ${error}`;
}

function plain(text: string): string {
  return stripVTControlCharacters(text).replaceAll('\r\n', '\n').replaceAll('\0', '');
}
