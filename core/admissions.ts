import { randomBytes } from 'node:crypto';
import type { SignInCode } from './contract/sign-in';
import type { Log } from './log';
import type { Admitted } from './server/admitted';
import { removeSignInPage, writeSignInPage } from './sign-in-page';
import type { Database } from './store/database';
import { addDecision } from './store/decisions';
import { keyOf, noteKeyUse } from './store/keys';
import { hashOf, newSecret } from './store/secret';
import { insertSignIn, signInOf } from './store/sign-ins';
import type { Writer } from './store/writer';

/** What came of saying a code. */
export type SignedIn =
  | { readonly kind: 'in'; readonly id: number; readonly token: string; readonly expiresAt: number }
  | { readonly kind: 'wrong' }
  /** Too many were wrong: none is taken for a while. */
  | { readonly kind: 'paused' };

/** Who is let in from the network: by keys, by signing a browser in, and no longer once that has ended. */
export interface Admissions {
  /** Whose secret this is; null for nobody's. */
  admit(secret: string): Admitted | null;
  /** Makes a code that signs one browser in; for an address also a page that leads there with it. */
  newCode(url: string | null): Omit<SignInCode, 'url'>;
  /** Signs a browser in by a code, which is of no use from then on. */
  signIn(said: { readonly code: string; readonly browser: string }): Promise<SignedIn>;
  /** Tells the doors that somebody is let in no more. */
  end(who: { readonly key: number } | { readonly signIn: number }): void;
  /** Hears of everybody who is let in no more, by the id they were admitted with. */
  onEnd(hear: (id: string) => void): () => void;
  /** Removes the pages of codes, which end with the runtime. */
  close(): void;
}

const codeMs = 2 * 60_000;
const signedInMs = 12 * 60 * 60_000;
/** So many wrong codes within this time, and none is taken for as long again. */
const mostWrong = 5;
const pauseMs = 60_000;
const mostCodes = 20;
const longestBrowser = 200;
/** Sixteen letters that are not taken for each other and make no words: each stands for half a byte. */
const letters = 'bcdfghjkmnpqrstv';

/** Makes the one place that knows who is let in. */
export function createAdmissions(parts: {
  readonly db: Database;
  readonly writer: Writer;
  readonly log: Log;
  readonly now: () => number;
  /** Where pages that hold a code are. */
  readonly run: string;
}): Admissions {
  const { db, writer, log, now, run } = parts;
  const codes = new Map<string, { readonly until: number; readonly page: string | null }>();
  const listeners = new Set<(id: string) => void>();
  let wrong: number[] = [];
  let pausedUntil = 0;

  const note = (key: number) => {
    if (!writer.writes) return;
    writer
      .write((store) => noteKeyUse(store, { key, at: now() }))
      .catch((cause: unknown) => log('warning', 'The use of a key could not be noted.', { cause: String(cause) }));
  };
  const kept = (code: string) => hashOf(code).toString('hex');
  /** Forgets a code, and gives until when it was good. */
  const forget = (hash: string): number | undefined => {
    const code = codes.get(hash);
    codes.delete(hash);
    if (code?.page != null) removeSignInPage(code.page);
    return code?.until;
  };

  return {
    admit(secret) {
      const at = now();
      const key = keyOf(db, { secret, at });
      if (key !== null) {
        if (key.lastUsedAt === null || key.lastUsedAt <= at - 60_000) note(key.id);
        const { id, name, type, expiresAt } = key;
        return { id: `key:${id}`, caller: { by: `key:${name}`, key: { name, type } }, expiresAt };
      }
      const signIn = signInOf(db, { secret, at });
      return signIn && { id: `sign-in:${signIn.id}`, caller: { by: 'person' }, expiresAt: signIn.expiresAt };
    },
    newCode(url) {
      const code = newCode();
      const expiresAt = now() + codeMs;
      for (const [old, { until }] of codes) if (until <= now() || codes.size >= mostCodes) forget(old);
      const page = url === null ? null : writeSignInPage(run, `${url}/#code=${code}`);
      const hash = kept(bare(code));
      codes.set(hash, { until: expiresAt, page });
      // Nobody may come to use it, and a file with a code is not left lying.
      if (page !== null) setTimeout(() => forget(hash), codeMs).unref();
      return { code, expiresAt, page };
    },
    async signIn({ code, browser }) {
      const at = now();
      if (at < pausedUntil) return { kind: 'paused' };
      const until = forget(kept(bare(code)));
      if (until === undefined || until <= at) {
        wrong = [...wrong.filter((time) => time > at - pauseMs), at];
        if (wrong.length >= mostWrong) {
          pausedUntil = at + pauseMs;
          wrong = [];
        }
        return { kind: 'wrong' };
      }
      const token = newSecret();
      const expiresAt = at + signedInMs;
      const entry = { secret: token, browser: browser.slice(0, longestBrowser), at, expiresAt };
      const { id } = await writer.write((store) => {
        const made = insertSignIn(store, entry);
        addDecision(store, {
          ...{ at, by: 'person', kind: 'sign-in', task: null, repository: '', request: null, shown: null, rule: null },
          answered: { signIn: made.id, browser: made.browser, expiresAt },
        });
        return made;
      });
      return { kind: 'in', id, token, expiresAt };
    },
    end(who) {
      const id = 'key' in who ? `key:${who.key}` : `sign-in:${who.signIn}`;
      for (const hear of listeners) hear(id);
    },
    onEnd(hear) {
      listeners.add(hear);
      return () => listeners.delete(hear);
    },
    close() {
      for (const hash of [...codes.keys()]) forget(hash);
    },
  };
}

/** A code however people type it: with blanks, in capitals, without the dashes. */
function bare(code: string): string {
  return code.toLowerCase().replace(/[^a-z]/g, '');
}

/** Eight groups of four letters: 128 bits. */
function newCode(): string {
  const all = [...randomBytes(16)].map((byte) => `${letters[byte >> 4]}${letters[byte & 15]}`).join('');
  return all.replace(/(.{4})(?!$)/g, '$1-');
}
