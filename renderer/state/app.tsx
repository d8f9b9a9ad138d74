import { createContext, useContext } from 'react';
import type { PageBridge } from '../bridge';
import type { AskedPlace } from './asked';
import type { Line } from './connection';
import type { Drafts } from './drafts';
import type { FoundPlace } from './found';
import type { Kept } from './kept';
import type { Model } from './model';
import type { Saying } from './said';
import type { Spots } from './spots';
import { type Store, useStore } from './store';
import type { View } from './view';
import type { KnownWaited } from './waited';

/** Everything a part of the window may need, made once at the start and handed down. */
export interface App {
  readonly bridge: PageBridge;
  readonly line: Line;
  readonly model: Store<Model>;
  readonly view: Store<View>;
  readonly said: Store<readonly Saying[]>;
  /** What is being asked of the core now: what it is about (`task:7`) and what to say of it (`Merging into main…`). */
  readonly doing: Store<ReadonlyMap<string, string>>;
  /** What outlives the page. */
  readonly kept: Kept;
  /** Texts not yet sent, by what they are for; kept when the window closes. */
  readonly drafts: Store<Drafts>;
  /** How far conversations and changes are scrolled; kept as well. */
  readonly spots: Store<Spots>;
  /** How long agents waited for the person today; null until the core has said. */
  readonly waited: Store<KnownWaited | null>;
  /** The place of a conversation the person went to last, from a search; null for its end. */
  readonly found: Store<FoundPlace | null>;
  /** The request the person went to, until their conversation is left; null when they went to none. */
  readonly asked: Store<AskedPlace | null>;
  /** The task that came back as its discarding was undone, until its row has the focus; null when none did. */
  readonly cameBack: Store<number | null>;
  readonly mac: boolean;
}

/** Where components find the app. */
export const AppContext = createContext<App | null>(null);

/** The app the component lives in. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error('This component was rendered outside of the app.');
  return app;
}

/** A part of what is known of the core. */
export function useModel<P>(pick: (model: Model) => P): P {
  return useStore(useApp().model, pick);
}

/** A part of where the person is. */
export function useView<P>(pick: (view: View) => P): P {
  return useStore(useApp().view, pick);
}

/** What is being done about something now, as a sentence, or null. */
export function useDoing(about: string): string | null {
  return useStore(useApp().doing, (doing) => doing.get(about) ?? null);
}
