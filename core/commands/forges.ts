import { CodedError } from '../contract/errors';
import type { ForgeAccount } from '../contract/pull-request';
import { github } from '../forge/github';
import type { ForgePlace } from '../forge/place';
import type { Room } from './room';

/** The forges that can be signed in to: github.com, and those the settings name. */
export function list(room: Room): Promise<ForgeAccount[]> {
  return Promise.all(hosts(room).map((host) => room.tokens.account(host)));
}

/** Asks the forge whose token it is, and keeps it. Throws BAD_INPUT for a host that is no such forge. */
export async function login(
  room: Room,
  input: { readonly host: string; readonly token: string },
  signal: AbortSignal | undefined,
): Promise<ForgeAccount> {
  const host = known(room, input.host);
  const forge = github({ place: placeOf(room, host), token: input.token, now: room.now });
  const name = await forge.login(signal);
  await room.tokens.keep(host, { secret: input.token, login: name });
  return room.tokens.account(host);
}

/** Forgets the token of a host. */
export async function logout(room: Room, host: string): Promise<ForgeAccount> {
  await room.tokens.forget(known(room, host));
  return room.tokens.account(host);
}

function hosts(room: Room): string[] {
  const named = room.settings().forges.filter(({ kind }) => kind === 'github');
  return [...new Set(['github.com', ...named.map(({ host }) => host)])];
}

function known(room: Room, host: string): string {
  const found = hosts(room).find((each) => each === host.toLowerCase());
  if (found !== undefined) return found;
  throw new CodedError(
    'BAD_INPUT',
    `${JSON.stringify(host)} is not known as a GitHub. Those known are ${hosts(room).join(', ')}; name a GitHub Enterprise by the setting forges.`,
  );
}

/** Any repository there: only the person is asked for. */
function placeOf(room: Room, host: string): ForgePlace {
  const named = room.settings().forges.find((forge) => forge.host === host);
  const api = named?.api ?? (host === 'github.com' ? 'https://api.github.com' : `https://${host}/api/v3`);
  return { kind: 'github', host, path: 'any/any', web: `https://${host}`, api };
}
