import { createHash, randomBytes } from 'node:crypto';
import type { HookListener, HookProgram } from '../agents/screen';

/** What came in by a hook, from a screen that has the key. */
export interface Hooked {
  readonly key: string;
  readonly event: unknown;
  readonly over: AbortSignal;
}

/** Where what screens say by their hooks meets the work that listens to it. */
export interface Hooks {
  /** The program that passes a hook on; null when there is none. */
  readonly program: HookProgram | null;
  /** The file that says where it is passed on to. */
  readonly door: string;
  /** Listens to the screen with this key until the function it gives is called, for work that `signal` ends. */
  listen(keyHash: string, listener: HookListener, signal: AbortSignal): () => void;
  /** Hands over what came in. `later` while nobody listens who will; what nobody will ever listen to is answered with nothing. */
  take(call: Hooked): Promise<{ readonly kind: 'answer'; readonly value: unknown } | { readonly kind: 'later' }>;
}

/** Makes the meeting place. `isKnown` tells whether a takeover that has not ended has a key with this hash. */
export function createHooks({
  isKnown,
  ...given
}: Pick<Hooks, 'program' | 'door'> & { readonly isKnown: (keyHash: string) => boolean }): Hooks {
  const listening = new Map<string, { readonly listener: HookListener; readonly signal: AbortSignal }>();
  return {
    ...given,
    listen(keyHash, listener, signal) {
      const mine = { listener, signal };
      listening.set(keyHash, mine);
      return () => {
        if (listening.get(keyHash) === mine) listening.delete(keyHash);
      };
    },
    async take({ key, event, over }) {
      const keyHash = hashOf(key);
      const heard = listening.get(keyHash);
      if (heard === undefined) return isKnown(keyHash) ? { kind: 'later' } : { kind: 'answer', value: null };
      try {
        return { kind: 'answer', value: await heard.listener.take(event, over) };
      } catch (cause) {
        // The screen may outlive the work, and whoever goes on with that is asked again.
        if (heard.signal.aborted) return { kind: 'later' };
        throw cause;
      }
    },
  };
}

/** A new key, which only the screen gets, and the hash by which it is known again. */
export function newKey(): { readonly key: string; readonly keyHash: string } {
  const key = randomBytes(32).toString('base64url');
  return { key, keyHash: hashOf(key) };
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
