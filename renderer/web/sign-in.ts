const name = 'switchyard.token';
const idName = 'switchyard.sign-in';
const leftName = 'switchyard.left';
/** How long the server may take to say whether it knows a token. */
const answerMs = 8_000;

/** Why nobody is signed in here who was before: they left, or their sign-in ended. */
export type Left = 'signed-out' | 'ended';

/** What the server gives a browser that signs in: its token, and the number it is signed in as. */
export interface Pass {
  readonly token: string;
  readonly id: number;
}

/** What this tab keeps of its sign-in: for as long as it is open, and for no other tab. */
export interface SignedIn {
  /** What the server gave this browser; null when it is not signed in. */
  pass(): Pass | null;
  keep(pass: Pass): void;
  /** Forgets it, and says why. */
  leave(why: Left): void;
  /** Why it was forgotten last; null when nobody was signed in here. */
  left(): Left | null;
}

/** The sign-in of a tab, kept in its own storage. */
export function signedIn(storage: Storage): SignedIn {
  return {
    pass() {
      const token = storage.getItem(name) ?? '';
      // It goes into a header and a subprotocol, which take nothing else.
      if (!/^[A-Za-z0-9._-]+$/.test(token)) return null;
      return { token, id: Number(storage.getItem(idName)) };
    },
    keep({ token, id }) {
      storage.removeItem(leftName);
      storage.setItem(name, token);
      storage.setItem(idName, `${id}`);
    },
    leave(why) {
      storage.removeItem(name);
      storage.removeItem(idName);
      storage.setItem(leftName, why);
    },
    left() {
      const why = storage.getItem(leftName);
      return why === 'signed-out' || why === 'ended' ? why : null;
    },
  };
}

/** Signs in with a code. Throws with a sentence that says what to do. */
export async function signInWith(code: string): Promise<Pass> {
  let answer: Response;
  try {
    answer = await fetch('/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: code.trim() }),
    });
  } catch {
    throw new Error(
      'Switchyard cannot be reached here. If it was started anew it may have another address: use its command `open` in a terminal of its machine and go to the one that shows.',
    );
  }
  const said = await wordsOf(answer);
  const { token, id } = said;
  if (answer.ok && typeof token === 'string' && typeof id === 'number') return { token, id };
  if (answer.status === 429) throw new Error('There were too many wrong codes. Wait a minute, then try again.');
  if (answer.status === 400 || answer.status === 401 || answer.status === 403) {
    throw new Error(
      'This code is wrong, was used already or is older than two minutes. Use the command `open` again and take the new one.',
    );
  }
  throw new Error(
    typeof said.message === 'string'
      ? said.message
      : `Signing in failed: the server answered ${answer.status}. Use the command \`open\` again and take the new code.`,
  );
}

/** Whether the server refuses a token. One that cannot be reached refuses nothing. */
export async function isRefused(token: string): Promise<boolean> {
  try {
    const headers = { authorization: `Bearer ${token}` };
    // Where the network went away without a word, the browser would wait for minutes, and no line be tried meanwhile.
    const { status } = await fetch('/status', { headers, signal: AbortSignal.timeout(answerMs) });
    return status === 401 || status === 403;
  } catch {
    return false;
  }
}

async function wordsOf(answer: Response): Promise<Readonly<Record<string, unknown>>> {
  try {
    const said: unknown = await answer.json();
    return typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
