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
