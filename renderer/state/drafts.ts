import { createStore, type Store } from './store';

const key = 'switchyard.drafts';

/** Texts not yet sent, kept in storage so that closing a sheet or the window loses none. */
export function rememberedDrafts(storage: Storage): Store<Readonly<Record<string, string>>> {
  const drafts = createStore(read(storage));
  drafts.subscribe(() => storage.setItem(key, JSON.stringify(drafts.get())));
  return drafts;
}

/** The drafts with one text put in, or taken out when it is empty. */
export function withDraft(
  drafts: Readonly<Record<string, string>>,
  name: string,
  text: string,
): Readonly<Record<string, string>> {
  if ((drafts[name] ?? '') === text) return drafts;
  const { [name]: _, ...others } = drafts;
  return text === '' ? others : { ...others, [name]: text };
}

function read(storage: Storage): Readonly<Record<string, string>> {
  try {
    const kept: unknown = JSON.parse(storage.getItem(key) ?? '{}');
    if (typeof kept !== 'object' || kept === null) return {};
    return Object.fromEntries(
      Object.entries(kept).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch {
    return {};
  }
}
