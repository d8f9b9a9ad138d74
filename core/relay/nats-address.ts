import { CodedError } from '../contract/errors';

/** Where a NATS server is, and how it is signed in to. */
export interface NatsAddress {
  readonly host: string;
  readonly port: number;
  /** The address without user and password. */
  readonly shown: string;
  readonly secrets: { readonly user?: string; readonly pass?: string; readonly token?: string };
  readonly tls: boolean;
}

/** Reads the address of a NATS server. Throws BAD_INPUT for what is none, without repeating it. */
export function readNatsAddress(url: string): NatsAddress {
  const { protocol, hostname: host, port: typed, username, password } = parts(url);
  if (!['nats:', 'tls:'].includes(protocol) || host === '') throw noAddress();
  const port = typed === '' ? 4222 : Number(typed);
  const [user, pass] = [decoded(username), decoded(password)];
  const secrets = user === '' ? {} : pass === '' ? { token: user } : { user, pass };
  return { host, port, shown: `${protocol}//${host}:${port}`, secrets, tls: protocol === 'tls:' };
}

function parts(url: string): URL {
  try {
    return new URL(url);
  } catch {
    // Without the cause, which repeats what was given: there may be a password in it.
    throw noAddress();
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw noAddress();
  }
}

function noAddress(): CodedError {
  return new CodedError('BAD_INPUT', 'Give the address of a NATS server, like nats://127.0.0.1:4222.');
}
