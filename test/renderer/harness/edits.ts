import { ORPCError } from '@orpc/server';
import type { Review } from '../../../core/contract/review';
import type { FileText, ReviewEdit } from '../../../core/contract/review-edit';

/** What a person edits of the harness's changes, kept in memory. `announce` is told of the task. */
export function createEdits(announce: (task: number) => void, patchOf: (task: number, path: string) => string) {
  const done = new Map<number, readonly NonNullable<Review['edit']>[]>();
  const written = new Map<string, string>();
  const blobs = new Map<string, number>();
  let seen = 0;
  const blobOf = (path: string): string => `${blobs.get(path) ?? 0}`.padStart(40, 'a');
  const put = (path: string, text: string): void => {
    written.set(path, text);
    seen += 1;
    blobs.set(path, seen);
  };
  let moved: string | null = null;
  const assertHere = (task: number, path: string): void => {
    if (moved !== path) return;
    moved = null;
    throw new ORPCError('MOVED', {
      message: `Nothing was edited: the change on switchyard/${task} moved since you looked. Look at task ${task} again.`,
    });
  };
  const newest = (task: number): Review['edit'] => done.get(task)?.at(-1) ?? null;
  return {
    newest,
    /** What stands for a file as it is now. */
    contentOf: (path: string): string => `100644 ${blobOf(path)}`,
    /** Throws if a file of the change is another one than was looked at. */
    assertHere,
    make(task: number, edit: NonNullable<Review['edit']>): ReviewEdit {
      done.set(task, [...(done.get(task) ?? []), edit]);
      announce(task);
      return { task, head: 'd'.repeat(40), ...edit };
    },
    file(task: number, path: string): FileText {
      if (path.endsWith('.css')) return { text: null, blob: blobOf(path), reason: 'It is larger than 1 MiB.' };
      const lines = patchOf(task, path).split('\n').slice(5, -1);
      const asMade = lines.flatMap((line) => (line.startsWith('-') ? [] : [`${line.slice(1)}\n`])).join('');
      return { text: written.get(path) ?? asMade, blob: blobOf(path), reason: null };
    },
    write(task: number, { path, text }: { readonly path: string; readonly text: string }): ReviewEdit {
      assertHere(task, path);
      put(path, text);
      return this.make(task, { kind: 'edit', path, part: false });
    },
    undo(task: number): ReviewEdit {
      const edit = newest(task) ?? { kind: 'edit' as const, path: '', part: false };
      done.set(task, done.get(task)?.slice(0, -1) ?? []);
      announce(task);
      return { task, head: 'd'.repeat(40), ...edit };
    },
    /** Has a file of the change be another one before it is saved next, as if its agent had gone on. */
    move(path: string, text: string): void {
      put(path, text);
      moved = path;
    },
  };
}
