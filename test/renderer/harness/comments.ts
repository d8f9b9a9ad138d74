import type { Comment } from '../../../core/contract/comment';

/** The comments of the harness: kept in memory, and never done anything about. */
export function createComments(announce: (task: number) => void) {
  let all: readonly Comment[] = [];
  const dismissed = new Map<number, Comment>();
  const change = (id: number, to: Partial<Comment>): Comment => {
    const found = all.find((comment) => comment.id === id);
    if (found === undefined) throw new Error(`There is no comment ${id}.`);
    const changed = { ...found, ...to };
    all = all.map((comment) => (comment.id === id ? changed : comment));
    announce(changed.task);
    return changed;
  };
  return {
    of: (task: number) => all.filter((comment) => comment.task === task),
    change,
    add(given: Pick<Comment, 'task' | 'place' | 'head' | 'mergeBase' | 'text'>): Comment {
      const comment: Comment = {
        ...given,
        ...{ id: all.length + dismissed.size + 1, quote: '', by: 'person', reviewer: null, createdAt: Date.now() },
        ...{ sentAt: null, resolvedAt: null },
        ...{ fate: 'draft', now: given.place, since: null },
      };
      all = [...all, comment];
      announce(comment.task);
      return comment;
    },
    /** Has as many comments on the first lines of a file, as somebody else kept them. */
    fill(task: number, path: string, many: number, more: Partial<Comment> = {}): void {
      for (let line = 1; line <= many; line += 1) {
        const place = { path, side: 'new' as const, lines: { first: line, last: line } };
        const text = `Comment ${line}: say why this is cached, and for how long.`;
        const comment = this.add({ task, place, head: 'd'.repeat(40), mergeBase: 'c'.repeat(40), text });
        change(comment.id, more);
      }
    },
    accept(ids: readonly number[]): void {
      for (const id of ids) {
        const { reviewer } = change(id, {});
        if (reviewer !== null) change(id, { fate: 'draft', reviewer: { ...reviewer, acceptedAt: Date.now() } });
      }
    },
    /** Has one back that was dismissed. */
    bringBack(id: number): void {
      const found = dismissed.get(id);
      if (found === undefined) return;
      all = [...all, found].sort((one, other) => one.id - other.id);
      announce(found.task);
    },
    remove(id: number): void {
      const gone = change(id, {});
      const { task } = gone;
      dismissed.set(id, gone);
      all = all.filter((comment) => comment.id !== id);
      announce(task);
    },
    send(task: number): void {
      for (const { id } of all.filter((comment) => comment.task === task && comment.fate === 'draft'))
        change(id, { sentAt: Date.now(), fate: 'sent' });
    },
  };
}
