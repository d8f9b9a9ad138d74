import { useSyncExternalStore } from 'react';
import { createStore } from '../state/store';
import { type Look, looked } from './readable';

const looks = createStore<readonly Look[]>([]);
const told = ['focus', 'blur', 'visibilitychange'] as const;
let followers = 0;

/** Since when, and when before, the window is seen and has the keys: what a request's time to be read is counted by. */
export function useLooks(): readonly Look[] {
  return useSyncExternalStore(follow, looks.get);
}

/** It is followed only as long as some request is on screen. */
function follow(listener: () => void): () => void {
  const stop = looks.subscribe(listener);
  followers += 1;
  if (followers === 1) {
    for (const type of told) window.addEventListener(type, look);
    look();
  }
  return () => {
    stop();
    followers -= 1;
    if (followers > 0) return;
    for (const type of told) window.removeEventListener(type, look);
    // Nobody is told from here on, so nothing is known of it.
    looks.update(() => []);
  };
}

function look(): void {
  const looking = document.visibilityState === 'visible' && document.hasFocus();
  looks.update((known) => looked(known, looking, performance.now()));
}
