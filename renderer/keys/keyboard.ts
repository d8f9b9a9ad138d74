import { useLayoutEffect, useRef } from 'react';
import { flushSync } from 'react-dom';
import { deepFocus } from '../parts/deep-focus';
import type { ActionId } from './actions';
import { hunkKeys, isAwaited } from './awaiting';
import { fieldOf } from './field';
import { holdKeys, opening } from './held';
import { heard, nameOf, onlyOnce, type Pressed } from './press';

/**
 * What some actions do while a component is on screen. A handler is told when the key was pressed, in the time of events,
 * and one that gives back false passes the key on.
 */
export type Handlers = { readonly [id in ActionId]?: (at: number) => unknown };

/** What a digit does: 1 is the first option. False passes the key on. */
export type DigitHandler = (digit: number, at: number) => unknown;

/** Keeps a key from what it would do where the focus is. Whoever gives back true has said why. */
export type Refusal = (pressed: Pressed, target: Element | null) => boolean;

interface Layer {
  handlers: Handlers;
  digit: DigitHandler | undefined;
  refuses: Refusal | undefined;
}

const layers: Layer[] = [];
const pairMs = 1_200;

/** How often it is looked whether a key that is held can be done, and for how long without any other. */
const lookMs = 30;
const patienceMs = 10_000;

/**
 * Makes actions do something while the calling component is on screen. The newest component is asked first. Any of them may
 * refuse a key to all; an action that is chosen otherwise is never refused.
 */
export function useActions(handlers: Handlers, digit?: DigitHandler, refuses?: Refusal): void {
  const layer = useRef<Layer>({ handlers, digit, refuses });
  useLayoutEffect(() => {
    layer.current.handlers = handlers;
    layer.current.digit = digit;
    layer.current.refuses = refuses;
  });
  // Before the paint, so that no key pressed on what is seen is lost or taken by what lies under it.
  useLayoutEffect(() => {
    const mine = layer.current;
    layers.push(mine);
    return () => {
      layers.splice(layers.indexOf(mine), 1);
    };
  }, []);
}

/** Does an action as if its key was pressed then. False when nothing on screen does it now. */
export function act(id: ActionId, at = performance.now()): boolean {
  for (const { handlers } of [...layers].reverse()) {
    const handler = handlers[id];
    if (handler !== undefined && handler(at) !== false) return true;
  }
  return false;
}

/** Whether something on screen does this action now. */
export function canAct(id: ActionId): boolean {
  return layers.some(({ handlers }) => handlers[id] !== undefined);
}

/**
 * Listens to the keyboard for the whole window. A key whose hunk or file is still on its way is held until that is here;
 * what is typed after one that opens a field goes into the field. `lost` is told what could not be done after all, null
 * for what was waited for in vain. Gives back how to stop.
 */
export function listenToKeys(mac: boolean, lost: (meaning: ActionId | null) => void): () => void {
  let before: { readonly name: string; readonly at: number } | null = null;
  const hold = holdKeys({
    awaits: isAwaited,
    // The next one that is held acts on what this made of the window.
    does: (meaning) => flushSync(() => act(meaning)),
    isInField: () => fieldOf(deepFocus()) !== null,
    // The field hears it as typed, and its own undo takes it back.
    type: (text) => document.execCommand('insertText', false, text),
    failed: (meaning) => {
      if (hunkKeys.has(meaning)) lost(meaning);
    },
  });
  let looking: ReturnType<typeof setInterval> | undefined;
  let lastHeldAt = 0;
  const look = (): void => {
    hold.goOn();
    if (hold.has() && performance.now() - lastHeldAt > patienceMs) {
      hold.drop();
      lost(null);
    }
    if (hold.has()) return;
    clearInterval(looking);
    looking = undefined;
  };
  const lookOn = (): void => {
    lastHeldAt = performance.now();
    looking ??= setInterval(look, lookMs);
  };
  const giveUp = (): void => void hold.drop();
  /** Whether the key comes after others that are held: it is held too, or ends that. */
  const isHeld = (event: KeyboardEvent): boolean => {
    if (!hold.has() || event.isComposing) return false;
    const target = event.target instanceof Element ? event.target : null;
    const writes = fieldOf(target) !== null;
    look();
    const isLetter = event.key.length === 1 && !event.metaKey && (!event.ctrlKey || event.altKey);
    if (writes || !hold.has()) {
      hold.drop();
      // What was held may have given a field the focus just now: the letter goes there as well.
      const isLate = isLetter && !writes && fieldOf(deepFocus()) !== null;
      if (isLate) document.execCommand('insertText', false, event.key);
      return isLate;
    }
    if (isLetter || event.key === 'Enter' || event.key === 'Backspace') {
      const name = nameOf(event, mac);
      const pairStart = before !== null && event.timeStamp - before.at < pairMs ? before.name : null;
      before = { name, at: event.timeStamp };
      // A key that is held down is one press: what it opens takes no row of the same letter.
      if (!event.repeat) hold.add({ key: event.key, pressed: heard(name, pairStart) });
      lookOn();
      return true;
    }
    if (event.key !== 'Escape' && !event.ctrlKey && !event.metaKey) return true;
    hold.drop();
    return event.key === 'Escape';
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented) {
      // Whoever had this key had the second one of a pair.
      before = null;
      return;
    }
    if (isHeld(event)) {
      event.preventDefault();
      return;
    }
    if (event.isComposing || (event.altKey && !/^Arrow(Up|Down)$/.test(event.key))) return;
    const name = nameOf(event, mac);
    if (!name.startsWith('mod+') && (event.ctrlKey || event.metaKey)) return;
    if (event.repeat && name === 'Enter' && pressesButton(event)) {
      event.preventDefault();
      return;
    }
    if (belongsElsewhere(event, name)) return;
    const pairStart = before !== null && event.timeStamp - before.at < pairMs ? before.name : null;
    before = null;
    const pressed = heard(name, pairStart);
    const { meaning } = pressed;
    if (event.repeat && meaning !== 'begins-pair' && onlyOnce(meaning, name)) {
      event.preventDefault();
    } else if (meaning === 'begins-pair') {
      before = { name, at: event.timeStamp };
      event.preventDefault();
    } else if (isRefused(pressed, event)) {
      event.preventDefault();
    } else if (meaning !== null && isAwaited(meaning)) {
      event.preventDefault();
      hold.add({ key: event.key, pressed });
      lookOn();
    } else if (meaning !== null) {
      if (!act(meaning, event.timeStamp)) return;
      event.preventDefault();
      if (!opening.has(meaning)) return;
      hold.opens();
      lookOn();
    } else if (/^[1-9]$/.test(name)) {
      for (const { digit } of [...layers].reverse()) {
        if (digit !== undefined && digit(Number(name), event.timeStamp) !== false) {
          event.preventDefault();
          break;
        }
      }
    }
  };
  window.addEventListener('keydown', onKey);
  window.addEventListener('pointerdown', giveUp, { passive: true });
  return () => {
    window.removeEventListener('keydown', onKey);
    window.removeEventListener('pointerdown', giveUp);
    clearInterval(looking);
  };
}

function isRefused(pressed: Pressed, { target }: KeyboardEvent): boolean {
  const on = target instanceof Element ? target : null;
  return layers.some(({ refuses }) => refuses?.(pressed, on) === true);
}

/** A key held down presses a button once: the next one it would press may be another's. */
function pressesButton({ target }: KeyboardEvent): boolean {
  return target instanceof Element && target.closest('button') !== null;
}

/** What a field leaves to the window. */
const reachingOut: readonly string[] = [
  ...['alt+ArrowUp', 'alt+ArrowDown', 'alt+shift+ArrowUp', 'alt+shift+ArrowDown'],
  ...['mod+k', 'mod+,', 'mod+f', 'mod+s', 'mod+shift+f', 'Escape'],
];

/** What a closed list of choices leaves to it as well: the way through the tasks. Any other letter chooses in it. */
const walking: readonly string[] = ['j', 'k'];

/**
 * Keys typed into a field, a menu or a sheet are theirs; Enter and Space on a control press that control, and arrows on
 * what scrolls or has arrows of its own stay there. Letters and digits on any other control are the window's.
 */
function belongsElsewhere(event: KeyboardEvent, name: string): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (target === null) return false;
  if (target.closest('[role="menu"], [role="dialog"]') !== null) return name !== 'mod+k' && name !== 'mod+shift+f';
  const field = fieldOf(target);
  if (field?.tagName === 'SELECT' && walking.includes(name)) return false;
  if (field !== null) return !reachingOut.includes(name);
  if (name.startsWith('Arrow'))
    return target.closest('input, [role="tablist"], [role="log"], pre, .diff, .files, .contest-body') !== null;
  return name === 'Enter' && target.closest('input, button, a, summary, [role="tab"]') !== null;
}
