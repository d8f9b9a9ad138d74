import type { KeyType } from './key';

/** Who calls, as a door found out and every command hears it. */
export interface Caller {
  /** `person` for whoever sits at this machine; `key:` and its name for a key. */
  readonly by: string;
  /** The key that was shown; none for the person. */
  readonly key?: { readonly name: string; readonly type: KeyType };
}
