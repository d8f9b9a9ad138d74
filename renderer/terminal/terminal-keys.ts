import type { KeyboardEvent as KeyboardEventOf } from 'react';
import { nameOf } from '../keys/press';
import type { App } from '../state/app';
import { copyText } from '../state/copy';
import type { Screen } from './screen';

/** What a key means before the program gets it: leaving, copying, pasting and looking for something. False keeps it here. */
export function keyFor(
  event: KeyboardEvent,
  does: { readonly app: App; readonly screen: Screen; readonly find: () => void; readonly leave: () => void },
): boolean {
  if (event.type !== 'keydown') return true;
  if (event.key === 'Escape' && event.shiftKey) {
    event.preventDefault();
    event.stopPropagation();
    does.leave();
    return false;
  }
  const { mac } = does.app;
  // On a Mac the command key is never a program's; elsewhere Ctrl is, and with Shift it is ours.
  const held = mac ? 'mod+' : 'mod+shift+';
  const name = nameOf(event, mac);
  if (!name.startsWith(held)) return true;
  const key = name.slice(held.length);
  if (key === 'f') {
    event.preventDefault();
    event.stopPropagation();
    does.find();
    return false;
  }
  if (key === 'c') {
    const text = does.screen.selection();
    if (text !== '') void copyText(does.app, 'selection', text);
    event.preventDefault();
    return false;
  }
  // The system pastes, which comes as an event; everything else with this key is the window's.
  return !(key === 'v' || mac);
}

/** Gives the keyboard back to the page, at the place from which the terminal was entered. */
export function leave(element: HTMLElement): void {
  element.closest('.terminals')?.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus();
}

/** Scrolls a terminal that is not typed into by the keys that scroll. */
export function scrollBy(event: KeyboardEventOf, screen: Screen | null): void {
  if (event.target !== event.currentTarget) return;
  const lines = { PageUp: -20, PageDown: 20, ArrowUp: -1, ArrowDown: 1, Home: -1e6, End: 1e6 }[event.key];
  if (lines === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  screen?.scroll(lines);
}
