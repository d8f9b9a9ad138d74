import { matchesPattern } from '../contract/relay';

/** Who is to hear what is published on a subject. */
export interface Subscribers<Subscriber> {
  /** Adds a subscriber to a pattern, and gives what takes it away. */
  add(pattern: string, subscriber: Subscriber): () => void;
  /** The subscribers of a subject, each once. Made anew only after somebody came or left. */
  of(subject: string): readonly Subscriber[];
}

/** How many subjects are remembered with their subscribers. */
const mostRemembered = 10_000;

/** Makes an empty list of subscribers. */
export function createSubscribers<Subscriber>(): Subscribers<Subscriber> {
  const entries = new Set<{ readonly pattern: string; readonly subscriber: Subscriber }>();
  const remembered = new Map<string, readonly Subscriber[]>();
  return {
    add(pattern, subscriber) {
      const entry = { pattern, subscriber };
      entries.add(entry);
      remembered.clear();
      return () => {
        if (entries.delete(entry)) remembered.clear();
      };
    },
    of(subject) {
      const known = remembered.get(subject);
      if (known !== undefined) return known;
      const found = new Set<Subscriber>();
      for (const { pattern, subscriber } of entries) if (matchesPattern(pattern, subject)) found.add(subscriber);
      const subscribers = [...found];
      if (remembered.size >= mostRemembered) remembered.clear();
      remembered.set(subject, subscribers);
      return subscribers;
    },
  };
}
