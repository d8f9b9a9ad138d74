import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Finding } from './contract/doctor';
import { type NatsAddress, readNatsAddress } from './relay/nats-address';

/** What a server that was asked for nothing said of itself, or why it said nothing. */
type Greeting =
  | { readonly kind: 'nats'; readonly version: string; readonly keeps: boolean }
  | { readonly kind: 'stranger' }
  | { readonly kind: 'silent'; readonly reason: string };

const patienceMs = 3_000;
const longestGreeting = 64 * 1024;

/**
 * Whether the NATS server that is to carry the relay answers. It is told nothing: such a server speaks first. Waits three seconds at most, and
 * says no secret of the address.
 */
export async function natsFinding(
  { url, credentials }: { readonly url: string; readonly credentials: string | null },
  limitMs = patienceMs,
): Promise<Finding> {
  const found = { name: 'nats server', required: false } as const;
  const warning = (detail: string, hint: string): Finding => ({ ...found, state: 'warning', detail, hint });
  const instead =
    'or name none: the setting natsUrl empty, SWITCHYARD_NATS_URL not set. The relay is carried by Switchyard itself then.';
  let address: NatsAddress;
  try {
    address = readNatsAddress(url);
  } catch {
    const detail = 'what the setting natsUrl or SWITCHYARD_NATS_URL says is no address of one, so there is no relay';
    return warning(detail, `Give one like nats://127.0.0.1:4222, ${instead}`);
  }
  const { shown } = address;
  if (credentials !== null && !(await isReadable(credentials))) {
    return warning(
      `the credentials for ${shown} cannot be read from ${credentials}`,
      'Name a file that you can read in SWITCHYARD_NATS_CREDS.',
    );
  }
  const greeting = await greet(address, limitMs);
  if (greeting.kind === 'silent')
    return warning(`${shown} does not answer (${greeting.reason}), so there is no relay`, `Start it, ${instead}`);
  if (greeting.kind === 'stranger')
    return warning(
      `what answers at ${shown} is no NATS server, so there is no relay`,
      `Name another address, ${instead}`,
    );
  const { version, keeps } = greeting;
  if (!keeps) {
    const detail = `${shown} (${version}) answers, without JetStream, which the relay needs`;
    return warning(detail, `Turn JetStream on there (nats-server --jetstream), ${instead}`);
  }
  return { ...found, state: 'ok', detail: `${shown} (${version}) answers, with JetStream`, hint: null };
}

async function isReadable(file: string): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}

/** Hears the first line a server says. */
function greet({ host, port }: NatsAddress, limitMs: number): Promise<Greeting> {
  return new Promise((resolve) => {
    const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port });
    let said = '';
    const end = (greeting: Greeting) => {
      clearTimeout(late);
      socket.destroy();
      resolve(greeting);
    };
    const late = setTimeout(() => end({ kind: 'silent', reason: `not within ${limitMs / 1000} s` }), limitMs);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      said += text;
      if (said.includes('\r\n') || said.length > longestGreeting) end(understood(said));
    });
    socket.once('end', () => end(said === '' ? { kind: 'silent', reason: 'it hung up' } : understood(said)));
    socket.once('error', (error: NodeJS.ErrnoException) => end({ kind: 'silent', reason: error.code ?? 'failed' }));
  });
}

function understood(said: string): Greeting {
  const json = /^INFO (\{.*\})\s*\r\n/.exec(said)?.[1];
  try {
    const { version, jetstream } = JSON.parse(json ?? '') as {
      readonly version?: unknown;
      readonly jetstream?: unknown;
    };
    const shown = typeof version === 'string' && /^[\w.+-]{1,40}$/.test(version) ? version : 'of unknown version';
    return { kind: 'nats', version: shown, keeps: jetstream === true };
  } catch {
    return { kind: 'stranger' };
  }
}
