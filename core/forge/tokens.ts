import { delimiter, isAbsolute } from 'node:path';
import type { ForgeAccount } from '../contract/pull-request';
import type { Execute } from '../starter/process';

/** Where a shell keeps secrets for the person: the system's keychain. */
export interface Keychain {
  /** Text that only this person's keychain opens again; null when there is none to be trusted. */
  seal(secret: string): Promise<string | null>;
  /** What was sealed; null when it cannot be opened here. */
  open(sealed: string): Promise<string | null>;
}

/** A token as it is kept. */
export interface KeptToken {
  readonly sealed: string;
  readonly login: string;
}

/** Tokens of forges, by host. None of them is ever written in clear text. */
export interface Tokens {
  /** The token to use now; null when there is none. */
  read(host: string): Promise<string | null>;
  account(host: string): Promise<ForgeAccount>;
  /** Keeps one, sealed when it can be, else for as long as this runs. */
  keep(host: string, token: { readonly secret: string; readonly login: string }): Promise<void>;
  forget(host: string): Promise<void>;
}

/** Makes them of what a shell and the store supply. */
export function createTokens(from: {
  /** Null when the shell has none. */
  readonly keychain: Keychain | null;
  readonly kept: {
    read(host: string): KeptToken | undefined;
    write(host: string, token: KeptToken): Promise<void>;
    remove(host: string): Promise<void>;
  };
  /** Whether the person agreed that GitHub's own program be asked for its token. */
  readonly mayAskGh: () => boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** How that program is started: what it starts to reach a keyring may stay. */
  readonly execute: Execute;
}): Tokens {
  const session = new Map<string, { readonly secret: string; readonly login: string }>();
  const sealed = async (host: string): Promise<string | null> => {
    const kept = from.kept.read(host);
    return kept === undefined || from.keychain === null ? null : from.keychain.open(kept.sealed);
  };
  const fromGh = (host: string) => (from.mayAskGh() ? askGh(host, from) : null);
  return {
    async read(host) {
      return session.get(host)?.secret ?? (await sealed(host)) ?? (await fromGh(host));
    },
    async account(host) {
      const now = session.get(host);
      if (now !== undefined) return { host, signedIn: 'session', login: now.login, notice: forNow };
      const kept = from.kept.read(host);
      if (kept !== undefined && (await sealed(host)) !== null) {
        return { host, signedIn: 'keychain', login: kept.login, notice: null };
      }
      const notice = kept === undefined ? null : elsewhere;
      if ((await fromGh(host)) !== null) return { host, signedIn: 'gh', login: null, notice };
      return { host, signedIn: null, login: null, notice };
    },
    async keep(host, { secret, login }) {
      const text = (await from.keychain?.seal(secret)) ?? null;
      if (text === null) session.set(host, { secret, login });
      else {
        session.delete(host);
        await from.kept.write(host, { sealed: text, login });
      }
    },
    async forget(host) {
      session.delete(host);
      await from.kept.remove(host);
    },
  };
}

const forNow = 'The token is kept until Switchyard ends: there is no keychain here that it could be sealed with.';
const elsewhere =
  'A token is sealed by the keychain of the desktop app, which is not the one that runs now. Sign in again for now, or open the app.';

/** What GitHub's own program needs to find its own token. Its variables that hold one are not passed on. */
const forGh = [
  'HOME',
  'USER',
  'XDG_CONFIG_HOME',
  'XDG_RUNTIME_DIR',
  'DBUS_SESSION_BUS_ADDRESS',
  'APPDATA',
  'SystemRoot',
];

/** The token GitHub's own program has for a host; null when it has none or is not there. */
async function askGh(
  host: string,
  { environment, execute }: { readonly environment: Readonly<Record<string, string>>; readonly execute: Execute },
): Promise<string | null> {
  const path = (environment.PATH ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  const env: Record<string, string> = {
    PATH: path.join(delimiter),
    GH_PROMPT_DISABLED: '1',
    GH_NO_UPDATE_NOTIFIER: '1',
  };
  for (const name of forGh) if (environment[name] !== undefined) env[name] = environment[name];
  try {
    const { stdout, exitCode } = await execute({
      ...{ program: 'gh', args: ['auth', 'token', '--hostname', host], directory: environment.HOME ?? '/' },
      ...{ environment: env, timeoutMs: 10_000, maxBytes: 64 * 1024 },
    });
    const token = stdout.toString('utf8').trim();
    return exitCode === 0 && /^[\x21-\x7e]{10,}$/.test(token) ? token : null;
  } catch {
    // It is not there, or said nothing in time.
    return null;
  }
}
