import { matchesPattern, type RelayAgent, type RelayHeard } from '../../../core/contract/relay';
import type { Amount } from './core';

const types = ['transcript', 'result', 'work', 'progress'] as const;
const hostile = 'red \u001B[31mbell \u0007 bidi \u202Egnp.exe <img src=x onerror=alert(1)> שלום 👩‍🚀';

/** How many messages there are, and how many come every twentieth of a second. */
const sizes: Readonly<Record<Amount, { readonly kept: number; readonly live: number; readonly agents: number }>> = {
  none: { kept: 0, live: 0, agents: 0 },
  little: { kept: 40, live: 0, agents: 3 },
  much: { kept: 30_000, live: 100, agents: 300 },
};

/** The relay as a page sees it: agents, and messages of which the oldest are gone where there are many. */
export function createRelay(amount: Amount) {
  const { kept, live, agents } = sizes[amount];
  const began = Date.now();
  let last = kept;
  const followers = new Set<() => void>();
  const message = (seq: number): RelayHeard => {
    const type = types[seq % types.length] ?? 'result';
    const place = type === 'transcript' ? 'events' : type === 'work' ? 'work.claude' : 'results.claude';
    const text = seq % 7 === 0 ? hostile : `Step ${seq} of what is done`;
    return {
      kind: 'message',
      ...{ seq, subject: `sessions.${seq % 3 === 0 ? `ci-${seq % 40}` : (seq % 9) + 1}.${place}`, type },
      ...{ at: began + (seq - kept) * 50, id: `m${seq}` },
      payload: { text, step: seq, files: seq % 5 === 0 ? ['src/uploader.ts', 'test/uploader.test.ts'] : [] },
    };
  };
  /** Says one more thing on the relay. */
  const publish = (count = 1): void => {
    last += count;
    for (const wake of followers) wake();
  };
  async function* follow(
    { pattern, after }: { pattern: string; after?: number | undefined },
    signal: AbortSignal | undefined,
  ): AsyncGenerator<RelayHeard> {
    let at = after ?? last;
    if (amount === 'much') yield { kind: 'missed', from: at + 1, to: at + 25 };
    while (!signal?.aborted) {
      for (; at < last; at += 1) {
        const one = message(at + 1);
        if (one.kind === 'message' && matchesPattern(pattern, one.subject)) yield one;
      }
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          followers.delete(wake);
          resolve();
        };
        followers.add(wake);
        signal?.addEventListener('abort', wake, { once: true });
        if (live > 0) setTimeout(() => publish(live), 50);
      });
    }
  }
  const agentAt = (index: number): RelayAgent => ({
    ...(index % 3 === 2
      ? { session: `${index + 1}`, role: 'claude', kind: 'own' as const, by: 'person' }
      : {
          ...{ session: index % 2 === 0 ? 'ci-nightly' : `a-session-with-a-very-long-name-${index}` },
          ...{ role: `builder-${index}`, kind: 'connected' as const, by: 'key:the nightly build' },
        }),
    ...{
      since: began - index * 90_000,
      unanswered: index % 4 === 0 ? 12 : 0,
      sent: index * 31,
      received: index * 1_207,
    },
  });
  let gone: readonly string[] = [];
  return {
    publish,
    follow,
    agents: () =>
      Array.from({ length: agents }, (_, index) => agentAt(index)).filter(({ role }) => !gone.includes(role)),
    disconnect({ role }: { role: string }) {
      gone = [...gone, role];
    },
    status: () => ({ bus: 'embedded' as const, url: null, first: kept === 0 ? 0 : 1, last, connections: agents }),
  };
}
