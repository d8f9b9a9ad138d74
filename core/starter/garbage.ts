/**
 * How much may go through a starter before what it lay in is given back, in bytes. Node itself does so after 64 MB, which
 * make starting a program two to three times as dear as in a process that just began.
 */
const collectAfter = 4 * 1024 * 1024;

/**
 * Keeps this process small, which copies itself for every program: it is told the size of each piece that went through once
 * nothing but its caller holds that, and `collect` is called on a later turn, once these are enough to matter.
 */
export function collectGarbage(collect: () => void): (bytes: number) => void {
  let passed = 0;
  return (bytes) => {
    passed += bytes;
    if (passed < collectAfter) return;
    passed = 0;
    // Pipes that were closed hold their last piece until the end of this turn.
    setImmediate(() => setImmediate(collect));
  };
}
