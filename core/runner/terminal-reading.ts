import { within } from '../agents/child';
import type { TerminalBytes } from '../contract/terminal';
import { extentOf, readBytes } from '../host/read';
import type { Growth } from './growth';

const waitMs = 30_000;
const mostBytes = 256 * 1024;

/** What a terminal printed from a byte on, or what comes next when `wait` is set. Ends early when the signal is aborted. */
export async function readPrinted(
  { folder, hasEnded, growth }: { readonly folder: string; readonly hasEnded: () => boolean; readonly growth: Growth },
  { terminal, from, wait }: { readonly terminal: number; readonly from: number; readonly wait: boolean },
  signal: AbortSignal | undefined,
): Promise<TerminalBytes> {
  const late = Date.now() + waitMs;
  for (;;) {
    // Asked before the look, so that what is printed between the two is not slept through.
    const more = growth.next(terminal, signal);
    try {
      const over = hasEnded();
      const { from: first, bytes } = await readBytes(folder, from, mostBytes);
      if (bytes.length > 0 || over || !wait || signal?.aborted || Date.now() >= late) {
        const { end } = await extentOf(folder);
        return { from: first, bytes: bytes.toString('base64'), end, over: over && bytes.length === 0 };
      }
      await within(more.happened, late - Date.now());
    } finally {
      more.forget();
    }
  }
}
