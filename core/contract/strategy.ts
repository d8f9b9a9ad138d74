import { z } from 'zod';
import { subjectOf } from './title';

/**
 * How a change is brought onto its base: the base moves to the change's last commit, a commit joins both, the whole change
 * becomes one commit on the base, or its commits are made again there one by one.
 */
export const strategies = ['ff', 'merge', 'squash', 'rebase'] as const;
export const strategySchema = z.enum(strategies);
export type Strategy = (typeof strategies)[number];

/** Whether it makes a commit of its own, whose message is the person's to write. */
export function takesMessage(strategy: Strategy): boolean {
  return strategy === 'merge' || strategy === 'squash';
}

/** What that commit says unless the person says otherwise. `message` is what its review proposes for the change itself. */
export function proposedMessage(
  strategy: Strategy,
  task: { readonly branch: string | null; readonly title: string },
  message: string,
): string {
  if (strategy !== 'merge') return message;
  const merge = `Merge ${task.branch ?? 'a change'}`;
  const line = `${merge}: ${task.title}`;
  return subjectOf(line) === line ? `${line}\n` : `${subjectOf(merge)}\n\n${task.title}\n`;
}
