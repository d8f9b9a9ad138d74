import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { TaskState } from '../../core/contract/task';
import { lookWord } from '../parts/glyph';
import { useModel } from '../state/app';
import { cleanLine } from '../text/clean';

/** States a person may want to hear of without looking; the rest would only chatter. */
const told: readonly TaskState[] = ['waiting', 'review', 'failed', 'done'];

/** Tells a screen reader, politely, which task now waits, is in review, failed or is done. */
export function Announcer(): ReactNode {
  const tasks = useModel((model) => model.tasks);
  const before = useRef(tasks);
  const [sentence, setSentence] = useState('');
  useEffect(() => {
    const news: string[] = [];
    if (before.current.size > 0) {
      for (const task of tasks.values()) {
        const old = before.current.get(task.id);
        if (old !== undefined && old !== task && old.state !== task.state && told.includes(task.state)) {
          news.push(`${lookWord(task, Date.now())}: ${cleanLine(task.title)}.`);
        }
      }
    }
    before.current = tasks;
    if (news.length > 0) setSentence(news.slice(0, 3).join(' '));
  }, [tasks]);
  return (
    <div className="unseen" role="log" aria-live="polite" aria-label="News of tasks">
      {sentence}
    </div>
  );
}
