import { CodedError } from './contract/errors';
import type { Settings } from './contract/settings';
import { github } from './forge/github';
import { forgePlace } from './forge/place';
import { createTokens, type Keychain, type Tokens } from './forge/tokens';
import { parseRemoteUrl } from './git/remote-url';
import type { PullRequestDeps } from './runner/pull-requests';
import type { Execute } from './starter/process';
import type { Database } from './store/database';
import { forgeToken, keepForgeToken, removeForgeToken } from './store/forge-tokens';
import type { Writer } from './store/writer';

/** What speaks to forges for the person, with the tokens they gave. */
export function createForges(from: {
  readonly db: Database;
  readonly writer: Writer;
  readonly keychain: Keychain | null;
  readonly settings: () => Settings;
  readonly environment: Readonly<Record<string, string>>;
  /** How programs are started. */
  readonly execute: Execute;
}): { readonly tokens: Tokens; readonly forgeOf: PullRequestDeps['forgeOf'] } {
  const { db, writer, settings } = from;
  const tokens = createTokens({
    keychain: from.keychain,
    kept: {
      read: (host) => forgeToken(db, host),
      write: (host, token) => writer.write((rows) => keepForgeToken(rows, { host, ...token, at: Date.now() })),
      remove: (host) => writer.write((rows) => removeForgeToken(rows, host)),
    },
    mayAskGh: () => settings().useGhToken,
    environment: from.environment,
    execute: from.execute,
  });
  return {
    tokens,
    async forgeOf({ intoUrl }) {
      const address = parseRemoteUrl(intoUrl);
      const place = address === null ? null : forgePlace(address, settings().forges);
      if (place === null) {
        throw new CodedError('BAD_INPUT', `${intoUrl} is on no forge that is known. Name it by the setting forges.`);
      }
      const token = await tokens.read(place.host);
      if (token !== null) return github({ place, token, now: Date.now });
      throw new CodedError(
        'SIGN_IN_NEEDED',
        `There is no token for ${place.host}. Sign in (in the terminal: forge login ${place.host}), or let GitHub's own program be asked for its token (in the terminal: settings set useGhToken true).`,
        { facts: { host: place.host } },
      );
    },
  };
}
