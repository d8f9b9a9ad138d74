import type { Caller } from '../contract/caller';
import { CodedError } from '../contract/errors';
import type { SignIn, SignInCode } from '../contract/sign-in';
import { listSignIns, revokeSignIn } from '../store/sign-ins';
import { record } from './decisions';
import type { Room } from './room';

/** Makes a code that signs one browser in. Throws WRONG_STATE when no server is open to say it to. */
export async function create(room: Room, { page = false }: { page?: boolean | undefined } = {}): Promise<SignInCode> {
  const state = await room.server();
  if (state.kind === 'listening') return { ...room.admissions.newCode(page ? state.url : null), url: state.url };
  const why = state.kind === 'failed' ? state.reason : 'the setting server is false';
  const message = `There is no web monitor to sign in to: ${why}. See the setting server (in the terminal: settings set server true).`;
  throw new CodedError('WRONG_STATE', message);
}

/** The browsers that are signed in now. */
export function list(room: Room): SignIn[] {
  return listSignIns(room.db, room.now());
}

/** Signs a browser out, at once. */
export async function revoke(room: Room, { by }: Caller, signIn: number): Promise<SignIn> {
  const revoked = await room.writer.write((db) => {
    const { signIn: now, isChanged } = revokeSignIn(db, { signIn, at: room.now() });
    const { id, browser } = now;
    const decision = { by, kind: 'sign-out', repository: '', shown: null, answered: { signIn: id, browser } } as const;
    if (isChanged) record(room, db, decision);
    return now;
  });
  room.admissions.end({ signIn });
  return revoked;
}
