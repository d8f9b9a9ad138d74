import { matchesPattern } from '../contract/relay';
import type { Heard } from './bus';
import type { Ring } from './ring';
import type { Subscribers } from './subject';

/** Who hears what the ring holds, and from where on. */
export interface Replay {
  readonly ring: Ring;
  readonly subscribers: Subscribers<(heard: Heard) => void>;
  readonly pattern: string;
  readonly hear: (heard: Heard) => void;
  /** The number of the last message that is known. */
  readonly after: number;
  readonly pace: () => Promise<void> | void;
  /** Told when the ring could not be read. */
  readonly onError: (cause: unknown) => void;
}

/** How many bytes are told before it is asked again whether there is room for more. */
const mostAtOnce = 512 * 1024;

/**
 * Tells a subscriber what the ring holds, a piece in each turn of the event loop, then adds it to those who hear what comes:
 * nothing is left out in between, and nothing told twice. Gives what ends it.
 */
export function replay(from: Replay): () => void {
  const { ring, subscribers, pattern, hear, pace } = from;
  let left = false;
  let leave = () => {};
  let known = from.after;

  const tellAll = async () => {
    while (!left) {
      await pace();
      // A turn of its own: in one that is telling, the newest messages are in the ring already, and will be told.
      await new Promise((resolve) => setImmediate(resolve));
      if (left) return;
      if (known < ring.lost()) {
        hear({ kind: 'missed', from: known + 1, to: ring.lost() });
        known = ring.lost();
      }
      const piece = ring.read(known);
      let told = 0;
      for (const message of piece) {
        if (told > mostAtOnce) {
          await pace();
          told = 0;
        }
        if (left) return;
        known = message.seq;
        if (!matchesPattern(pattern, message.subject)) continue;
        hear(message);
        told += message.frame.length;
      }
      if (piece.length > 0) continue;
      leave = subscribers.add(pattern, hear);
      return;
    }
  };
  void tellAll().catch((cause) => {
    from.onError(cause);
    if (left) return;
    // It is there, but not for whoever asks now.
    if (known < ring.last()) hear({ kind: 'missed', from: known + 1, to: ring.last() });
    leave = subscribers.add(pattern, hear);
  });
  return () => {
    left = true;
    leave();
  };
}
