import { useLayoutEffect, useRef } from 'react';
import type { ActionId } from './actions';
import { fieldOf } from './field';
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

/** Listens to the keyboard for the whole window. Gives back how to stop. */
export function listenToKeys(mac: boolean): () => void {
  let before: { readonly name: string; readonly at: number } | null = null;
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented) {
      // Whoever had this key had the second one of a pair.
      before = null;
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
    } else if (meaning !== null) {
      if (act(meaning, event.timeStamp)) event.preventDefault();
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
  return () => window.removeEventListener('keydown', onKey);
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
