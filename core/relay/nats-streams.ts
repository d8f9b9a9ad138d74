import { readFile } from 'node:fs/promises';
import {
  DiscardPolicy,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { CodedError } from '../contract/errors';
import { mostUnanswered } from '../contract/relay';
import { readNatsAddress } from './nats-address';
import { keepsNot, notReached, said } from './nats-reach';

/** The stream of the newest messages. */
export const relayStream = 'SWITCHYARD_RELAY';
/** The stream of work that is not answered; on subjects of its own, because what is old goes from the other. */
export const workStream = 'SWITCHYARD_WORK';

/** A NATS server with the streams of the relay. */
export interface NatsServer {
  readonly connection: NatsConnection;
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
  /** Its address without user and password. */
  readonly shown: string;
}

/** How long an id is known again, in nanoseconds: an hour. */
const knownFor = 3_600_000_000_000;

/**
 * Connects to a NATS server, and makes the streams of the relay there unless they are there. Throws BAD_INPUT for an address that
 * is none, NOT_FOUND for credentials that are not there, and REMOTE_FAILED when it cannot be reached, has no JetStream, or does not let us in.
 */
export async function openNats(options: {
  readonly url: string;
  /** A file with the credentials to sign in with; null for none. */
  readonly credentials: string | null;
  /** How much of the newest messages is kept, where the stream is made. */
  readonly mostBytes: number;
}): Promise<NatsServer> {
  const { host, port, shown, secrets, tls } = readNatsAddress(options.url);
  const authenticator = options.credentials && credsAuthenticator(await read(options.credentials));
  const connection = await connect({
    servers: `${host}:${port}`,
    name: 'switchyard',
    ...secrets,
    ...(tls && { tls: {} }),
    ...(authenticator && { authenticator }),
    // Nobody is told that the relay is gone because a server was started anew.
    maxReconnectAttempts: -1,
    // Nor because it let us in no more for a while.
    ignoreAuthErrorAbort: true,
  }).catch((cause) => {
    throw notReached(shown, said(cause), cause);
  });
  try {
    const manager = await jetstreamManager(connection);
    for (const stream of streams(options.mostBytes)) await make(manager, stream);
    return { connection, client: jetstream(connection), manager, shown };
  } catch (cause) {
    throw await leaving({ connection, shown }, cause);
  }
}

/** Leaves a server that is of no use, and gives what is to be said of it. */
export async function leaving(
  { connection, shown }: Pick<NatsServer, 'connection' | 'shown'>,
  cause: unknown,
): Promise<CodedError> {
  await connection.close();
  return cause instanceof CodedError ? cause : keepsNot(shown, cause);
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new CodedError(
      'NOT_FOUND',
      `The credentials for the NATS server could not be read from ${file} (${said(cause)}). Name another file in SWITCHYARD_NATS_CREDS.`,
      { cause, facts: { file } },
    );
  }
}

function streams(mostBytes: number): readonly (Partial<StreamConfig> & { readonly name: string })[] {
  const kept = { storage: StorageType.File, retention: RetentionPolicy.Limits, duplicate_window: knownFor };
  return [
    { ...kept, name: relayStream, subjects: ['sessions.>'], max_bytes: mostBytes, discard: DiscardPolicy.Old },
    {
      ...kept,
      name: workStream,
      subjects: ['switchyard.work.*.*'],
      max_msgs: mostUnanswered.ofAll,
      max_bytes: mostUnanswered.bytesOfAll,
      max_msgs_per_subject: mostUnanswered.ofOne,
      discard: DiscardPolicy.New,
      discard_new_per_subject: true,
    },
  ];
}

async function make(manager: JetStreamManager, stream: Partial<StreamConfig> & { readonly name: string }) {
  const known = await manager.streams.names().next();
  // One that is there stays as whoever keeps the server made it.
  if (!known.includes(stream.name)) await manager.streams.add(stream);
}
