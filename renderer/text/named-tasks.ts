/** A stretch of a sentence: plain words, or words that name a task. */
export interface Named {
  readonly text: string;
  /** The task they name; null for plain words. */
  readonly task: number | null;
  /** Where it begins, which tells the stretches of one sentence apart. */
  readonly at: number;
}

// A pull request has its number from its forge. A longer number, or one that a word goes on from, names no task by its beginning.
const naming = /(?<!\b(?:pull|merge) request )(?:\btask |(?<![\w/&])#)(\d{1,9})(?!\.?[\p{L}\p{N}_])/giu;

/** A sentence cut where it names tasks that are known, as `#31` or `task 31`; its stretches together are the sentence. */
export function namedTasks(sentence: string, isKnown: (task: number) => boolean): readonly Named[] {
  const found: Named[] = [];
  let from = 0;
  const plainUntil = (to: number): void => {
    if (to > from) found.push({ text: sentence.slice(from, to), task: null, at: from });
  };
  for (const { 0: text, 1: number, index } of sentence.matchAll(naming)) {
    const task = Number(number);
    if (!isKnown(task)) continue;
    plainUntil(index);
    found.push({ text, task, at: index });
    from = index + text.length;
  }
  plainUntil(sentence.length);
  return found;
}
