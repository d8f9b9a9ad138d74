import { type ActionId, actionIds, actions } from './actions';

/** What of a keyboard event decides. */
export interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** The name of a press as the table writes it; `mod` is ⌘ on a Mac and Ctrl elsewhere. */
export function nameOf(press: Press, mac: boolean): string {
  // The key that leaves a terminal is no key to go back with: pressed once too often it must do nothing.
  if (press.shiftKey && press.key === 'Escape') return 'shift+Escape';
  if (press.altKey) return `alt+${press.shiftKey ? 'shift+' : ''}${press.key}`;
  const mod = mac ? press.metaKey : press.ctrlKey;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  // Letters alone have a chord with Shift: other signs may need it to be typed at all.
  const shift = mod && press.shiftKey && /^[a-z]$/.test(key) ? 'shift+' : '';
  return mod ? `mod+${shift}${key}` : key;
}

/** What was pressed, as the table writes it, and what that means: an action, the beginning of a pair, or nothing. */
export interface Pressed {
  readonly keys: string;
  readonly meaning: ActionId | 'begins-pair' | null;
}

/** What a press is after `before`, the first key of a pair: the pair where there is such a one, else the press alone. */
export function heard(name: string, before: string | null): Pressed {
  const pair = `${before} ${name}`;
  const paired = before === null ? undefined : actionIds.find((action) => actions[action].keys.includes(pair));
  return paired === undefined ? { keys: name, meaning: meaningAlone(name) } : { keys: pair, meaning: paired };
}

function meaningAlone(name: string): Pressed['meaning'] {
  const single = actionIds.find((action) => actions[action].keys.includes(name));
  if (single !== undefined) return single;
  return actionIds.some((action) => actions[action].keys.some((keys) => keys.startsWith(`${name} `)))
    ? 'begins-pair'
    : null;
}

/** Whether a press does this once however long the key is held: what answers or opens something. */
export function onlyOnce(meaning: ActionId | null, name: string): boolean {
  return meaning === null ? /^[1-9]$/.test(name) : meaning === 'allow' || meaning === 'deny' || meaning === 'open';
}

/** How a key of the table is written for the person: `⌘K`, `Ctrl K`, `G then I`. */
export function written(keys: string, mac: boolean): string {
  return keys
    .split(' ')
    .map((chord) =>
      chord
        .split('+')
        .map((key) => keyNames(mac)[key] ?? (key.length === 1 ? key.toUpperCase() : key))
        .join(mac ? '' : ' '),
    )
    .join(' then ');
}

function keyNames(mac: boolean): Readonly<Record<string, string>> {
  return {
    mod: mac ? '⌘' : 'Ctrl',
    Enter: '↵',
    Escape: 'Esc',
    Backspace: mac ? '⌫' : 'Backspace',
    ArrowDown: '↓',
    ArrowUp: '↑',
    shift: mac ? '⇧' : 'Shift',
    alt: mac ? '⌥' : 'Alt',
  };
}
