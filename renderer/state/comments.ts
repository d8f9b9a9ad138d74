import { useEffect } from 'react';
import { type Comment, type CommentPlace, isDraft } from '../../core/contract/comment';
import type { Task } from '../../core/contract/task';
import type { App } from './app';
import { useModel } from './app';
import { carryOut, complain } from './commands';
import { type Drafts, withDraft } from './drafts';
import type { Failure } from './failure';
import { type Resource, useResource } from './resource';
import { say } from './said';
import { withSpot } from './spots';

/** The comments on a task's change, as they are now. Nothing is asked before there is a change. */
export function useComments(task: Task): Resource<Comment[]> {
  const round = useModel((model) => model.commentRounds.get(task.id) ?? 0);
  // While the agent works, what becomes of its comments is not known, and git need not be asked each time it says a word.
  const moved = task.state === 'running' || task.state === 'waiting' ? task.stateSince : task.updatedAt;
  const comments = useResource(
    task.change === null ? null : `comments ${task.id}`,
    (client, signal) => client.comments.list({ task: task.id }, { signal }),
    moved,
  );
  const { reload } = comments;
  useEffect(() => {
    if (round > 0) reload();
  }, [round, reload]);
  return comments;
}

/** A change as a comment is made on it. */
export interface Commented {
  readonly task: number;
  readonly head: string;
  readonly mergeBase: string;
}

/** A comment that was begun and is not kept yet: its text is the draft of this name. */
export interface Begun extends Commented {
  readonly name: string;
  readonly place: CommentPlace;
  /** It was begun on the change as it is shown. */
  readonly current: boolean;
  /** The line it is written under while its lines are chosen; the last of them otherwise. */
  readonly anchor?: number;
}

/** The name of the draft of a comment. */
export function begunName({ task, head, mergeBase }: Commented, { side, lines, path }: CommentPlace): string {
  return `${stored}:${task}:${mergeBase}:${head}:${side}:${lines?.first ?? 0}-${lines?.last ?? 0}:${path}`;
}

/** What the names of drafts begin with in what is kept on this machine: another word would lose those that were begun. */
const stored = 'remark';

const begunPattern = /^remark:(\d+):([0-9a-f]+):([0-9a-f]+):(new|old):(\d+)-(\d+):(.+)$/s;

/** The comments that were begun on a task's change, in whatever state it was then: the names of their drafts. */
export function begunNames(drafts: Drafts, task: number): readonly string[] {
  return Object.keys(drafts).filter((name) => name.startsWith(`${stored}:${task}:`));
}

/** What the names of drafts say was begun on a change. */
export function begunFrom(names: readonly string[], change: Commented): readonly Begun[] {
  return names.flatMap((name) => {
    const found = begunPattern.exec(name);
    if (found === null || Number(found[1]) !== change.task) return [];
    const [, , mergeBase = '', head = '', side, first, last, path = ''] = found;
    const lines = Number(first) === 0 ? null : { first: Number(first), last: Number(last) };
    const place: CommentPlace = { path, side: side === 'old' ? 'old' : 'new', lines };
    const current = head === change.head && mergeBase === change.mergeBase;
    return [{ name, place, current, task: change.task, head, mergeBase }];
  });
}

/** The name of the draft that changes a comment the agent does not have. */
export function commentEditName({ task, id }: Comment): string {
  return `${stored}-edit:${task}:${id}`;
}

/** Keeps a comment and forgets its draft. A failure is given back so that the words stay where they were written. */
export async function keepComment(app: App, begun: Begun, text: string): Promise<Failure | null> {
  const { task, head, mergeBase, place, name } = begun;
  const ended = await carryOut(app, { about: name, sentence: 'Keeping…' }, async (client) => {
    await client.comments.add({ task, head, mergeBase, place, text });
    app.drafts.update((drafts) => (drafts[name] === text ? withDraft(drafts, name, '') : drafts));
  });
  return ended.ok ? null : ended.failure;
}

/** Changes what a comment says, and forgets the draft of the change. A failure is given back to be shown on it. */
export async function editComment(app: App, comment: Comment, text: string): Promise<Failure | null> {
  const name = commentEditName(comment);
  const ended = await carryOut(app, { about: aboutComment(comment), sentence: 'Saving…' }, async (client) => {
    await client.comments.edit({ comment: comment.id, text });
    app.drafts.update((drafts) => (drafts[name] === text ? withDraft(drafts, name, '') : drafts));
  });
  return ended.ok ? null : ended.failure;
}

/** Takes a comment back, with a way to have it again. */
export async function removeComment(app: App, comment: Comment): Promise<boolean> {
  const { task, head, mergeBase, place, text } = comment;
  const ended = await carryOut(app, { about: aboutComment(comment), sentence: 'Removing…' }, (client) =>
    client.comments.remove({ comment: comment.id }),
  );
  if (!ended.ok) {
    complain(app, ended.failure);
    return false;
  }
  const undo = async (): Promise<void> => {
    const about = { about: aboutComment(comment), sentence: 'Bringing it back…' };
    const again = await carryOut(app, about, (client) => client.comments.add({ task, head, mergeBase, place, text }));
    if (!again.ok) complain(app, again.failure);
  };
  say(app.said, { kind: 'done', text: 'Removed the comment', undo: () => void undo() });
  return true;
}

/** Notes that the person is done with a comment, or is not after all. */
export async function resolveComment(app: App, comment: Comment, resolved: boolean): Promise<void> {
  const about = { about: aboutComment(comment), sentence: resolved ? 'Resolving…' : 'Reopening…' };
  const ended = await carryOut(app, about, (client) => client.comments.resolve({ comment: comment.id, resolved }));
  if (!ended.ok) complain(app, ended.failure);
}

/** The name of the draft of words that were typed before the field of their comment was there. */
export function earlyName(task: number): string {
  return `${stored}-early:${task}`;
}

/** Puts words that came before the field of their comment into it. */
export function takeEarly(app: App, { task, name }: Pick<Begun, 'task' | 'name'>): void {
  app.drafts.update((drafts) => {
    const early = drafts[earlyName(task)] ?? '';
    return early === ''
      ? drafts
      : withDraft(withDraft(drafts, name, (drafts[name] ?? '') + early), earlyName(task), '');
  });
}

/** Throws such words away, with a way back. */
export function dropEarly(app: App, task: number): void {
  const name = earlyName(task);
  const text = app.drafts.get()[name] ?? '';
  app.drafts.update((drafts) => withDraft(drafts, name, ''));
  const undo = (): void => app.drafts.update((drafts) => withDraft(drafts, name, text));
  say(app.said, { kind: 'done', text: 'Threw away what you typed', undo });
}

/** Throws away what was begun, with a way back. */
export function dropBegun(app: App, { name }: Begun): void {
  const text = app.drafts.get()[name] ?? '';
  app.drafts.update((drafts) => withDraft(drafts, name, ''));
  const undo = (): void => app.drafts.update((drafts) => withDraft(drafts, name, text));
  say(app.said, { kind: 'done', text: 'Threw away the comment that was begun', undo });
}

/** What `doing` knows work on a comment by. */
export function aboutComment({ id }: Comment): string {
  return `comment:${id}`;
}

/** The comments that wait to be sent to the agent. */
export function draftsIn(comments: readonly Comment[] | null): readonly Comment[] {
  return (comments ?? []).filter(isDraft);
}

/** Shows a comment on a task's change where it stands in the diff. */
export function showComment(app: App, { task, id }: Comment): void {
  // Else the diff would also go back to where it was read last.
  app.spots.update((spots) => withSpot(spots, `changes:${task}`, null));
  app.view.update((view) => ({ ...view, tab: 'changes', part: null, comment: { task, id } }));
}
