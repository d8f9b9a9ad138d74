import type { Kept } from './kept';
import { createStore, type Store } from './store';

/** Texts not yet sent, by what they are for; the one written last comes last. */
export type Drafts = Readonly<Record<string, string>>;

const name = 'drafts';

/** Texts not yet sent, kept so that closing a sheet or the window, or a crash, loses none. */
export function rememberedDrafts(kept: Kept): Store<Drafts> {
  const drafts = createStore(read(kept));
  drafts.subscribe(() => {
    // Where there is no room for all, those written last are worth most: a draft is left behind when its task is.
    const all = Object.entries(drafts.get());
    for (let from = 0; from <= all.length; from += 1) {
      if (kept.write(name, JSON.stringify(Object.fromEntries(all.slice(from))))) return;
    }
  });
  return drafts;
}

/** The drafts with one text put in, or taken out when it is empty. */
export function withDraft(drafts: Drafts, of: string, text: string): Drafts {
  if ((drafts[of] ?? '') === text) return drafts;
  const { [of]: _, ...others } = drafts;
  return text === '' ? others : { ...others, [of]: text };
}

/** What is written to a task's agent; what an earlier version kept as a message and as a comment is shown as well. */
export function writtenTo(drafts: Drafts, task: number): string {
  const [now, ...older] = writtenNames(task).map((name) => drafts[name] ?? '');
  return now || older.filter((text) => text !== '').join('\n\n');
}

/** The drafts with this as what is written to a task's agent. */
export function withWritten(drafts: Drafts, task: number, text: string): Drafts {
  const [now, ...older] = writtenNames(task);
  return older.reduce((left, name) => withDraft(left, name, ''), withDraft(drafts, now, text));
}

function writtenNames(task: number): readonly [string, string, string] {
  return [`write:${task}`, `message:${task}`, `comment:${task}`];
}

/** The name of the draft that changes a message its agent does not have yet. */
export function editName({ task, id }: { readonly task: number; readonly id: number }): string {
  return `message-edit:${task}:${id}`;
}

/** The changes to messages of a task that are being written: the message's id, and its text as it shall be. */
export function editsOf(drafts: Drafts, task: number): readonly (readonly [number, string])[] {
  const start = `message-edit:${task}:`;
  return Object.entries(drafts)
    .filter(([name]) => name.startsWith(start))
    .map(([name, text]) => [Number(name.slice(start.length)), text]);
}

function read(kept: Kept): Drafts {
  try {
    const found: unknown = JSON.parse(kept.read(name) ?? '{}');
    if (typeof found !== 'object' || found === null) return {};
    return Object.fromEntries(
      Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch {
    return {};
  }
}
