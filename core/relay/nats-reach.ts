import { JetStreamApiError } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { CodedError } from '../contract/errors';

/** A way to a NATS server that says in one sentence when it leads nowhere. */
export interface NatsReach {
  /**
   * Asks the server something. Throws REMOTE_FAILED, with what to do, when it does not answer or cannot do it: at once while the
   * connection is gone, also of what was asked before. Of what it refused for a reason that `known` has a word for, throws that.
   */
  ask<T>(act: () => Promise<T>, known?: (cause: unknown) => CodedError | null): Promise<T>;
}

/** Watches a connection. `onAway` is told why the server cannot be reached any more, and null once it can be again. */
export function createReach(options: {
  readonly connection: Pick<NatsConnection, 'status'>;
  /** The address without user and password. */
  readonly shown: string;
  readonly onAway: (cause: CodedError | null) => void;
}): NatsReach {
  const { connection, shown, onAway } = options;
  const asked = new Set<(cause: CodedError) => void>();
  let away: CodedError | null = null;

  const watch = async () => {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect' && away === null) {
        away = notReached(shown, 'it hung up');
        onAway(away);
        // Their answers would come by the connection that is gone.
        for (const fail of asked) fail(notReached(shown, 'it hung up'));
      } else if (type === 'reconnect' && away !== null) {
        away = null;
        onAway(null);
      }
    }
  };
  void watch();

  return {
    ask(act, known = () => null) {
      if (away !== null) return Promise.reject(notReached(shown, 'it hung up'));
      return new Promise((resolve, reject) => {
        asked.add(reject);
        act()
          .then(resolve, (cause: unknown) => reject(known(cause) ?? wordsFor(cause, shown)))
          .finally(() => asked.delete(reject));
      });
    },
  };
}

function wordsFor(cause: unknown, shown: string): CodedError {
  if (cause instanceof CodedError) return cause;
  // It answers, and has no stream for what was published.
  const isNobodys = cause instanceof Error && cause.name === 'JetStreamNotEnabled';
  return isNobodys || cause instanceof JetStreamApiError
    ? keepsNot(shown, cause)
    : notReached(shown, said(cause), cause);
}

/** That a server does not answer. */
export function notReached(shown: string, why: string, cause?: unknown): CodedError {
  const message = `The NATS server ${shown} could not be reached (${why}). Start it, or change the setting natsUrl.`;
  return new CodedError('REMOTE_FAILED', message, { facts: { url: shown }, ...(cause !== undefined && { cause }) });
}

/** That a server answers and is of no use. */
export function keepsNot(shown: string, cause: unknown): CodedError {
  const message = `The NATS server ${shown} cannot keep the relay's messages (${said(cause)}). Turn JetStream on there and allow streams to be made and followed, or empty the setting natsUrl; then start Switchyard anew, which makes the streams that are not there.`;
  return new CodedError('REMOTE_FAILED', message, { cause, facts: { url: shown } });
}

/** What a NATS server or its library said of a failure, in a line. */
export function said(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
